//! Numbers to 8-bit integers and back, by the conventions of ONNX Runtime.

use fearless_simd::{Level, Simd, dispatch};

use super::moments::{greatest, least};
use crate::device::Element;

/// Lanes of the search for extremes: as many as AVX2 has registers for.
const LANES: usize = 16;

/// An 8-bit integer that numbers are quantized to: `i8` or `u8`.
pub trait Quantized: Element + Into<i32> + Eq + sealed::Sealed {
    /// The least value.
    const MIN: i32;
    /// The greatest value.
    const MAX: i32;

    /// A value within these bounds.
    #[doc(hidden)]
    fn narrowed(value: i32) -> Self;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! quantized {
    ($($integer:ty),*) => {$(
        impl sealed::Sealed for $integer {}
        impl Quantized for $integer {
            const MIN: i32 = <$integer>::MIN as i32;
            const MAX: i32 = <$integer>::MAX as i32;

            #[inline(always)]
            fn narrowed(value: i32) -> Self {
                value as Self
            }
        }
    )*};
}

quantized!(i8, u8);

/// The extremes of the finite ones of some numbers, with 0 among them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extremes {
    /// The least; at most 0.
    pub(crate) low: f32,
    /// The greatest; at least 0.
    pub(crate) high: f32,
    /// The least absolute value, without the 0; infinite of none.
    pub(crate) size: f32,
}

impl Extremes {
    /// Those of no number.
    pub(crate) const NONE: Self = Self { low: 0.0, high: 0.0, size: f32::INFINITY };

    /// Those of both parts.
    #[inline(always)]
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            low: least(self.low, other.low),
            high: greatest(self.high, other.high),
            size: least(self.size, other.size),
        }
    }

    #[inline(always)]
    fn of(value: f32) -> Self {
        let size = value.abs();
        let finite = if size < f32::INFINITY { value } else { 0.0 };
        Self { low: finite, high: finite, size }
    }
}

/// Extremes of the columns of a table, each in an array of its own, so that a vector takes many columns at once.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    low: Vec<f32>,
    high: Vec<f32>,
    size: Vec<f32>,
}

impl Columns {
    /// So many columns without numbers.
    pub(crate) fn new(columns: usize) -> Self {
        let Extremes { low, high, size } = Extremes::NONE;
        Self { low: vec![low; columns], high: vec![high; columns], size: vec![size; columns] }
    }

    /// What is known of each.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Extremes> {
        self.low.iter().zip(&self.high).zip(&self.size).map(|((low, high), size)| Extremes {
            low: *low,
            high: *high,
            size: *size,
        })
    }
}

/// A scale and a zero point for each of some numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps<'a> {
    /// The scales, above 0.
    pub(crate) scales: &'a [f32],
    /// The zero points, each of them one of the results.
    pub(crate) zero_points: &'a [i32],
}

/// `saturate(round(x / scale) + zero_point)`, ties to even; a NaN gives the zero point. The scale is above 0 and the zero
/// point one of the results.
pub(crate) fn quantize<Q: Quantized>(level: Level, from: &[f32], scale: f32, zero_point: i32, to: &mut [Q]) {
    assert_eq!(from.len(), to.len(), "each number has a result");
    assert!((Q::MIN..=Q::MAX).contains(&zero_point), "the zero point {zero_point} is not a result");
    dispatch!(level, simd => quantized(simd, from, scale, zero_point, to));
}

/// The same with a scale and a zero point for each number.
pub(crate) fn quantize_each<Q: Quantized>(level: Level, from: &[f32], steps: Steps<'_>, to: &mut [Q]) {
    assert_eq!([from.len(); 3], [steps.scales.len(), steps.zero_points.len(), to.len()], "each number has its own");
    dispatch!(level, simd => quantized_each(simd, from, steps, to));
}

/// `(q - zero_point) * scale`.
pub(crate) fn dequantize<Q: Quantized>(level: Level, from: &[Q], scale: f32, zero_point: i32, to: &mut [f32]) {
    assert_eq!(from.len(), to.len(), "each number has a result");
    dispatch!(level, simd => dequantized(simd, from, scale, zero_point, to));
}

/// The same with a scale and a zero point for each number.
pub(crate) fn dequantize_each<Q: Quantized>(level: Level, from: &[Q], steps: Steps<'_>, to: &mut [f32]) {
    assert_eq!([from.len(); 3], [steps.scales.len(), steps.zero_points.len(), to.len()], "each number has its own");
    dispatch!(level, simd => dequantized_each(simd, from, steps, to));
}

/// The extremes of all numbers. Of 0 and -0 either may be one.
pub(crate) fn extremes(level: Level, from: &[f32]) -> Extremes {
    dispatch!(level, simd => extremes_of(simd, from))
}

/// The extremes of each column of a table, added to what is known of them. The last row may be shorter.
pub(crate) fn column_extremes(level: Level, from: &[f32], columns: &mut Columns) {
    dispatch!(level, simd => extremes_of_columns(simd, from, columns));
}

#[inline(always)]
fn quantized<S: Simd, Q: Quantized>(_: S, from: &[f32], scale: f32, zero_point: i32, to: &mut [Q]) {
    for (value, to) in from.iter().zip(to) {
        *to = integer_of(*value, scale, zero_point);
    }
}

#[inline(always)]
fn quantized_each<S: Simd, Q: Quantized>(_: S, from: &[f32], steps: Steps<'_>, to: &mut [Q]) {
    for (((value, scale), zero_point), to) in from.iter().zip(steps.scales).zip(steps.zero_points).zip(to) {
        *to = integer_of(*value, *scale, *zero_point);
    }
}

#[inline(always)]
fn integer_of<Q: Quantized>(value: f32, scale: f32, zero_point: i32) -> Q {
    // Added to a number below 2^22, its sum has a step of 1, so it is rounded to an integer, ties to even, which then is
    // the lowest bits: no level needs an instruction for rounding. What is cut off before saturates in any case.
    const STEP_OF_ONE: f32 = 1.5 * (1 << 23) as f32;
    let ratio = value / scale;
    let ratio = if ratio.is_nan() { 0.0 } else { ratio };
    let ratio = if ratio < -1_024.0 { -1_024.0 } else { ratio };
    let ratio = if ratio > 1_024.0 { 1_024.0 } else { ratio };
    let integer = (ratio + STEP_OF_ONE).to_bits() as i32 - STEP_OF_ONE.to_bits() as i32;
    Q::narrowed((integer + zero_point).clamp(Q::MIN, Q::MAX))
}

#[inline(always)]
fn dequantized<S: Simd, Q: Quantized>(_: S, from: &[Q], scale: f32, zero_point: i32, to: &mut [f32]) {
    for (value, to) in from.iter().zip(to) {
        *to = number_of(*value, scale, zero_point);
    }
}

#[inline(always)]
fn dequantized_each<S: Simd, Q: Quantized>(_: S, from: &[Q], steps: Steps<'_>, to: &mut [f32]) {
    for (((value, scale), zero_point), to) in from.iter().zip(steps.scales).zip(steps.zero_points).zip(to) {
        *to = number_of(*value, *scale, *zero_point);
    }
}

#[inline(always)]
pub(super) fn number_of<Q: Quantized>(value: Q, scale: f32, zero_point: i32) -> f32 {
    let value: i32 = value.into();
    (value - zero_point) as f32 * scale
}

#[inline(always)]
fn extremes_of<S: Simd>(_: S, from: &[f32]) -> Extremes {
    let Extremes { low, high, size } = Extremes::NONE;
    let (mut low, mut high, mut size) = ([low; LANES], [high; LANES], [size; LANES]);
    let (whole, rest) = from.as_chunks::<LANES>();
    for values in whole {
        for lane in 0..LANES {
            let one = Extremes::of(values[lane]);
            low[lane] = least(low[lane], one.low);
            high[lane] = greatest(high[lane], one.high);
            size[lane] = least(size[lane], one.size);
        }
    }
    let of_rest = rest.iter().fold(Extremes::NONE, |so_far, value| so_far.with(Extremes::of(*value)));
    (0..LANES)
        .fold(of_rest, |so_far, lane| so_far.with(Extremes { low: low[lane], high: high[lane], size: size[lane] }))
}

#[inline(always)]
fn extremes_of_columns<S: Simd>(_: S, from: &[f32], columns: &mut Columns) {
    let Columns { low, high, size } = columns;
    for row in from.chunks(low.len().max(1)) {
        for (((value, low), high), size) in row.iter().zip(&mut *low).zip(&mut *high).zip(&mut *size) {
            let one = Extremes::of(*value);
            *low = least(*low, one.low);
            *high = greatest(*high, one.high);
            *size = least(*size, one.size);
        }
    }
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
    fn extremes_are_those_of_what_is_finite_with_0_among_them() {
        let samples = samples();
        let plainly = |from: &mut dyn Iterator<Item = f32>| {
            from.filter(|value| value.is_finite()).fold(Extremes::NONE, |so_far, value| Extremes {
                low: so_far.low.min(value),
                high: so_far.high.max(value),
                size: so_far.size.min(value.abs()),
            })
        };
        for (level, len) in levels().flat_map(|level| (0..400).map(move |len| (level, len))) {
            let from = &samples[len % 17..][..len];
            assert_eq!(extremes(level, from), plainly(&mut from.iter().copied()), "{level:?}, {len}");
            for width in [1, 3, 64, 100] {
                let mut columns = Columns::new(width);
                column_extremes(level, from, &mut columns);
                for (column, got) in columns.iter().enumerate() {
                    let expected = plainly(&mut from.iter().copied().skip(column).step_by(width));
                    assert_eq!(got, expected, "{level:?}, column {column} of {width} in {len}");
                }
            }
        }
    }

    #[test]
    fn steps_of_each_number_are_those_of_one_alone() {
        let samples = samples();
        let scales: Vec<f32> = (0..400).map(|index| 0.3 + (index % 70) as f32).collect();
        let zero_points: Vec<i32> = (0..400).map(|index| index % 70 - 35).collect();
        for (level, len) in levels().flat_map(|level| [0, 1, 5, 131, 400].map(|len| (level, len))) {
            let steps = Steps { scales: &scales[..len], zero_points: &zero_points[..len] };
            let mut to = vec![0_i8; len];
            quantize_each(level, &samples[..len], steps, &mut to);
            let mut back = vec![0.0; len];
            dequantize_each(level, &to, steps, &mut back);
            for index in 0..len {
                let (mut one, mut number) = ([0], [0.0]);
                quantize(level, &samples[index..=index], scales[index], zero_points[index], &mut one);
                dequantize(level, &one, scales[index], zero_points[index], &mut number);
                assert_eq!((to[index], back[index]), (one[0], number[0]), "{level:?}, {index} of {len}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "the zero point 128 is not a result")]
    fn a_zero_point_out_of_range_is_refused() {
        quantize::<i8>(Level::fallback(), &[1.0], 1.0, 128, &mut [0]);
    }
}
