//! Covariance of as many neighbourhoods at once as a register has lanes.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use crate::points::tree::LEAF;

/// Symmetric 3x3 matrices, one a lane.
#[derive(Clone, Copy)]
pub(super) struct Covariance<S: Simd> {
    pub(super) xx: S::f32s,
    pub(super) xy: S::f32s,
    pub(super) xz: S::f32s,
    pub(super) yy: S::f32s,
    pub(super) yz: S::f32s,
    pub(super) zz: S::f32s,
}

/// Covariance of `neighbors`, each the sixteen queries' neighbours of one rank, divided by their number, for the queries
/// from `first` on.
///
/// Coordinates are taken relative to `center`, the queries, which is exact or nearly so, then centred on the mean in a
/// second pass: one pass loses all digits far from the origin. Sums run from the nearest to the farthest, so that every
/// level gives the same bits.
#[inline(always)]
pub(super) fn covariance<S: Simd>(
    simd: S,
    neighbors: &[[[f32; LEAF]; 3]],
    center: &[[f32; LEAF]; 3],
    first: usize,
) -> Covariance<S> {
    let zero = S::f32s::splat(simd, 0.0);
    let count = neighbors.len() as f32;
    let mut relative = [zero; 3];
    for axis in 0..3 {
        relative[axis] = load(simd, &center[axis], first);
    }
    let center = relative;
    let mut mean = [zero; 3];
    for neighbor in neighbors {
        for axis in 0..3 {
            mean[axis] += load(simd, &neighbor[axis], first) - center[axis];
        }
    }
    for axis in &mut mean {
        *axis /= count;
    }
    let mut sums = Covariance::<S> { xx: zero, xy: zero, xz: zero, yy: zero, yz: zero, zz: zero };
    for neighbor in neighbors {
        for axis in 0..3 {
            relative[axis] = (load(simd, &neighbor[axis], first) - center[axis]) - mean[axis];
        }
        let [x, y, z] = relative;
        sums.xx += x * x;
        sums.xy += x * y;
        sums.xz += x * z;
        sums.yy += y * y;
        sums.yz += y * z;
        sums.zz += z * z;
    }
    Covariance::<S> {
        xx: sums.xx / count,
        xy: sums.xy / count,
        xz: sums.xz / count,
        yy: sums.yy / count,
        yz: sums.yz / count,
        zz: sums.zz / count,
    }
}

#[inline(always)]
fn load<S: Simd>(simd: S, from: &[f32; LEAF], first: usize) -> S::f32s {
    S::f32s::from_slice(simd, &from[first..first + S::f32s::LEN])
}
