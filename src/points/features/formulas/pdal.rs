//! The definitions of PDAL's `filters.covariancefeatures` in its default mode, `SQRT`, where they differ.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use super::super::math::cbrt;
use super::super::shape::{Frame, Shape};
use super::{eigenvalue_sum, entropy, ratio, sample_eigenvalues, sample_factor, unary_z};
use crate::points::Feature;

/// The values of a feature, if it is defined otherwise than Swath's.
#[inline(always)]
pub(super) fn feature<S: Simd>(simd: S, feature: Feature, shape: &Shape<S>, frame: &Frame) -> Option<S::f32s> {
    let [l1, l2, l3] = sample_eigenvalues(simd, shape, frame);
    let [s1, s2, s3] = [l1.sqrt(), l2.sqrt(), l3.sqrt()];
    let sum = eigenvalue_sum(shape, frame) * sample_factor(simd, shape);
    Some(match feature {
        Feature::Linearity => ratio(simd, s1 - s2, s1),
        Feature::Planarity => ratio(simd, s2 - s3, s1),
        Feature::Sphericity => ratio(simd, s3, s1),
        Feature::Omnivariance => cbrt(simd, (s1 * s2) * s3),
        Feature::Anisotropy => ratio(simd, s1 - s3, s1),
        Feature::Eigenentropy => entropy(simd, [s1, s2, s3]),
        Feature::EigenvalueSum => sum,
        // Square root over sum: that library mixes the two.
        Feature::SurfaceVariation => ratio(simd, s3, sum),
        Feature::Verticality => unary_z(simd, shape, [s1, s2, s3]),
        Feature::Eigenvalue1 => l1,
        Feature::Eigenvalue2 => l2,
        Feature::Eigenvalue3 => l3,
        _ => return None,
    })
}
