//! What quantizing loses: sums of squares in `f64`, in a fixed number of lanes, so that they are the same bits at every
//! level.

use fearless_simd::{Level, Simd, dispatch};

use super::quantize::{Quantized, Steps, number_of};

/// Partial sums of each kind.
const LANES: usize = 16;

/// Sums of squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Loss {
    /// Of what is lost: of the differences of numbers and those that integers stand for.
    pub(crate) noise: f64,
    /// Of the numbers.
    pub(crate) signal: f64,
}

impl Loss {
    /// Of no number.
    pub(crate) const NONE: Self = Self { noise: 0.0, signal: 0.0 };

    /// Of both parts. Rounded: parts are to be added in one order.
    pub(crate) fn with(self, other: Self) -> Self {
        Self { noise: self.noise + other.noise, signal: self.signal + other.signal }
    }
}

/// The loss of numbers whose integers have one scale and zero point.
pub(crate) fn loss<Q: Quantized>(level: Level, from: &[f32], integers: &[Q], scale: f32, zero_point: i32) -> Loss {
    assert_eq!(from.len(), integers.len(), "each number has its integer");
    dispatch!(level, simd => lost(simd, from, integers, scale, zero_point))
}

/// The loss of numbers whose integers have a scale and a zero point each.
pub(crate) fn loss_each<Q: Quantized>(level: Level, from: &[f32], integers: &[Q], steps: Steps<'_>) -> Loss {
    assert_eq!([from.len(); 3], [steps.scales.len(), steps.zero_points.len(), integers.len()], "each has its own");
    dispatch!(level, simd => lost_each(simd, from, integers, steps))
}

#[inline(always)]
fn lost<S: Simd, Q: Quantized>(_: S, from: &[f32], integers: &[Q], scale: f32, zero_point: i32) -> Loss {
    summed(from, integers, |_, integer| number_of(integer, scale, zero_point))
}

#[inline(always)]
fn lost_each<S: Simd, Q: Quantized>(_: S, from: &[f32], integers: &[Q], steps: Steps<'_>) -> Loss {
    summed(from, integers, |index, integer| number_of(integer, steps.scales[index], steps.zero_points[index]))
}

#[inline(always)]
fn summed<Q: Quantized>(from: &[f32], integers: &[Q], number: impl Fn(usize, Q) -> f32) -> Loss {
    let (mut noise, mut signal) = ([0.0; LANES], [0.0; LANES]);
    let (whole, rest) = from.as_chunks::<LANES>();
    let (whole_integers, rest_integers) = integers.as_chunks::<LANES>();
    for (index, (values, integers)) in whole.iter().zip(whole_integers).enumerate() {
        for lane in 0..LANES {
            let value = f64::from(values[lane]);
            let difference = value - f64::from(number(index * LANES + lane, integers[lane]));
            noise[lane] += difference * difference;
            signal[lane] += value * value;
        }
    }
    let start = from.len() - rest.len();
    for (lane, (value, integer)) in rest.iter().zip(rest_integers).enumerate() {
        let value = f64::from(*value);
        let difference = value - f64::from(number(start + lane, *integer));
        noise[lane] += difference * difference;
        signal[lane] += value * value;
    }
    (0..LANES).fold(Loss::NONE, |sum, lane| sum.with(Loss { noise: noise[lane], signal: signal[lane] }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;

    #[test]
    fn sums_are_those_of_the_formula_and_equal_at_every_level() {
        let numbers: Vec<f32> = (0..5_000).map(|index| (index as f32 * 0.7).sin() * 90.0).collect();
        let integers: Vec<i8> = numbers.iter().map(|number| (*number * 1.3) as i8).collect();
        for len in [0, 1, 15, 16, 17, 100, 5_000] {
            let (numbers, integers) = (&numbers[..len], &integers[..len]);
            let mut first = None;
            for level in SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level))) {
                let got = loss(level, numbers, integers, 0.75, 3);
                let back = |integer: &i8| f64::from((f32::from(*integer) - 3.0) * 0.75);
                let noise: f64 = numbers.iter().zip(integers).map(|(x, q)| (f64::from(*x) - back(q)).powi(2)).sum();
                let signal: f64 = numbers.iter().map(|x| f64::from(*x).powi(2)).sum();
                assert!((got.noise - noise).abs() <= 1e-13 * noise && (got.signal - signal).abs() <= 1e-13 * signal);
                let each = Steps { scales: &vec![0.75; len], zero_points: &vec![3; len] };
                assert_eq!(loss_each(level, numbers, integers, each), got, "{level:?}, {len}");
                assert_eq!(*first.get_or_insert(got), got, "{level:?}, {len}");
            }
        }
    }
}
