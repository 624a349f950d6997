//! Moments of neighbours that are listed nearest first, for as many points at once as a register has lanes.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use super::moments::Moments;
use crate::points::tree::LEAF;

/// Neighbours that are summed before their sum joins the others': errors grow with the length of a sum.
const BLOCK: usize = 32;

/// The neighbours of one rank of sixteen queries, by coordinate.
pub(super) type Rank = [[f32; LEAF]; 3];

/// Writes count, mean, covariance and heights of the first `counts` of `neighbors` for the queries from `first` on.
///
/// Coordinates are taken relative to `center`, the queries, which is exact or nearly so, then centred on the mean in a
/// second pass: one pass loses all digits far from the origin. Sums run from the nearest to the farthest, block by block,
/// so that every level gives the same bits. All lanes have at least `fewest` neighbours.
#[inline(always)]
pub(super) fn write_moments<S: Simd>(
    simd: S,
    neighbors: &[Rank],
    counts: &[f32; LEAF],
    fewest: usize,
    center: &Rank,
    first: usize,
    moments: &mut Moments,
) {
    let zero = S::f32s::splat(simd, 0.0);
    let count = load(simd, counts, first);
    let mut relative = [zero; 3];
    for axis in 0..3 {
        relative[axis] = load(simd, &center[axis], first);
    }
    let center = relative;
    let mut mean = [zero; 3];
    let mut offsets = [zero; 3];
    let mut heights = [zero; 2];
    for (rank, neighbor) in neighbors.iter().enumerate() {
        for axis in 0..3 {
            relative[axis] = load(simd, &neighbor[axis], first) - center[axis];
        }
        if rank >= fewest {
            relative = kept(simd, rank, count, relative);
        }
        if rank % BLOCK == 0 {
            join(&mut mean, &mut offsets, zero);
        }
        for axis in 0..3 {
            offsets[axis] += relative[axis];
        }
        heights = [heights[0].min(relative[2]), heights[1].max(relative[2])];
    }
    join(&mut mean, &mut offsets, zero);
    // Lanes without neighbours hold no query.
    let divisor = count.max(1.0);
    for axis in &mut mean {
        *axis /= divisor;
    }
    let mut sums = [zero; 6];
    let mut block = [zero; 6];
    for (rank, neighbor) in neighbors.iter().enumerate() {
        for axis in 0..3 {
            relative[axis] = (load(simd, &neighbor[axis], first) - center[axis]) - mean[axis];
        }
        if rank >= fewest {
            relative = kept(simd, rank, count, relative);
        }
        let [x, y, z] = relative;
        let products = [x * x, x * y, x * z, y * y, y * z, z * z];
        if rank % BLOCK == 0 {
            join(&mut sums, &mut block, zero);
        }
        for entry in 0..6 {
            block[entry] += products[entry];
        }
    }
    join(&mut sums, &mut block, zero);
    store(count, &mut moments.count, first);
    for (axis, to) in mean.into_iter().zip(&mut moments.mean) {
        store(axis, to, first);
    }
    for (sum, to) in sums.into_iter().zip(&mut moments.covariance) {
        store(sum / divisor, to, first);
    }
    for (height, to) in heights.into_iter().zip(&mut moments.heights) {
        store(height, to, first);
    }
}

/// Adds the sums of a block to those of the blocks before, and begins the next.
#[inline(always)]
fn join<V: Copy + std::ops::AddAssign, const N: usize>(sums: &mut [V; N], block: &mut [V; N], zero: V) {
    for (sum, block) in sums.iter_mut().zip(block) {
        *sum += *block;
        *block = zero;
    }
}

/// Offsets that add nothing in lanes that have no neighbour of this rank.
#[inline(always)]
fn kept<S: Simd>(simd: S, rank: usize, count: S::f32s, offset: [S::f32s; 3]) -> [S::f32s; 3] {
    let zero = S::f32s::splat(simd, 0.0);
    let there = count.simd_gt(rank as f32);
    let [x, y, z] = offset;
    [there.select(x, zero), there.select(y, zero), there.select(z, zero)]
}

#[inline(always)]
pub(super) fn load<S: Simd>(simd: S, from: &[f32; LEAF], first: usize) -> S::f32s {
    S::f32s::from_slice(simd, &from[first..first + S::f32s::LEN])
}

#[inline(always)]
pub(super) fn store<S: Simd, V: SimdBase<S, Element = f32>>(values: V, to: &mut [f32; LEAF], first: usize) {
    values.store_slice(&mut to[first..first + V::LEN]);
}
