//! Natural logarithm and cube root in `f32` from additions, multiplications and divisions alone, so that every SIMD
//! level gives the same bits and a shader can repeat them.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

/// `ln x` for normal positive `x`, within 2 units in the last place near 1 and one elsewhere: the polynomial of
/// `logf` in the Cephes library (S. Moshier, 1992).
#[inline(always)]
pub(super) fn ln<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const POLYNOMIAL: [f32; 9] = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_7e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ];
    // x = mantissa * 2^exponent, the mantissa between sqrt(1/2) and sqrt(2).
    let bits = x.to_bits();
    let mantissa = S::f32s::from_bits((bits & 0x007f_ffff) | 0x3f00_0000);
    let exponent = (bits >> 23).bitcast::<S::i32s>().to_float::<S::f32s>() - 126.0;
    let small = mantissa.simd_lt(std::f32::consts::FRAC_1_SQRT_2);
    let exponent = small.select(exponent - 1.0, exponent);
    let m = small.select(mantissa + mantissa, mantissa) - 1.0;
    let square = m * m;
    let mut polynomial = S::f32s::splat(simd, POLYNOMIAL[0]);
    for coefficient in &POLYNOMIAL[1..] {
        polynomial = polynomial * m + *coefficient;
    }
    // ln 2 in two parts, of which the first has few bits, so that its product with the exponent is exact.
    let tail = ((polynomial * m) * square + exponent * -2.121_944_4e-4) - square * 0.5;
    (m + tail) + exponent * 0.693_359_4
}

/// The cube root of normal positive `x`, within 2 units in the last place; 0 for anything smaller.
///
/// A guess from a third of the bits (H. S. Warren, *Hacker's Delight*, 2nd edition, section 11-4), good to 3 %, then
/// three steps of Newton's method, each of which squares the error.
#[inline(always)]
pub(super) fn cbrt<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let bits = x.to_bits();
    let third = (bits >> 2) + (bits >> 4);
    let third = third + (third >> 4);
    let third = third + (third >> 8);
    let mut root = S::f32s::from_bits(third + 0x2a51_37a0);
    for _ in 0..3 {
        root = ((root + root) + x / (root * root)) * (1.0 / 3.0);
    }
    x.simd_lt(f32::MIN_POSITIVE).select(S::f32s::splat(simd, 0.0), root)
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;
    use crate::cpu::SimdLevel;

    fn apply(level: Level, x: [f32; 16]) -> ([f32; 16], [f32; 16]) {
        #[inline(always)]
        fn body<S: Simd>(simd: S, x: [f32; 16]) -> ([f32; 16], [f32; 16]) {
            let mut results = ([0.0; 16], [0.0; 16]);
            for first in (0..16).step_by(S::f32s::LEN) {
                let lanes = first..first + S::f32s::LEN;
                let x = S::f32s::from_slice(simd, &x[lanes.clone()]);
                ln(simd, x).store_slice(&mut results.0[lanes.clone()]);
                cbrt(simd, x).store_slice(&mut results.1[lanes]);
            }
            results
        }
        dispatch!(level, simd => body(simd, x))
    }

    #[test]
    fn both_are_near_f64_and_the_same_at_every_level() {
        let step = 4_099; // prime, so that mantissas of all kinds come up
        let first = f32::MIN_POSITIVE.to_bits();
        for start in (first..f32::MAX.to_bits() - 16 * step).step_by(16 * step as usize) {
            let x: [f32; 16] = std::array::from_fn(|lane| f32::from_bits(start + lane as u32 * step));
            let (ln, cbrt) = apply(Level::fallback(), x);
            for lane in 0..16 {
                let wide = f64::from(x[lane]);
                let error = (f64::from(ln[lane]) - wide.ln()).abs();
                assert!(error <= 1.5e-7 * wide.ln().abs().max(1e-3), "ln {wide} = {}, off by {error}", ln[lane]);
                let error = (f64::from(cbrt[lane]) / wide.cbrt() - 1.0).abs();
                assert!(error <= 2.4e-7, "cbrt {wide} = {}, off by {error}", cbrt[lane]);
            }
            if start % 64 == 0 {
                for level in SimdLevel::available() {
                    let got = apply(SimdLevel::capped(Some(level)), x);
                    assert_eq!(got.0.map(f32::to_bits), ln.map(f32::to_bits), "{level}");
                    assert_eq!(got.1.map(f32::to_bits), cbrt.map(f32::to_bits), "{level}");
                }
            }
        }
    }

    #[test]
    fn zero_and_denormals_have_the_root_zero() {
        assert_eq!(apply(Level::fallback(), [0.0; 16]).1, [0.0; 16]);
        assert_eq!(apply(Level::fallback(), [1e-40; 16]).1, [0.0; 16]);
    }
}
