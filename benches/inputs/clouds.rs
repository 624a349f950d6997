//! Point clouds: a made-up town, points anywhere in a cube, and the airborne tiles among the test data.

use std::path::{Path, PathBuf};

use super::random::Random;
use crate::is_timed;

/// Points of a cloud when only one run is wanted, to see that it works.
const SMALL: usize = 2_000;

/// A point cloud to race on.
pub struct Cloud {
    /// Its part of the bench's id.
    pub name: &'static str,
    /// Coordinates as in the file.
    pub xyz: Vec<[f64; 3]>,
    /// The step that all coordinates are whole multiples of, where there is one.
    pub unit: Option<f64>,
}

impl Cloud {
    /// The cloud of this name, cut off after `limit` points; prints why where it is not there.
    pub fn named(name: &str, limit: usize) -> Option<Self> {
        match name {
            "town" => Some(Self { name: "town", xyz: town(limit.min(200_000)), unit: None }),
            "uniform_1m" => Some(Self { name: "uniform_1m", xyz: uniform(limit.min(1_000_000)), unit: None }),
            "autzen" => Self::tile("autzen", "autzen_crop_1p8M_rgb.laz", limit),
            "ign" => Self::tile("ign", "ign_lidarhd_rgbnir_698k.laz", limit),
            _ => {
                eprintln!("{name} is left out: there is no such cloud");
                None
            }
        }
    }

    fn tile(name: &'static str, file: &str, limit: usize) -> Option<Self> {
        let Some(path) = data_file(file) else {
            eprintln!("{name} is left out: SWATH_TEST_DATA names no folder with points/{file}");
            return None;
        };
        Some(Self { name, xyz: read(&path, limit), unit: Some(0.01) })
    }

    /// The lower corner of the bounding box: the origin of local coordinates.
    pub fn corner(&self) -> [f64; 3] {
        let lower = |corner: [f64; 3], point: &[f64; 3]| [0, 1, 2].map(|axis| corner[axis].min(point[axis]));
        self.xyz.iter().fold([f64::INFINITY; 3], lower)
    }

    /// Coordinates as Swath's index sees them when told the same origin: whole units from there, or the difference.
    /// The rivals get the same numbers, so that distances agree.
    pub fn local(&self) -> Vec<[f32; 3]> {
        let corner = self.corner();
        let step = |value: f64| self.unit.map_or(value, |unit| (value / unit).round());
        self.xyz.iter().map(|point| [0, 1, 2].map(|axis| step(point[axis] - corner[axis]) as f32)).collect()
    }
}

/// The clouds of these names; prints a line for each that is not there.
pub fn clouds(names: &[&str]) -> Vec<Cloud> {
    let limit = if is_timed() { usize::MAX } else { SMALL };
    names.iter().filter_map(|name| Cloud::named(name, limit)).collect()
}

fn data_file(name: &str) -> Option<PathBuf> {
    let path = Path::new(&std::env::var_os("SWATH_TEST_DATA")?).join("points").join(name);
    path.is_file().then_some(path)
}

fn read(path: &Path, limit: usize) -> Vec<[f64; 3]> {
    let mut reader = las::Reader::from_path(path).expect("a LAS file");
    let points = reader.read_points(limit.min(u32::MAX as usize) as u64).expect("points of a LAS file");
    points.x().zip(points.y()).zip(points.z()).map(|((x, y), z)| [x, y, z]).collect()
}

/// Hills, houses with walls and trees on 400 m x 400 m, ten times denser in the west, in no order.
fn town(points: usize) -> Vec<[f64; 3]> {
    let mut random = Random::new(2);
    let mut point = || {
        let x = 400.0 * random.below(1.0).powf(2.0);
        let y = random.below(400.0);
        let ground = 5.0 * (x / 40.0).sin() + 3.0 * (y / 30.0).cos() + random.below(0.04);
        let (along, across) = (x % 40.0, y % 40.0);
        let house = along < 12.0 && across < 12.0;
        let wall = house && along.min(across) < 0.3;
        let tree = along > 25.0 && across > 25.0;
        let height = match (house, wall, tree) {
            (_, true, _) => random.below(6.0),
            (true, ..) => 6.0 + along * 0.4,
            (.., true) => random.below(9.0),
            _ => 0.0,
        };
        [x, y, ground + height]
    };
    (0..points).map(|_| point()).collect()
}

/// Anywhere in a cube of 100, in no order: hardest on caches.
fn uniform(points: usize) -> Vec<[f64; 3]> {
    let mut random = Random::new(3);
    (0..points).map(|_| [0, 1, 2].map(|_| random.below(100.0))).collect()
}
