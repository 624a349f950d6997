//! The flight over the town: three strips that overlap, and a low one along the power line.

use super::power_line::course;
use super::random::Random;
use super::{DEPTH, WIDTH};

/// Middles of the strips.
const TRACKS: [f64; 3] = [60.0, 180.0, 300.0];
/// Half the width of a strip: neighbours overlap by a quarter.
const HALF_SWATH: f64 = 77.0;
const HALF_CORRIDOR: f64 = 20.0;
/// The low flight has so many times the lines, and the pulses in each.
const CORRIDOR_GAIN: f64 = 2.1;

/// Places on the ground that the laser is aimed at, in the order of the flight.
///
/// The mirror swings while the aircraft moves, so the lines are a zigzag; the aircraft changes speed and the strips
/// overlap, so that density varies about tenfold.
pub fn pulses(spacing: f64, random: &mut Random) -> Vec<[f64; 2]> {
    let mut pulses = Vec::new();
    for (strip, track) in TRACKS.into_iter().enumerate() {
        let pace = |x: f64| spacing * (1.0 + 0.5 * (x / 75.0 + 2.1 * strip as f64).sin());
        fly(|_| track, HALF_SWATH, spacing, pace, random, &mut pulses);
    }
    let fine = spacing / CORRIDOR_GAIN;
    fly(course, HALF_CORRIDOR, fine, |_| fine, random, &mut pulses);
    pulses
}

/// North coordinate of the strip that sees a place best.
pub fn nearest_track(y: f64) -> f64 {
    TRACKS.into_iter().min_by(|a, b| (a - y).abs().total_cmp(&(b - y).abs())).unwrap_or(y)
}

fn fly(
    track: impl Fn(f64) -> f64,
    half_width: f64,
    spacing: f64,
    pace: impl Fn(f64) -> f64,
    random: &mut Random,
    pulses: &mut Vec<[f64; 2]>,
) {
    let count = (2.0 * half_width / spacing) as usize;
    let (mut x, mut side) = (0.0, 1.0);
    while x < WIDTH {
        let step = pace(x);
        for index in 0..count {
            let share = (index as f64 + 0.5) / count as f64;
            let along = x + step * share + random.normal(0.3 * spacing);
            let across = side * half_width * (2.0 * share - 1.0) + random.normal(0.12 * spacing);
            let place = [along, track(along) + across];
            if (0.0..WIDTH).contains(&place[0]) && (0.0..DEPTH).contains(&place[1]) {
                pulses.push(place);
            }
        }
        x += step;
        side = -side;
    }
}
