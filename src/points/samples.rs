//! Clouds that tests run over: small sizes around the leaf's, and those that break trees.

use std::collections::BTreeSet;

/// A generator whose numbers are the same on every machine.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Evenly spread in 0..1.
    pub(super) fn unit(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1 << 24) as f32
    }

    /// A whole number below `limit`, as a coordinate.
    pub(super) fn whole(&mut self, limit: u32) -> f32 {
        (self.unit() * limit as f32).floor()
    }
}

/// Ground with walls, roofs and scattered trees, in metres.
pub(super) fn town(count: usize, seed: u64) -> Vec<[f32; 3]> {
    let mut random = Random::new(seed);
    let side = (count as f32).sqrt() / 2.0;
    (0..count)
        .map(|_| {
            let (x, y, kind) = (random.unit() * side, random.unit() * side, random.unit());
            let ground = (x * 0.05).sin() * 2.0 + (y * 0.03).cos();
            if kind < 0.6 {
                [x, y, ground + random.unit() * 0.03]
            } else if kind < 0.8 {
                [(x / 12.0).floor() * 12.0 + random.unit() * 0.02, y, ground + random.unit() * 6.0]
            } else {
                [x, y, ground + random.unit() * random.unit() * 15.0]
            }
        })
        .collect()
}

/// Every cloud, by name.
pub(super) fn clouds() -> Vec<(String, Vec<[f32; 3]>)> {
    let mut clouds = Vec::new();
    for size in [0, 1, 2, 3, 15, 16, 17, 31, 33, 48, 257, 5_000] {
        clouds.push((format!("{size} points of a town"), town(size, size as u64 + 1)));
    }
    let mut random = Random::new(99);
    let mut grid: Vec<[f32; 3]> =
        (0..1_728).map(|cell| [(cell % 12) as f32, (cell / 12 % 12) as f32, (cell / 144) as f32]).collect();
    let keys: BTreeSet<_> = (0..grid.len()).map(|index| (random.whole(1 << 20) as u32, index)).collect();
    let shuffled: Vec<_> = keys.iter().map(|(_, index)| grid[*index]).collect();
    clouds.push(("a grid of whole numbers in order".to_owned(), std::mem::take(&mut grid)));
    clouds.push(("a shuffled grid of whole numbers".to_owned(), shuffled));
    clouds.push(("identical points".to_owned(), vec![[3.0, -2.0, 7.5]; 3_000]));
    clouds.push(("points at the origin".to_owned(), vec![[0.0; 3]; 40]));
    clouds.push((
        "a line".to_owned(),
        (0..1_000).map(|step| [step as f32 * 0.5, step as f32, step as f32 * 2.0]).collect(),
    ));
    clouds.push(("a plane".to_owned(), (0..900).map(|_| [random.whole(100), random.whole(100), 5.0]).collect()));
    let mut outlier = town(2_000, 5);
    outlier[1_234] = [1e6, -1e6, 1e6];
    clouds.push(("one point far away".to_owned(), outlier));
    let mut doubled = town(700, 6);
    doubled.extend_from_within(..);
    doubled.extend_from_within(..300);
    clouds.push(("points that occur two or three times".to_owned(), doubled));
    clouds.push((
        "clusters of equal points".to_owned(),
        (0..3_000).map(|_| [random.whole(3), random.whole(3), random.whole(2)]).collect(),
    ));
    clouds
}
