//! Numbers to 8-bit integers and back, by the conventions of ONNX Runtime.

use bytemuck::Pod;
use fearless_simd::{Level, Simd, dispatch};

use super::moments::{greatest, is_finite, least};

/// Lanes of the search for extremes: as many as AVX2 has registers for.
const LANES: usize = 24;

/// An 8-bit integer: `i8` or `u8`.
pub(crate) trait Quantized: Pod + Into<i32> {
    /// The least value.
    const MIN: i32;
    /// The greatest value.
    const MAX: i32;

    /// A value within these bounds.
    fn narrowed(value: i32) -> Self;
}

impl Quantized for i8 {
    const MIN: i32 = -128;
    const MAX: i32 = 127;

    #[inline(always)]
    fn narrowed(value: i32) -> Self {
        value as Self
    }
}

impl Quantized for u8 {
    const MIN: i32 = 0;
    const MAX: i32 = 255;

    #[inline(always)]
    fn narrowed(value: i32) -> Self {
        value as Self
    }
}

/// The extremes of some numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extremes {
    /// The least of those that are numbers; infinite without any.
    pub(crate) min: f32,
    /// The greatest of those that are numbers; minus infinity without any.
    pub(crate) max: f32,
    /// How many are infinite or NaN.
    pub(crate) not_finite: u64,
}

impl Extremes {
    /// Those of no number.
    pub(crate) const NONE: Self = Self { min: f32::INFINITY, max: f32::NEG_INFINITY, not_finite: 0 };

    /// Those of both parts.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            min: least(self.min, other.min),
            max: greatest(self.max, other.max),
            not_finite: self.not_finite + other.not_finite,
        }
    }
}

/// `saturate(round(x / scale) + zero_point)`, ties to even; a NaN gives the zero point. The scale is above 0 and the zero
/// point one of the results.
pub(crate) fn quantize<Q: Quantized>(level: Level, from: &[f32], scale: f32, zero_point: i32, to: &mut [Q]) {
    assert_eq!(from.len(), to.len(), "each number has a result");
    assert!((Q::MIN..=Q::MAX).contains(&zero_point), "the zero point {zero_point} is not a result");
    dispatch!(level, simd => quantized(simd, from, scale, zero_point, to));
}

/// `(q - zero_point) * scale`.
pub(crate) fn dequantize<Q: Quantized>(level: Level, from: &[Q], scale: f32, zero_point: i32, to: &mut [f32]) {
    assert_eq!(from.len(), to.len(), "each number has a result");
    dispatch!(level, simd => dequantized(simd, from, scale, zero_point, to));
}

/// The least and the greatest number, and how many are infinite or NaN. Of 0 and -0 either may be the extreme, the same
/// one at every level.
pub(crate) fn extremes(level: Level, from: &[f32]) -> Extremes {
    dispatch!(level, simd => extremes_of(simd, from))
}

#[inline(always)]
fn quantized<S: Simd, Q: Quantized>(_: S, from: &[f32], scale: f32, zero_point: i32, to: &mut [Q]) {
    // Added to a number below 2^22, its sum has a step of 1, so it is rounded to an integer, ties to even, which then is
    // the lowest bits: no level needs an instruction for rounding. What is cut off before saturates in any case.
    const STEP_OF_ONE: f32 = 1.5 * (1 << 23) as f32;
    for (value, to) in from.iter().zip(to) {
        let ratio = value / scale;
        let ratio = if ratio.is_nan() { 0.0 } else { ratio };
        let ratio = if ratio < -1_024.0 { -1_024.0 } else { ratio };
        let ratio = if ratio > 1_024.0 { 1_024.0 } else { ratio };
        let integer = (ratio + STEP_OF_ONE).to_bits() as i32 - STEP_OF_ONE.to_bits() as i32;
        *to = Q::narrowed((integer + zero_point).clamp(Q::MIN, Q::MAX));
    }
}

#[inline(always)]
fn dequantized<S: Simd, Q: Quantized>(_: S, from: &[Q], scale: f32, zero_point: i32, to: &mut [f32]) {
    for (value, to) in from.iter().zip(to) {
        let value: i32 = (*value).into();
        *to = (value - zero_point) as f32 * scale;
    }
}

#[inline(always)]
fn extremes_of<S: Simd>(_: S, from: &[f32]) -> Extremes {
    let mut result = Extremes::NONE;
    // Few enough that a lane's count fits 32 bits.
    for block in from.chunks(LANES << 20) {
        let mut min = [f32::INFINITY; LANES];
        let mut max = [f32::NEG_INFINITY; LANES];
        let mut not_finite = [0_u32; LANES];
        let (whole, rest) = block.as_chunks::<LANES>();
        for values in whole {
            for lane in 0..LANES {
                min[lane] = least(min[lane], values[lane]);
                max[lane] = greatest(max[lane], values[lane]);
                not_finite[lane] += u32::from(!is_finite(values[lane]));
            }
        }
        for (lane, value) in rest.iter().enumerate() {
            min[lane] = least(min[lane], *value);
            max[lane] = greatest(max[lane], *value);
            not_finite[lane] += u32::from(!is_finite(*value));
        }
        for lane in 0..LANES {
            let of_lane = Extremes { min: min[lane], max: max[lane], not_finite: not_finite[lane].into() };
            result = result.with(of_lane);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;

    fn levels() -> impl Iterator<Item = Level> {
        SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level)))
    }

    fn samples() -> Vec<f32> {
        let special =
            [0.5, 1.5, 2.5, -0.5, -1.5, 127.5, 128.5, -128.5, -129.0, 255.5, 1e30, -1e30, f32::MIN_POSITIVE / 2.0];
        let endless = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -f32::NAN, -0.0];
        let spread = (0..400).map(|index| (index as f32 - 200.0) * 1.75);
        special.into_iter().chain(endless).chain(spread).collect()
    }

    fn check<Q: Quantized + PartialEq + std::fmt::Debug>(zero_points: [i32; 4]) {
        let samples = samples();
        for level in levels() {
            for (zero_point, scale) in
                zero_points.into_iter().flat_map(|zero| [1.0, 0.3, 1e-30].map(|scale| (zero, scale)))
            {
                for len in 0..200 {
                    let from = &samples[len % 19..][..len];
                    let mut to = vec![Q::narrowed(Q::MAX); len];
                    quantize(level, from, scale, zero_point, &mut to);
                    for (value, quantized) in from.iter().zip(&to) {
                        let rounded = f64::from(value / scale).round_ties_even() + f64::from(zero_point);
                        let saturated = rounded.clamp(Q::MIN.into(), Q::MAX.into());
                        let expected = if value.is_nan() { zero_point } else { saturated as i32 };
                        let got: i32 = (*quantized).into();
                        assert_eq!(got, expected, "{level:?}: {value} / {scale} + {zero_point}");
                    }
                    let mut back = vec![f32::NAN; len];
                    dequantize(level, &to, scale, zero_point, &mut back);
                    for (quantized, back) in to.iter().zip(back) {
                        let quantized: i32 = (*quantized).into();
                        assert_eq!(back.to_bits(), ((quantized - zero_point) as f32 * scale).to_bits());
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_are_rounded_to_even_and_saturate_at_every_level() {
        check::<i8>([0, -128, 127, 5]);
        check::<u8>([0, 128, 255, 7]);
    }

    #[test]
    fn extremes_are_those_of_what_is_a_number_and_the_rest_is_counted() {
        let samples = samples();
        for (level, len) in levels().flat_map(|level| (0..400).map(move |len| (level, len))) {
            let from = &samples[len % 17..][..len];
            let expected = Extremes {
                min: from.iter().copied().fold(f32::INFINITY, f32::min),
                max: from.iter().copied().fold(f32::NEG_INFINITY, f32::max),
                not_finite: from.iter().filter(|value| !value.is_finite()).count() as u64,
            };
            assert_eq!(extremes(level, from), expected, "{level:?}, {len}");
        }
    }

    #[test]
    #[should_panic(expected = "the zero point 128 is not a result")]
    fn a_zero_point_out_of_range_is_refused() {
        quantize::<i8>(Level::fallback(), &[1.0], 1.0, 128, &mut [0]);
    }
}
