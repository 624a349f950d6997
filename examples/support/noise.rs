//! Noise that looks natural and is the same on every machine.

/// Smooth noise in -1..1 with bumps about one unit wide: random values on a grid, blended.
pub fn noise(x: f64, y: f64) -> f64 {
    let (column, row) = (x.floor(), y.floor());
    let (right, down) = (smooth_step(0.0, 1.0, x - column), smooth_step(0.0, 1.0, y - row));
    let (column, row) = (column as i64, row as i64);
    let top = mix_at(lattice(column, row), lattice(column + 1, row), right);
    let bottom = mix_at(lattice(column, row + 1), lattice(column + 1, row + 1), right);
    mix_at(top, bottom, down)
}

/// Three octaves of [`noise`].
pub fn rough_noise(x: f64, y: f64) -> f64 {
    noise(x, y) + 0.5 * noise(2.0 * x + 5.3, 2.0 * y + 1.7) + 0.25 * noise(4.0 * x + 9.1, 4.0 * y + 7.9)
}

/// 0 up to `from`, 1 beyond `to`, smooth between.
pub fn smooth_step(from: f64, to: f64, value: f64) -> f64 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// `a` at 0, `b` at 1.
pub fn mix_at(a: f64, b: f64, t: f64) -> f64 {
    a + (b - a) * t
}

/// Random value in -1..1 of a place on the grid of whole numbers.
pub fn lattice(column: i64, row: i64) -> f64 {
    let key = (column as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (row as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    (scramble(key) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// Every bit of the result depends on every bit given: the end of SplitMix64 (Steele, Lea and Flood, 2014).
pub fn scramble(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
