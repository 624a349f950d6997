//! A power line: lattice pylons, and wires that hang between them as catenaries.

use super::ground::Ground;
use super::random::Random;
use crate::noise::mix_at;

/// Both ends of the line.
const COURSE: [[f64; 2]; 2] = [[-40.0, 8.0], [520.0, 64.0]];
/// Distance between pylons along the course.
const SPAN: f64 = 104.0;
const PYLON_HEIGHT: f64 = 31.0;
/// Height and half length of the cross arms.
const ARMS: [(f64, f64); 3] = [(18.5, 6.0), (23.0, 7.5), (27.5, 5.0)];
/// Parameter of the catenary, tension over weight: they sag 3.4 m.
const CATENARY: f64 = 400.0;

/// A line between two points in space.
type Segment = [[f64; 3]; 2];

/// Points on pylons and wires.
pub fn power_line_points(ground: &Ground, random: &mut Random, points: &mut Vec<[f64; 3]>) {
    let feet: Vec<[f64; 3]> = (0..=5).map(|index| foot(ground, f64::from(index) * SPAN + 20.0)).collect();
    for foot in &feet {
        pylon(*foot, random, points);
    }
    for pair in feet.windows(2) {
        for (height, away) in attachments() {
            let ends = [0, 1].map(|end| lifted(pair[end], away, height));
            wire(ends, random, points);
        }
    }
}

/// North coordinate of the line.
pub fn course(x: f64) -> f64 {
    let [from, to] = COURSE;
    mix_at(from[1], to[1], (x - from[0]) / (to[0] - from[0]))
}

fn direction() -> [f64; 2] {
    let [from, to] = COURSE;
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    [dx / dx.hypot(dy), dy / dx.hypot(dy)]
}

fn foot(ground: &Ground, distance: f64) -> [f64; 3] {
    let [dx, dy] = direction();
    let (x, y) = (COURSE[0][0] + dx * distance, COURSE[0][1] + dy * distance);
    [x, y, ground.height(x, y)]
}

/// A place on the cross arm: so far across the course, so high.
fn lifted(foot: [f64; 3], away: f64, height: f64) -> [f64; 3] {
    let [dx, dy] = direction();
    [foot[0] - dy * away, foot[1] + dx * away, foot[2] + height]
}

/// Two wires an arm, and the earth wire on top.
fn attachments() -> impl Iterator<Item = (f64, f64)> {
    let arms = ARMS.into_iter().flat_map(|(height, half)| [(height - 1.0, half), (height - 1.0, -half)]);
    arms.chain([(PYLON_HEIGHT, 0.0)])
}

fn wire(ends: Segment, random: &mut Random, points: &mut Vec<[f64; 3]>) {
    let mut share = 0.0;
    while share < 1.0 {
        let middle = (share - 0.5) * SPAN / CATENARY;
        let sag = CATENARY * ((0.5 * SPAN / CATENARY).cosh() - middle.cosh());
        let [x, y, z] = [0, 1, 2].map(|axis| mix_at(ends[0][axis], ends[1][axis], share));
        points.push([x + random.normal(0.01), y + random.normal(0.01), z - sag + random.normal(0.01)]);
        share += random.between(0.08, 0.22) / SPAN;
    }
}

fn pylon(foot: [f64; 3], random: &mut Random, points: &mut Vec<[f64; 3]>) {
    for segment in lattice(foot) {
        let length = [0, 1, 2].map(|axis| segment[1][axis] - segment[0][axis]).iter().fold(0.0, |sum, d| sum + d * d);
        for _ in 0..(length.sqrt() * 7.0) as usize {
            let share = random.unit();
            points.push([0, 1, 2].map(|axis| mix_at(segment[0][axis], segment[1][axis], share) + random.normal(0.02)));
        }
    }
}

/// Four legs that lean together, braces between them, and the arms.
fn lattice(foot: [f64; 3]) -> Vec<Segment> {
    const CORNERS: [[f64; 2]; 4] = [[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]];
    const LEVELS: [f64; 6] = [0.0, 6.5, 12.0, 16.5, 23.0, PYLON_HEIGHT];
    let [dx, dy] = direction();
    let half = |height: f64| mix_at(2.6, 0.35, (height / 18.0).min(1.0));
    let corner = |index: usize, height: f64| {
        let [u, v] = CORNERS[index % 4].map(|sign| sign * half(height));
        [foot[0] + u * dx - v * dy, foot[1] + u * dy + v * dx, foot[2] + height]
    };
    let mut segments = Vec::new();
    for level in LEVELS.windows(2) {
        for index in 0..4 {
            segments.push([corner(index, level[0]), corner(index, level[1])]);
            segments.push([corner(index, level[0]), corner(index + 1, level[1])]);
        }
    }
    for (height, half) in ARMS {
        for rise in [0.0, 1.2] {
            segments.push([lifted(foot, -half, height), lifted(foot, 0.0, height + rise)]);
            segments.push([lifted(foot, 0.0, height + rise), lifted(foot, half, height)]);
        }
    }
    segments
}
