//! Clouds to run operations on. A line is a case.

use std::fmt;

use crate::support::clouds::{Cloud, lattice, repeated, scattered, town};
use crate::support::random::Random;

/// One cloud and the numbers of neighbours to ask for.
pub struct CloudCase {
    name: String,
    /// The points.
    pub cloud: Cloud,
    /// Numbers of neighbours.
    pub ks: &'static [usize],
}

impl fmt::Display for CloudCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Lambert-93, centimetres, and an offset that is no multiple of them.
const CENTIMETRES: (f64, [f64; 3]) = (0.01, [485_000.003, 6_629_000.0, 35.5]);
/// UTM, millimetres.
const MILLIMETRES: (f64, [f64; 3]) = (0.001, [652_381.25, 6_862_047.5, -7.0]);
/// Whole numbers as they are.
const ONES: (f64, [f64; 3]) = (1.0, [0.0; 3]);

fn case(name: impl ToString, points: Vec<[i32; 3]>, frame: (f64, [f64; 3]), ks: &'static [usize]) -> CloudCase {
    CloudCase { name: name.to_string(), cloud: Cloud::whole(&points, frame.0, frame.1), ks }
}

fn loose(name: &str, xyz: Vec<[f64; 3]>, origin: [f64; 3], ks: &'static [usize]) -> CloudCase {
    CloudCase { name: name.to_owned(), cloud: Cloud::loose(xyz, origin), ks }
}

/// Every cloud.
pub fn all() -> Vec<CloudCase> {
    let mut all = Vec::new();
    // Leaves of 16 points, eight of them to a box, 64 and 256 invocations to a workgroup; less one and more one.
    for size in [0, 1, 2, 3, 4, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1_025] {
        all.push(case(format!("{size} points of a town"), town(size, size as u64), CENTIMETRES, &[1, 3, 16, 32]));
    }
    all.extend([
        case("every k", town(700, 1), CENTIMETRES, EVERY_K),
        case("identical points", vec![[3, -2, 7]; 1_000], CENTIMETRES, &[1, 8, 16, 32]),
        case("one lattice, all ties", lattice(12, 1, 2), ONES, &[7, 8, 16, 27, 32]),
        case("a lattice with steps of 100", lattice(9, 100, 3), MILLIMETRES, &[2, 19, 24]),
        case("every point three times", repeated(&town(600, 4), 3, 5), CENTIMETRES, &[1, 2, 3, 4, 16, 32]),
        case("clusters of equal points", scattered(3_000, [3, 3, 2], 6), ONES, &[8, 16, 32]),
        case("a line", (0..1_000).map(|i| [i, 2 * i, 4 * i]).collect(), CENTIMETRES, &[3, 16]),
        case("a vertical line", (0..500).map(|i| [5, 5, i * i % 499]).collect(), CENTIMETRES, &[3, 16]),
        case("a level plane", scattered(900, [100, 100, 1], 7), CENTIMETRES, &[5, 16]),
        case("a wall", scattered(900, [1, 1_000, 1_000], 8), CENTIMETRES, &[5, 16]),
        case("one point far away", with(town(2_000, 9), [7_000_000, -7_000_000, 5_000]), CENTIMETRES, &[8, 16]),
        case("scattered far apart", scattered(3_000, [4_000_000; 3], 10), MILLIMETRES, &[8, 16, 32]),
        case("scattered densely", scattered(5_000, [200; 3], 11), MILLIMETRES, &[16, 32]),
        case("a town of 20,000", town(20_000, 12), CENTIMETRES, &[16]),
        case("a town of 60,000", town(60_000, 13), CENTIMETRES, &[8]),
        too_wide_for_its_unit(),
        loose("numbers of any size", any_size(2_000), [0.0; 3], &[3, 16]),
        loose("a sphere in metres", sphere(4_000), [485_000.0, 6_629_000.0, 35.5], &[10, 16, 32]),
        loose("a tiny cloud", tiny(1_000), [0.0; 3], &[16]),
    ]);
    all
}

const EVERY_K: &[usize] = &[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32,
];

fn with(mut points: Vec<[i32; 3]>, another: [i32; 3]) -> Vec<[i32; 3]> {
    let middle = points.len() / 2;
    points[middle] = another;
    points
}

/// 2^24 units from the origin and more: the unit is left aside.
fn too_wide_for_its_unit() -> CloudCase {
    let points = with(town(300, 14), [17_000_000, 0, 0]);
    let mut case =
        loose("too wide for its unit", points.iter().map(|point| point.map(f64::from)).collect(), [0.0; 3], &[8]);
    case.cloud.options.unit = Some(1.0);
    case
}

fn any_size(count: usize) -> Vec<[f64; 3]> {
    let mut random = Random::new(15);
    let mut number = || (random.unit() - 0.5) * 10_f64.powi(random.around(6));
    (0..count).map(|_| std::array::from_fn(|_| number())).collect()
}

fn sphere(count: usize) -> Vec<[f64; 3]> {
    let mut random = Random::new(16);
    let mut point = || {
        let [x, y, z] = std::array::from_fn(|_| random.unit() - 0.5);
        let length = (x * x + y * y + z * z).sqrt().max(1e-9);
        [485_000.0 + 30.0 * x / length, 6_629_000.0 + 30.0 * y / length, 35.5 + 30.0 * z / length]
    };
    (0..count).map(|_| point()).collect()
}

fn tiny(count: usize) -> Vec<[f64; 3]> {
    let mut random = Random::new(17);
    (0..count).map(|_| std::array::from_fn(|_| random.unit() * 1e-6)).collect()
}
