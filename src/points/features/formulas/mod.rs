//! Features from shapes, for one point a lane. What each means stands at [`Feature`] and [`Convention`].

mod cloudcompare;
mod jakteristics;
mod pdal;
mod pgeof;
mod swath;

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use super::math::ln;
use super::shape::{Frame, Shape};
use crate::points::{Convention, Feature};

/// The values of one feature by a convention: its own definition where it has one.
#[inline(always)]
pub(super) fn feature<S: Simd>(
    simd: S,
    convention: Convention,
    feature: Feature,
    shape: &Shape<S>,
    frame: &Frame,
) -> S::f32s {
    let own = match convention {
        Convention::Swath => None,
        Convention::Jakteristics => jakteristics::feature(simd, feature, shape, frame),
        Convention::Pgeof => pgeof::feature(simd, feature, shape, frame),
        Convention::CloudCompare => cloudcompare::feature(simd, feature, shape, frame),
        Convention::Pdal => pdal::feature(simd, feature, shape, frame),
    };
    own.unwrap_or_else(
        #[inline(always)]
        || swath::feature(simd, feature, shape, frame),
    )
}

/// The quotient, or NaN where the divisor is 0; the select writes one NaN for all levels, as 0/0 has a sign that depends on
/// the architecture.
#[inline(always)]
fn ratio<S: Simd>(simd: S, value: S::f32s, divisor: S::f32s) -> S::f32s {
    let some = divisor.simd_gt(0.0);
    some.select(value / some.select(divisor, S::f32s::splat(simd, 1.0)), S::f32s::splat(simd, f32::NAN))
}

/// `-x ln x`, 0 for values too small to matter, NaN for NaN.
#[inline(always)]
fn minus_x_ln_x<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let zero = S::f32s::splat(simd, 0.0);
    let counts = x.simd_ge(f32::MIN_POSITIVE);
    let logarithm = ln(simd, counts.select(x, S::f32s::splat(simd, 1.0)));
    let entropy = counts.select(zero - x * logarithm, zero);
    x.simd_eq(x).select(entropy, S::f32s::splat(simd, f32::NAN))
}

/// `-sum x ln x`.
#[inline(always)]
fn entropy<S: Simd>(simd: S, [first, second, third]: [S::f32s; 3]) -> S::f32s {
    (minus_x_ln_x(simd, first) + minus_x_ln_x(simd, second)) + minus_x_ln_x(simd, third)
}

/// Entropy of the eigenvalues' shares of their sum.
#[inline(always)]
pub(super) fn eigenentropy<S: Simd>(simd: S, values: &[S::f32s; 3]) -> S::f32s {
    let sum = (values[0] + values[1]) + values[2];
    let [first, second, third] = *values;
    entropy(simd, [ratio(simd, first, sum), ratio(simd, second, sum), ratio(simd, third, sum)])
}

/// Eigenvalues in squared units of the input, divided by one less than the number of neighbours.
#[inline(always)]
fn sample_eigenvalues<S: Simd>(simd: S, shape: &Shape<S>, frame: &Frame) -> [S::f32s; 3] {
    let [first, second, third] = eigenvalues(shape, frame);
    let factor = sample_factor(simd, shape);
    [first * factor, second * factor, third * factor]
}

/// The sum of the eigenvalues in squared units of the input: one product of their sum, because a shader's compiler would
/// make that of a sum of products.
#[inline(always)]
fn eigenvalue_sum<S: Simd>(shape: &Shape<S>, frame: &Frame) -> S::f32s {
    let [first, second, third] = shape.eigen.values;
    ((first + second) + third) * (shape.eigen.scale * frame.squared_unit)
}

/// What turns the divisor `n` into `n - 1`.
#[inline(always)]
fn sample_factor<S: Simd>(simd: S, shape: &Shape<S>) -> S::f32s {
    ratio(simd, shape.count, shape.count - 1.0)
}

/// Eigenvalues in squared units of the input.
#[inline(always)]
fn eigenvalues<S: Simd>(shape: &Shape<S>, frame: &Frame) -> [S::f32s; 3] {
    let [first, second, third] = shape.eigen.values;
    let scale = shape.eigen.scale * frame.squared_unit;
    [first * scale, second * scale, third * scale]
}

/// The z of `sum w_i |e_i|`, of length 1.
#[inline(always)]
fn unary_z<S: Simd>(simd: S, shape: &Shape<S>, weights: [S::f32s; 3]) -> S::f32s {
    let mut sum = [S::f32s::splat(simd, 0.0); 3];
    for (vector, weight) in shape.eigen.vectors.iter().zip(weights) {
        for axis in 0..3 {
            sum[axis] += weight * vector[axis].abs();
        }
    }
    ratio(simd, sum[2], super::shape::dot(sum, sum).sqrt())
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::super::jacobi::Eigen;
    use super::*;

    /// All features of one shape, by name, for 10 neighbours in units of 1.
    fn values(convention: Convention, values: [f32; 3], normal: [f32; 3], scale: f32) -> impl Fn(Feature) -> f32 {
        #[inline(always)]
        fn body<S: Simd>(simd: S, convention: Convention, values: [f32; 3], normal: [f32; 3], scale: f32) -> Vec<f32> {
            let splat = |value| S::f32s::splat(simd, value);
            let vectors = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], normal].map(|vector| vector.map(splat));
            let eigen = Eigen { values: values.map(splat), vectors, scale: splat(scale) };
            let shape = Shape {
                eigen,
                count: splat(10.0),
                mean: [splat(0.0), splat(0.5), splat(0.0)],
                variance_of_z: splat(4.0),
                reach: splat(9.0),
                height_range: splat(6.0),
                normal: super::super::shape::upward(simd, normal.map(splat)),
            };
            let frame =
                Frame { unit: 1.0, squared_unit: 1.0, radius: None, span: f32::MAX, chooses_k: true, viewpoint: None };
            let all = Feature::ALL.iter();
            all.map(|name| feature(simd, convention, *name, &shape, &frame).as_slice()[3]).collect()
        }
        let all = dispatch!(Level::fallback(), simd => body(simd, convention, values, normal, scale));
        move |feature| all[feature as usize]
    }

    fn check(convention: Convention, expected: &[(Feature, f32)]) {
        // Eigenvalues 8, 4, 2.
        let got = values(convention, [1.0, 0.5, 0.25], [0.0, 0.6, -0.8], 8.0);
        for (feature, expected) in expected {
            let got = got(*feature);
            assert!(
                (got - expected).abs() < 1e-6 * expected.abs().max(1.0),
                "{convention}: {feature} is {got}, not {expected}"
            );
        }
    }

    fn minus_sum_x_ln_x(values: [f32; 3]) -> f32 {
        -values.iter().map(|value| value * value.ln()).sum::<f32>()
    }

    #[test]
    fn formulas_are_those_of_the_documentation() {
        let s = [8.0_f32, 4.0, 2.0].map(f32::sqrt);
        let unary = [8.0_f32, 4.0 + 0.6 * 2.0, 0.8 * 2.0];
        let length = unary.iter().map(|axis| axis * axis).sum::<f32>().sqrt();
        check(
            Convention::Swath,
            &[
                (Feature::Linearity, 0.5),
                (Feature::Planarity, 0.25),
                (Feature::Sphericity, 0.25),
                (Feature::Omnivariance, 4.0),
                (Feature::Anisotropy, 0.75),
                (Feature::Eigenentropy, minus_sum_x_ln_x([4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0])),
                (Feature::EigenvalueSum, 14.0),
                (Feature::SurfaceVariation, 1.0 / 7.0),
                (Feature::Verticality, 0.2),
                (Feature::NormalX, 0.0),
                (Feature::NormalY, -0.6),
                (Feature::NormalZ, 0.8),
                (Feature::Pca1, 4.0 / 7.0),
                (Feature::Pca2, 2.0 / 7.0),
                (Feature::GuinardVerticality, unary[2] / length),
                (Feature::Horizontality, 0.8),
                (Feature::Length, s[0]),
                (Feature::Surface, (s[0] * s[1]).sqrt()),
                (Feature::Volume, (s[0] * s[1] * s[2]).cbrt()),
                (Feature::DegreeOfPlanarity, 4.0_f32.ln()),
                (Feature::DegreeOfLinearity, 1.0),
                (Feature::Eigenvalue1, 8.0),
                (Feature::Eigenvalue2, 4.0),
                (Feature::Eigenvalue3, 2.0),
                (Feature::Eigenvector1X, 1.0),
                (Feature::Eigenvector2Y, 1.0),
                (Feature::Eigenvector3Z, 0.8),
                (Feature::FirstOrderMoment, 10.0 * 0.25 / (4.0 + 0.25)),
                (Feature::Roughness, 0.3),
                (Feature::Density, 10.0 / (36.0 * std::f32::consts::PI)),
                (Feature::KthDistance, 3.0),
                (Feature::NeighborCount, 10.0),
                (Feature::OptimalK, 10.0),
                (Feature::HeightRange, 6.0),
                (Feature::VerticalStd, 2.0),
                (Feature::WallLikelihood, (0.2_f32 * 0.25).sqrt()),
                (Feature::RoofLikelihood, (0.8_f32 * 0.25).sqrt()),
            ],
        );
    }

    #[test]
    fn conventions_are_those_of_their_libraries() {
        let raw = minus_sum_x_ln_x([8.0, 4.0, 2.0]);
        check(Convention::CloudCompare, &[(Feature::Eigenentropy, raw), (Feature::Eigenvalue1, 8.0)]);
        let sample = [80.0 / 9.0, 40.0 / 9.0, 20.0 / 9.0];
        check(
            Convention::Jakteristics,
            &[
                (Feature::Linearity, 0.5),
                (Feature::Omnivariance, 40.0 / 9.0),
                (Feature::Eigenentropy, minus_sum_x_ln_x(sample)),
                (Feature::EigenvalueSum, 140.0 / 9.0),
                (Feature::Eigenvalue3, sample[2]),
            ],
        );
        let s = sample.map(f32::sqrt);
        check(
            Convention::Pdal,
            &[
                (Feature::Linearity, (s[0] - s[1]) / s[0]),
                (Feature::Planarity, (s[1] - s[2]) / s[0]),
                (Feature::Sphericity, s[2] / s[0]),
                (Feature::Omnivariance, (s[0] * s[1] * s[2]).cbrt()),
                (Feature::Eigenentropy, minus_sum_x_ln_x(s)),
                (Feature::EigenvalueSum, 140.0 / 9.0),
                (Feature::SurfaceVariation, s[2] / (140.0 / 9.0)),
                (Feature::Anisotropy, (s[0] - s[2]) / s[0]),
            ],
        );
        let s = [8.0_f32, 4.0, 2.0].map(f32::sqrt);
        check(
            Convention::Pgeof,
            &[
                (Feature::Linearity, (s[0] - s[1]) / (s[0] + 1e-3)),
                (Feature::Length, s[0]),
                (Feature::Surface, (s[0] * s[1] + 1e-6).sqrt()),
                (Feature::Volume, (s[0] * s[1] * s[2] + 1e-9).cbrt()),
                (Feature::SurfaceVariation, s[2] / (s[0] + s[1] + s[2] + 1e-3)),
            ],
        );
    }

    #[test]
    fn a_line_has_no_entropy_and_nothing_has_no_shape() {
        let up = [0.0, 0.0, 1.0];
        assert_eq!(values(Convention::Swath, [1.0, 0.0, 0.0], up, 1.0)(Feature::Eigenentropy), 0.0);
        let got = values(Convention::Swath, [0.0; 3], up, 0.0);
        for feature in
            [Feature::Omnivariance, Feature::EigenvalueSum, Feature::Length, Feature::Volume, Feature::Verticality]
        {
            assert_eq!(got(feature), 0.0, "{feature}");
        }
        for feature in
            [Feature::Linearity, Feature::Planarity, Feature::Eigenentropy, Feature::DegreeOfPlanarity, Feature::Pca1]
        {
            assert!(got(feature).is_nan(), "{feature}");
        }
        assert_eq!([Feature::NormalX, Feature::NormalY, Feature::NormalZ].map(got), up);
    }

    #[test]
    fn normals_point_up_then_along_y_then_along_x() {
        let up = |normal| {
            let got = values(Convention::Swath, [1.0, 0.5, 0.25], normal, 1.0);
            [Feature::NormalX, Feature::NormalY, Feature::NormalZ].map(got)
        };
        assert_eq!(up([0.6, 0.0, -0.8]), [-0.6, 0.0, 0.8]);
        assert_eq!(up([0.0, -1.0, 1e-8])[1], 1.0);
        assert_eq!(up([0.0, 1.0, -1e-8])[1], 1.0);
        assert_eq!(up([-1.0, 1e-8, 0.0])[0], 1.0);
        assert_eq!(up([1.0, -1e-8, 1e-8])[0], 1.0);
    }
}
