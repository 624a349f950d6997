//! The one definition of CloudCompare that differs: an entropy of raw eigenvalues.

use fearless_simd::Simd;

use super::super::shape::{Frame, Shape};
use super::{eigenvalues, entropy};
use crate::points::Feature;

/// The values of a feature, if it is defined otherwise than Swath's.
#[inline(always)]
pub(super) fn feature<S: Simd>(simd: S, feature: Feature, shape: &Shape<S>, frame: &Frame) -> Option<S::f32s> {
    (feature == Feature::Eigenentropy).then(
        #[inline(always)]
        || entropy(simd, eigenvalues(shape, frame)),
    )
}
