//! Features from eigenvalues and eigenvectors, for one point a lane. What each means stands at [`Feature`].

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use crate::points::Feature;

use super::jacobi::Eigen;
use super::math::{cbrt, ln};

/// A normal whose z, then y, is smaller than this counts as lying in the plane below, where the next axis decides the
/// sign: rounding alone would otherwise flip the normals of walls.
const LEVEL: f32 = 1e-6;

/// The values of one feature.
///
/// Where the matrix was zero, ratios and entropy are NaN; the select writes one NaN for all levels, as 0/0 has a sign
/// that depends on the architecture.
#[inline(always)]
pub(super) fn feature<S: Simd>(simd: S, feature: Feature, eigen: &Eigen<S>, squared_unit: f32) -> S::f32s {
    let [l1, l2, l3] = eigen.values;
    let sum = (l1 + l2) + l3;
    match feature {
        Feature::Linearity => ratio(simd, l1 - l2, l1),
        Feature::Planarity => ratio(simd, l2 - l3, l1),
        Feature::Sphericity => ratio(simd, l3, l1),
        Feature::Omnivariance => cbrt(simd, (l1 * l2) * l3) * eigen.scale * squared_unit,
        Feature::Anisotropy => ratio(simd, l1 - l3, l1),
        Feature::Eigenentropy => {
            let first = entropy_of_share(simd, ratio(simd, l1, sum));
            let second = entropy_of_share(simd, ratio(simd, l2, sum));
            (first + second) + entropy_of_share(simd, ratio(simd, l3, sum))
        }
        Feature::EigenvalueSum => sum * eigen.scale * squared_unit,
        Feature::SurfaceVariation => ratio(simd, l3, sum),
        Feature::Verticality => S::f32s::splat(simd, 1.0) - normal(simd, eigen)[2].abs(),
        Feature::NormalX => normal(simd, eigen)[0],
        Feature::NormalY => normal(simd, eigen)[1],
        Feature::NormalZ => normal(simd, eigen)[2],
        Feature::Pca1 => ratio(simd, l1, sum),
        Feature::Pca2 => ratio(simd, l2, sum),
    }
}

/// The quotient, or NaN where the divisor is 0.
#[inline(always)]
fn ratio<S: Simd>(simd: S, value: S::f32s, divisor: S::f32s) -> S::f32s {
    let some = divisor.simd_gt(0.0);
    some.select(value / some.select(divisor, S::f32s::splat(simd, 1.0)), S::f32s::splat(simd, f32::NAN))
}

/// `-p ln p`, 0 for shares too small to matter, NaN for NaN.
#[inline(always)]
fn entropy_of_share<S: Simd>(simd: S, share: S::f32s) -> S::f32s {
    let zero = S::f32s::splat(simd, 0.0);
    let counts = share.simd_ge(f32::MIN_POSITIVE);
    let logarithm = ln(simd, counts.select(share, S::f32s::splat(simd, 1.0)));
    let entropy = counts.select(zero - share * logarithm, zero);
    share.simd_eq(share).select(entropy, S::f32s::splat(simd, f32::NAN))
}

/// The eigenvector of the smallest eigenvalue, of length 1, turned upwards.
#[inline(always)]
fn normal<S: Simd>(simd: S, eigen: &Eigen<S>) -> [S::f32s; 3] {
    let zero = S::f32s::splat(simd, 0.0);
    let [x, y, z] = eigen.vectors[2];
    // Rounding is monotone and sqrt(z * z) is |z|, so no quotient exceeds 1 and verticality is never below 0.
    let length = ((x * x + y * y) + z * z).sqrt();
    let [x, y, z] = [x / length, y / length, z / length];
    let decides = z.abs().simd_lt(LEVEL).select(y.abs().simd_lt(LEVEL).select(x, y), z);
    let down = decides.simd_lt(zero);
    [down.select(zero - x, x), down.select(zero - y, y), down.select(zero - z, z)]
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;

    fn values(values: [f32; 3], normal: [f32; 3], scale: f32) -> [f32; 14] {
        #[inline(always)]
        fn body<S: Simd>(simd: S, values: [f32; 3], normal: [f32; 3], scale: f32) -> [f32; 14] {
            let splat = |value| S::f32s::splat(simd, value);
            let vectors = [[splat(0.0); 3], [splat(0.0); 3], normal.map(splat)];
            let eigen = Eigen { values: values.map(splat), vectors, scale: splat(scale) };
            Feature::ALL.map(|name| feature(simd, name, &eigen, 0.25).as_slice()[3])
        }
        dispatch!(Level::fallback(), simd => body(simd, values, normal, scale))
    }

    #[test]
    fn formulas_are_those_of_the_documentation() {
        let got = values([1.0, 0.5, 0.25], [0.0, 0.6, -0.8], 8.0);
        let entropy = -[4.0_f32 / 7.0, 2.0 / 7.0, 1.0 / 7.0].iter().map(|p| p * p.ln()).sum::<f32>();
        let expected = [0.5, 0.25, 0.25, 1.0, 0.75, entropy, 3.5, 1.0 / 7.0, 0.2, 0.0, -0.6, 0.8, 4.0 / 7.0, 2.0 / 7.0];
        for ((feature, got), expected) in Feature::ALL.iter().zip(got).zip(expected) {
            assert!((got - expected).abs() < 3e-7, "{feature} is {got}, not {expected}");
        }
    }

    #[test]
    fn a_line_has_no_entropy_and_nothing_has_no_shape() {
        assert_eq!(values([1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 1.0)[Feature::Eigenentropy as usize], 0.0);
        let got = values([0.0; 3], [0.0, 0.0, 1.0], 0.0);
        for feature in Feature::ALL {
            let expected = match feature {
                Feature::Omnivariance | Feature::EigenvalueSum | Feature::Verticality => 0.0,
                Feature::NormalX | Feature::NormalY => 0.0,
                Feature::NormalZ => 1.0,
                _ => f32::NAN,
            };
            let got = got[feature as usize];
            assert!(got == expected || (got.is_nan() && expected.is_nan()), "{feature} is {got}");
        }
    }

    #[test]
    fn normals_point_up_then_along_y_then_along_x() {
        let up = |normal| {
            let got = values([1.0, 0.5, 0.25], normal, 1.0);
            [Feature::NormalX, Feature::NormalY, Feature::NormalZ].map(|axis| got[axis as usize])
        };
        assert_eq!(up([0.6, 0.0, -0.8]), [-0.6, 0.0, 0.8]);
        assert_eq!(up([0.0, -1.0, 1e-8])[1], 1.0);
        assert_eq!(up([0.0, 1.0, -1e-8])[1], 1.0);
        assert_eq!(up([-1.0, 1e-8, 0.0])[0], 1.0);
        assert_eq!(up([1.0, -1e-8, 1e-8])[0], 1.0);
    }
}
