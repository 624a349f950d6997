//! The definitions of pgeof 0.3.4: ratios of the eigenvalues' square roots, with small numbers in their divisors that keep
//! them finite and make them depend on the unit of the input.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use super::super::math::{cbrt, ln};
use super::super::shape::{Frame, Shape};
use super::{eigenvalue_sum, eigenvalues, unary_z};
use crate::points::Feature;

const EPSILON: f32 = 1e-3;

/// The values of a feature, if it is defined otherwise than Swath's.
#[inline(always)]
pub(super) fn feature<S: Simd>(simd: S, feature: Feature, shape: &Shape<S>, frame: &Frame) -> Option<S::f32s> {
    let values = eigenvalues(shape, frame);
    let [s1, s2, s3] = [values[0].sqrt(), values[1].sqrt(), values[2].sqrt()];
    Some(match feature {
        Feature::Linearity => (s1 - s2) / (s1 + EPSILON),
        Feature::Planarity => (s2 - s3) / (s1 + EPSILON),
        Feature::Sphericity => s3 / (s1 + EPSILON),
        Feature::Verticality => unary_z(simd, shape, shape.eigen.values),
        Feature::Length => s1,
        Feature::Surface => (s1 * s2 + 1e-6).sqrt(),
        Feature::Volume => cbrt(simd, (s1 * s2) * s3 + 1e-9),
        // Mesa's compiler adds the constant first, wherever it stands.
        Feature::SurfaceVariation => s3 / (((s1 + EPSILON) + s2) + s3),
        Feature::Eigenentropy => {
            let sum = eigenvalue_sum(shape, frame) + EPSILON;
            (term(simd, values[0] / sum) + term(simd, values[1] / sum)) + term(simd, values[2] / sum)
        }
        _ => return None,
    })
}

/// `-e ln(e + epsilon)`.
#[inline(always)]
fn term<S: Simd>(simd: S, share: S::f32s) -> S::f32s {
    S::f32s::splat(simd, 0.0) - share * ln(simd, share + EPSILON)
}
