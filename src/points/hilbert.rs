//! Places of points along a 3-D Hilbert curve, 16 bits an axis, in the transposed form of J. Skilling, "Programming the
//! Hilbert curve" (AIP Conf. Proc. 707, 2004). Only a subtraction and a multiplication touch floating point, so every
//! device gets the same places.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};

use crate::cpu::Workers;

/// Bits an axis.
const AXIS_BITS: u32 = 16;
/// The last cell of an axis, and a little: products may round up to the next whole number.
const MOST_CELLS: f32 = ((1 << AXIS_BITS) - 1) as f32;
/// Bits of each half of a place.
#[cfg(feature = "gpu")]
pub(super) const HALF_BITS: u32 = 3 * AXIS_BITS / 2;
/// Lanes of the widest register.
const MOST_LANES: usize = 16;
/// Points that one worker measures or encodes at a time.
const CHUNK: usize = 1 << 14;

/// How coordinates become the integers that the curve runs over: `u32((coordinate - min) * scale)`. Coordinates outside
/// the cloud, which queries may have, count as those of its border.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CurveScale {
    /// Smallest coordinate of each axis.
    pub(crate) min: [f32; 3],
    /// Cells a unit, the same for all axes: the widest axis fills all 16 bits.
    pub(crate) scale: f32,
}

impl CurveScale {
    /// The scale that fits all of `points`, which are finite; for no points, one that maps all to 0.
    pub(crate) fn of(points: &[[f32; 3]], workers: &Workers) -> Self {
        let mut boxes = vec![([f32::INFINITY; 3], [f32::NEG_INFINITY; 3]); points.len().div_ceil(CHUNK)];
        workers.for_each_chunk(&mut boxes, 1, |chunk, corners| {
            let first = chunk * CHUNK;
            corners[0] = bounds(&points[first..points.len().min(first + CHUNK)]);
        });
        let mut min = [f32::INFINITY; 3];
        let mut max = [f32::NEG_INFINITY; 3];
        for (low, high) in boxes {
            for axis in 0..3 {
                min[axis] = min[axis].min(low[axis]);
                max[axis] = max[axis].max(high[axis]);
            }
        }
        if points.is_empty() { Self::between([0.0; 3], [0.0; 3]) } else { Self::between(min, max) }
    }

    /// The scale that fits the box with these corners.
    pub(crate) fn between(min: [f32; 3], max: [f32; 3]) -> Self {
        let extent = (0..3).fold(0.0_f32, |extent, axis| extent.max(max[axis] - min[axis]));
        // The limit keeps the scale finite for extents so small that their reciprocal overflows.
        let scale = if extent > 0.0 { (65_535.0 / extent).min(f32::MAX) } else { 0.0 };
        Self { min, scale }
    }
}

fn bounds(points: &[[f32; 3]]) -> ([f32; 3], [f32; 3]) {
    let mut min = [f32::INFINITY; 3];
    let mut max = [f32::NEG_INFINITY; 3];
    for point in points {
        for axis in 0..3 {
            min[axis] = min[axis].min(point[axis]);
            max[axis] = max[axis].max(point[axis]);
        }
    }
    (min, max)
}

/// A point's place on the curve, as `[upper 24 bits, lower 24 bits]`, and its index in the input.
pub(super) type Place = [u32; 3];

/// Writes the places of `points`, in input order.
pub(super) fn places(points: &[[f32; 3]], scale: CurveScale, workers: &Workers, level: Level, into: &mut [Place]) {
    workers.for_each_chunk(into, CHUNK, |chunk, into| {
        let first = chunk * CHUNK;
        let points = &points[first..first + into.len()];
        dispatch!(level, simd => encode(simd, points, first as u32, scale, into));
    });
}

#[inline(always)]
fn encode<S: Simd>(simd: S, points: &[[f32; 3]], first: u32, scale: CurveScale, into: &mut [Place]) {
    // Registers of the level's own width: sixteen lanes in registers of four are four times the code.
    let lanes = S::f32s::LEN;
    for (block, (points, into)) in points.chunks(lanes).zip(into.chunks_mut(lanes)).enumerate() {
        let mut coordinates = scale.min.map(|min| [min; MOST_LANES]);
        for (lane, point) in points.iter().enumerate() {
            for axis in 0..3 {
                coordinates[axis][lane] = point[axis];
            }
        }
        let mut cells = [S::u32s::splat(simd, 0); 3];
        for axis in 0..3 {
            let offset = S::f32s::from_slice(simd, &coordinates[axis][..lanes]) - scale.min[axis];
            let cell = (offset * scale.scale).max(0.0).min(MOST_CELLS);
            cells[axis] = cell.to_int::<S::u32s>();
        }
        let (upper, lower) = curve(simd, cells);
        let (upper, lower) = (upper.as_slice(), lower.as_slice());
        for (lane, place) in into.iter_mut().enumerate() {
            *place = [upper[lane], lower[lane], first + (block * lanes + lane) as u32];
        }
    }
}

/// Skilling's transpose, then the three axes' bits interleaved, the first axis highest.
#[inline(always)]
fn curve<S: Simd>(simd: S, [mut x, mut y, mut z]: [S::u32s; 3]) -> (S::u32s, S::u32s) {
    for bit in (1..AXIS_BITS).rev() {
        let below = (1_u32 << bit) - 1;
        x ^= is_set(simd, x, bit) & below;
        turn(simd, &mut x, &mut y, bit, below);
        turn(simd, &mut x, &mut z, bit, below);
    }
    y ^= x;
    z ^= y;
    let mut flips = S::u32s::splat(simd, 0);
    for bit in (1..AXIS_BITS).rev() {
        flips ^= is_set(simd, z, bit) & ((1_u32 << bit) - 1);
    }
    x ^= flips;
    y ^= flips;
    z ^= flips;
    let upper = (spread(simd, x >> 8) << 2) | (spread(simd, y >> 8) << 1) | spread(simd, z >> 8);
    let lower = (spread(simd, x & 255) << 2) | (spread(simd, y & 255) << 1) | spread(simd, z & 255);
    (upper, lower)
}

/// Where the bit of `b` is set, inverts the lower bits of `a`; elsewhere swaps them with those of `b`.
#[inline(always)]
fn turn<S: Simd>(simd: S, a: &mut S::u32s, b: &mut S::u32s, bit: u32, below: u32) {
    let set = is_set(simd, *b, bit);
    let swap = (*a ^ *b) & !set & below;
    *a ^= swap | (set & below);
    *b ^= swap;
}

/// All ones where the bit is set, else zero.
#[inline(always)]
fn is_set<S: Simd>(simd: S, cells: S::u32s, bit: u32) -> S::u32s {
    S::u32s::splat(simd, 0) - ((cells >> bit) & 1)
}

/// Moves the eight low bits to every third place.
#[inline(always)]
fn spread<S: Simd>(_: S, bits: S::u32s) -> S::u32s {
    let bits = (bits | (bits << 8)) & 0x00_f00f;
    let bits = (bits | (bits << 4)) & 0x0c_30c3;
    (bits | (bits << 2)) & 0x24_9249
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;

    fn keys(points: &[[f32; 3]], level: SimdLevel) -> Vec<u64> {
        let workers = Workers::new(Some(2)).unwrap();
        let mut into = vec![[0; 3]; points.len()];
        let scale = CurveScale::of(points, &workers);
        places(points, scale, &workers, SimdLevel::capped(Some(level)), &mut into);
        for (index, place) in into.iter().enumerate() {
            assert_eq!(place[2] as usize, index);
            assert!(place[0] < 1 << 24 && place[1] < 1 << 24);
        }
        into.iter().map(|place| u64::from(place[0]) << 24 | u64::from(place[1])).collect()
    }

    /// The curve's defining property: cells that follow each other along it are neighbours in space.
    #[test]
    fn consecutive_places_are_neighbouring_cells() {
        // The corner cell (65535, 65535, 65535) fixes the scale at 1, so that a block of whole cells is encoded as is.
        for origin in [[0, 0, 0], [32_768, 16_384, 49_152]] {
            let mut points = vec![[0.0; 3], [65_535.0; 3]];
            for cell in 0..16 * 16 * 16 {
                points.push([
                    (origin[0] + cell % 16) as f32,
                    (origin[1] + cell / 16 % 16) as f32,
                    (origin[2] + cell / 256) as f32,
                ]);
            }
            let keys = keys(&points, SimdLevel::None);
            let mut order: Vec<_> = (2..points.len()).collect();
            order.sort_by_key(|index| keys[*index]);
            for pair in order.windows(2) {
                assert_eq!(keys[pair[1]], keys[pair[0]] + 1, "an aligned block is one stretch of the curve");
                let steps: f32 = (0..3).map(|axis| (points[pair[0]][axis] - points[pair[1]][axis]).abs()).sum();
                assert_eq!(steps, 1.0);
            }
        }
    }

    #[test]
    fn every_level_gives_the_same_places() {
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 1_000.0 - 5_000.0
        };
        for count in [1, 2, 15, 16, 17, 1_000, CHUNK + 1] {
            let points: Vec<_> = (0..count).map(|_| [random(), random(), random()]).collect();
            let expected = keys(&points, SimdLevel::None);
            for level in SimdLevel::available() {
                assert_eq!(keys(&points, level), expected, "{level}, {count} points");
            }
        }
    }

    #[test]
    fn clouds_without_extent_have_a_usable_scale() {
        let workers = Workers::new(Some(1)).unwrap();
        assert_eq!(CurveScale::of(&[], &workers), CurveScale { min: [0.0; 3], scale: 0.0 });
        assert_eq!(CurveScale::of(&[[7.0, 8.0, 9.0]; 3], &workers).scale, 0.0);
        assert!(CurveScale::of(&[[0.0; 3], [1e-40, 0.0, 0.0]], &workers).scale.is_finite());
    }
}
