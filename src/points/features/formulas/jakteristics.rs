//! The definitions of jakteristics 0.6 that differ: divisor `n - 1`, and an entropy of raw eigenvalues.

use fearless_simd::Simd;

use super::super::math::cbrt;
use super::super::shape::{Frame, Shape};
use super::{eigenvalue_sum, entropy, sample_eigenvalues, sample_factor};
use crate::points::Feature;

/// The values of a feature, if it is defined otherwise than Swath's.
#[inline(always)]
pub(super) fn feature<S: Simd>(simd: S, feature: Feature, shape: &Shape<S>, frame: &Frame) -> Option<S::f32s> {
    let values = sample_eigenvalues(simd, shape, frame);
    let [l1, l2, l3] = values;
    Some(match feature {
        Feature::Omnivariance => omnivariance(simd, shape, frame),
        Feature::Eigenentropy => entropy(simd, values),
        Feature::EigenvalueSum => eigenvalue_sum(shape, frame) * sample_factor(simd, shape),
        Feature::Eigenvalue1 => l1,
        Feature::Eigenvalue2 => l2,
        Feature::Eigenvalue3 => l3,
        _ => return None,
    })
}

/// The product of scaled values neither overflows nor vanishes.
#[inline(always)]
fn omnivariance<S: Simd>(simd: S, shape: &Shape<S>, frame: &Frame) -> S::f32s {
    let [l1, l2, l3] = shape.eigen.values;
    cbrt(simd, (l1 * l2) * l3) * shape.eigen.scale * frame.squared_unit * sample_factor(simd, shape)
}
