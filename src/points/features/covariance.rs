//! Covariance of sixteen neighbourhoods at once, one a lane.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16};

use crate::points::tree::LEAF;

/// Sixteen symmetric 3x3 matrices.
#[derive(Clone, Copy)]
pub(super) struct Covariance<S: Simd> {
    pub(super) xx: f32x16<S>,
    pub(super) xy: f32x16<S>,
    pub(super) xz: f32x16<S>,
    pub(super) yy: f32x16<S>,
    pub(super) yz: f32x16<S>,
    pub(super) zz: f32x16<S>,
}

/// Covariance of `neighbors`, each a vector of sixteen queries' neighbours of one rank, divided by their number.
///
/// Coordinates are taken relative to `center`, the queries, which is exact or nearly so, then centred on the mean in a
/// second pass: one pass loses all digits far from the origin. Sums run from the nearest to the farthest, so that every
/// level gives the same bits.
#[inline(always)]
pub(super) fn covariance<S: Simd>(simd: S, neighbors: &[[[f32; LEAF]; 3]], center: [&[f32; LEAF]; 3]) -> Covariance<S> {
    let zero = f32x16::splat(simd, 0.0);
    let count = neighbors.len() as f32;
    let mut relative = [zero; 3];
    for axis in 0..3 {
        relative[axis] = f32x16::load_array_ref(simd, center[axis]);
    }
    let center = relative;
    let mut mean = [zero; 3];
    for neighbor in neighbors {
        for axis in 0..3 {
            mean[axis] += f32x16::load_array_ref(simd, &neighbor[axis]) - center[axis];
        }
    }
    for axis in &mut mean {
        *axis /= count;
    }
    let mut sums = Covariance { xx: zero, xy: zero, xz: zero, yy: zero, yz: zero, zz: zero };
    for neighbor in neighbors {
        for axis in 0..3 {
            relative[axis] = (f32x16::load_array_ref(simd, &neighbor[axis]) - center[axis]) - mean[axis];
        }
        let [x, y, z] = relative;
        sums.xx += x * x;
        sums.xy += x * y;
        sums.xz += x * z;
        sums.yy += y * y;
        sums.yz += y * z;
        sums.zz += z * z;
    }
    Covariance {
        xx: sums.xx / count,
        xy: sums.xy / count,
        xz: sums.xz / count,
        yy: sums.yy / count,
        yz: sums.yz / count,
        zz: sums.zz / count,
    }
}
