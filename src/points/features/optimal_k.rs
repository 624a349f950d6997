//! The number of neighbours whose shape is clearest: the one with the least eigenentropy (Weinmann et al. 2015).
//!
//! The covariance is updated neighbour by neighbour (B. P. Welford, "Note on a method for calculating corrected sums of
//! squares and products", Technometrics 4, 1962), so that a range of `k` costs one eigenvalue problem a step.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use super::covariance::{Rank, load, store};
use super::formulas::eigenentropy;
use super::jacobi::{Matrix, eigenvalues};
use crate::points::tree::LEAF;

/// Writes the optimal number of `neighbors`, from `min` to all of them, of the queries from `first` on; the smallest of
/// equals, and no more than there are.
#[inline(always)]
pub(super) fn write_optimal_counts<S: Simd>(
    simd: S,
    neighbors: &[Rank],
    min: usize,
    center: &Rank,
    first: usize,
    counts: &mut [f32; LEAF],
) {
    let zero = S::f32s::splat(simd, 0.0);
    let mut mean = [zero; 3];
    let mut sums = Matrix::<S>::zero(simd);
    let mut best = S::f32s::splat(simd, neighbors.len().min(min) as f32);
    let mut least = S::f32s::splat(simd, f32::MAX);
    for (rank, neighbor) in neighbors.iter().enumerate() {
        let count = (rank + 1) as f32;
        let mut before = [zero; 3];
        let mut after = [zero; 3];
        for axis in 0..3 {
            let relative = load(simd, &neighbor[axis], first) - load(simd, &center[axis], first);
            before[axis] = relative - mean[axis];
            mean[axis] += before[axis] / count;
            after[axis] = relative - mean[axis];
        }
        sums.xx += before[0] * after[0];
        sums.xy += before[0] * after[1];
        sums.xz += before[0] * after[2];
        sums.yy += before[1] * after[1];
        sums.yz += before[1] * after[2];
        sums.zz += before[2] * after[2];
        if rank + 1 < min {
            continue;
        }
        // Shares of the sum do not depend on the divisor.
        let entropy = eigenentropy(simd, &eigenvalues(simd, &sums));
        let clearer = entropy.simd_lt(least);
        least = clearer.select(entropy, least);
        best = clearer.select(S::f32s::splat(simd, count), best);
    }
    store(best, counts, first);
}
