//! Swath's own definitions, which stand at [`Feature`].

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use super::super::math::{cbrt, ln};
use super::super::shape::{Frame, Shape, dot, unit_length, upward};
use super::{eigenentropy, ratio, unary_z};
use crate::points::Feature;

/// The values of a feature.
#[inline(always)]
pub(super) fn feature<S: Simd>(simd: S, feature: Feature, shape: &Shape<S>, frame: &Frame) -> S::f32s {
    let [l1, l2, l3] = shape.eigen.values;
    let sum = (l1 + l2) + l3;
    let scale = shape.eigen.scale;
    match feature {
        Feature::Linearity => ratio(simd, l1 - l2, l1),
        Feature::Planarity => planarity(simd, shape),
        Feature::Sphericity => ratio(simd, l3, l1),
        Feature::Omnivariance => cbrt(simd, (l1 * l2) * l3) * scale * frame.squared_unit,
        Feature::Anisotropy => ratio(simd, l1 - l3, l1),
        Feature::Eigenentropy => eigenentropy(simd, &shape.eigen.values),
        Feature::EigenvalueSum => sum * scale * frame.squared_unit,
        Feature::SurfaceVariation => ratio(simd, l3, sum),
        Feature::Verticality => verticality(simd, shape),
        Feature::NormalX => shape.normal[0],
        Feature::NormalY => shape.normal[1],
        Feature::NormalZ => shape.normal[2],
        Feature::Pca1 => ratio(simd, l1, sum),
        Feature::Pca2 => ratio(simd, l2, sum),
        Feature::GuinardVerticality => unary_z(simd, shape, shape.eigen.values),
        Feature::Horizontality => shape.normal[2].abs(),
        Feature::Length => (l1 * scale).sqrt() * frame.unit,
        Feature::Surface => ((l1 * l2).sqrt() * scale).sqrt() * frame.unit,
        Feature::Volume => (cbrt(simd, (l1 * l2) * l3) * scale).sqrt() * frame.unit,
        Feature::DegreeOfPlanarity => logarithm_of_ratio(simd, l1, l3),
        Feature::DegreeOfLinearity => ratio(simd, logarithm_of_ratio(simd, l1, l2), logarithm_of_ratio(simd, l2, l3)),
        Feature::Eigenvalue1 => l1 * scale * frame.squared_unit,
        Feature::Eigenvalue2 => l2 * scale * frame.squared_unit,
        Feature::Eigenvalue3 => l3 * scale * frame.squared_unit,
        Feature::Eigenvector1X => eigenvector(simd, shape, 0)[0],
        Feature::Eigenvector1Y => eigenvector(simd, shape, 0)[1],
        Feature::Eigenvector1Z => eigenvector(simd, shape, 0)[2],
        Feature::Eigenvector2X => eigenvector(simd, shape, 1)[0],
        Feature::Eigenvector2Y => eigenvector(simd, shape, 1)[1],
        Feature::Eigenvector2Z => eigenvector(simd, shape, 1)[2],
        Feature::Eigenvector3X => eigenvector(simd, shape, 2)[0],
        Feature::Eigenvector3Y => eigenvector(simd, shape, 2)[1],
        Feature::Eigenvector3Z => eigenvector(simd, shape, 2)[2],
        Feature::FirstOrderMoment => first_order_moment(simd, shape),
        Feature::Roughness => dot(shape.mean, shape.normal).abs() * frame.unit,
        Feature::Density => density(simd, shape, frame),
        Feature::KthDistance => shape.reach.sqrt() * frame.unit,
        Feature::NeighborCount => shape.count,
        Feature::OptimalK if frame.chooses_k => shape.count,
        Feature::HeightRange => shape.height_range * frame.unit,
        Feature::VerticalStd => shape.variance_of_z.max(0.0).sqrt() * frame.unit,
        Feature::WallLikelihood => (verticality(simd, shape) * planarity(simd, shape)).sqrt(),
        Feature::RoofLikelihood => (shape.normal[2].abs() * planarity(simd, shape)).sqrt(),
        // The others are not computed from shapes.
        _ => S::f32s::splat(simd, f32::NAN),
    }
}

#[inline(always)]
fn planarity<S: Simd>(simd: S, shape: &Shape<S>) -> S::f32s {
    let [l1, l2, l3] = shape.eigen.values;
    ratio(simd, l2 - l3, l1)
}

#[inline(always)]
fn verticality<S: Simd>(simd: S, shape: &Shape<S>) -> S::f32s {
    S::f32s::splat(simd, 1.0) - shape.normal[2].abs()
}

#[inline(always)]
fn eigenvector<S: Simd>(simd: S, shape: &Shape<S>, which: usize) -> [S::f32s; 3] {
    upward(simd, unit_length(shape.eigen.vectors[which]))
}

/// `ln(a / b)`, NaN where either is next to nothing.
#[inline(always)]
fn logarithm_of_ratio<S: Simd>(simd: S, a: S::f32s, b: S::f32s) -> S::f32s {
    let some = b.simd_ge(f32::MIN_POSITIVE);
    let one = S::f32s::splat(simd, 1.0);
    let logarithm = ln(simd, some.select(a, one)) - ln(simd, some.select(b, one));
    some.select(logarithm, S::f32s::splat(simd, f32::NAN))
}

/// With the offsets' mean `m`, their sum along `e2` is `n m e2`, and that of their squares `n (l2 + (m e2)^2)`.
#[inline(always)]
fn first_order_moment<S: Simd>(simd: S, shape: &Shape<S>) -> S::f32s {
    let along = dot(shape.mean, unit_length(shape.eigen.vectors[1]));
    let squared = along * along;
    ratio(simd, shape.count * squared, shape.eigen.values[1] * shape.eigen.scale + squared)
}

#[inline(always)]
fn density<S: Simd>(simd: S, shape: &Shape<S>, frame: &Frame) -> S::f32s {
    const BALL: f32 = 4.0 / 3.0 * std::f32::consts::PI;
    let radius = frame.radius.map_or(shape.reach.sqrt(), |radius| S::f32s::splat(simd, radius)) * frame.unit;
    let volume = ((radius * radius) * radius) * BALL;
    let some = volume.simd_gt(0.0);
    let density = shape.count / some.select(volume, S::f32s::splat(simd, 1.0));
    some.select(density, S::f32s::splat(simd, f32::INFINITY))
}
