//! Clouds whose local coordinates are known without asking the library.

use swath::{Device, Error, PointCloud, PointsOptions};

use super::random::Random;

/// Points as they are uploaded, and where they then are.
#[derive(Debug, Clone)]
pub struct Cloud {
    /// Coordinates as a file has them.
    pub xyz: Vec<[f64; 3]>,
    /// How they are uploaded.
    pub options: PointsOptions,
    /// Local coordinates, up to a shift: exactly what `f32` holds on the device.
    pub local: Vec<[f64; 3]>,
    /// Length of a local unit in units of `xyz`.
    pub unit: f64,
    /// What local coordinates of zero are in `xyz`.
    pub offset: [f64; 3],
}

impl Cloud {
    /// Whole numbers of `unit` from `offset`, as in a LAS file, uploaded with the unit.
    pub fn whole(points: &[[i32; 3]], unit: f64, offset: [f64; 3]) -> Self {
        let place = |point: &[i32; 3]| std::array::from_fn(|axis| f64::from(point[axis]) * unit + offset[axis]);
        Self {
            xyz: points.iter().map(place).collect(),
            options: PointsOptions { unit: Some(unit), origin: None },
            local: points.iter().map(|point| point.map(f64::from)).collect(),
            unit,
            offset,
        }
    }

    /// Any coordinates, uploaded about an origin without a unit.
    pub fn loose(xyz: Vec<[f64; 3]>, origin: [f64; 3]) -> Self {
        let local = |point: &[f64; 3]| std::array::from_fn(|axis| f64::from((point[axis] - origin[axis]) as f32));
        Self {
            local: xyz.iter().map(local).collect(),
            xyz,
            options: PointsOptions { unit: None, origin: Some(origin) },
            unit: 1.0,
            offset: origin,
        }
    }

    /// Where a position is in local coordinates, up to the same shift: whole numbers and quarters of a unit are exact.
    pub fn local_position(&self, xyz: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| match (self.options.unit, self.options.origin) {
            (Some(unit), None) => ((xyz[axis] - self.offset[axis]) / unit * 4.0).round() / 4.0,
            (_, origin) => f64::from((xyz[axis] - origin.unwrap_or_default()[axis]) as f32),
        })
    }

    /// Sends it to a device.
    pub fn upload(&self, device: &Device) -> Result<PointCloud, Error> {
        device.points_with(&self.xyz, &self.options)
    }
}

/// Ground, walls, roofs and trees in centimetres; about four points a square metre.
pub fn town(count: usize, seed: u64) -> Vec<[i32; 3]> {
    let mut random = Random::new(seed);
    let side = ((count as f64).sqrt() * 50.0) as u64 + 1;
    (0..count)
        .map(|_| {
            let (x, y) = (random.below(side) as i32, random.below(side) as i32);
            let ground = ((f64::from(x) * 0.0005).sin() * 200.0 + (f64::from(y) * 0.0003).cos() * 100.0) as i32;
            match random.below(10) {
                0..6 => [x, y, ground + random.around(3)],
                6..8 => [x / 1_200 * 1_200 + random.around(2), y, ground + random.below(600) as i32],
                _ => [x, y, ground + (random.unit() * random.unit() * 1_500.0) as i32],
            }
        })
        .collect()
}

/// Points spread evenly in a box of this size.
pub fn scattered(count: usize, size: [i32; 3], seed: u64) -> Vec<[i32; 3]> {
    let mut random = Random::new(seed);
    (0..count).map(|_| size.map(|size| random.below(size as u64) as i32)).collect()
}

/// The corners of a lattice, in a random order.
pub fn lattice(side: i32, step: i32, seed: u64) -> Vec<[i32; 3]> {
    let mut points: Vec<_> =
        (0..side * side * side).map(|i| [i % side, i / side % side, i / side / side].map(|axis| axis * step)).collect();
    shuffle(&mut points, seed);
    points
}

/// `points`, each `times` times, in a random order.
pub fn repeated(points: &[[i32; 3]], times: usize, seed: u64) -> Vec<[i32; 3]> {
    let mut all = points.repeat(times);
    shuffle(&mut all, seed);
    all
}

/// Fisher and Yates.
pub fn shuffle<T>(values: &mut [T], seed: u64) {
    let mut random = Random::new(seed);
    for last in (1..values.len()).rev() {
        values.swap(last, random.below(last as u64 + 1) as usize);
    }
}
