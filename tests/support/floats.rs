//! Floats that are right to within a bound that is derived, never guessed.

use super::Mismatch;

/// The largest relative error of one rounding to `f32`, half an ulp of 1.
pub const ROUNDING: f64 = 1.0 / 16_777_216.0;

/// Below this, GPUs may take a number for zero: the smallest normal `f32`.
const SMALLEST: f64 = f32::MIN_POSITIVE as f64;

/// Products of errors, which the bounds leave out: they are a millionth of the bounds at most.
const HIGHER_ORDERS: f64 = 1.0 + 1.0 / 1_048_576.0;

/// Whether `got` is within `bound` of `expected`. Of NaN only NaN is, of infinity only itself, and infinity of what the
/// bound reaches past the largest `f32`.
pub fn is_within(got: f32, expected: f64, bound: f64) -> bool {
    let got = f64::from(got);
    let bound = bound * HIGHER_ORDERS + SMALLEST;
    if expected.is_nan() {
        got.is_nan()
    } else if expected.is_infinite() {
        got == expected
    } else if got.is_infinite() {
        got.signum() == expected.signum() && expected.abs() + bound > f64::from(f32::MAX)
    } else {
        (got - expected).abs() <= bound
    }
}

/// Whether each number is within its bound: `expected` gives value and bound.
pub fn check(got: &[f32], expected: impl Iterator<Item = (f64, f64)>) -> Result<(), Mismatch> {
    let mut count = 0;
    for (index, (value, bound)) in expected.enumerate() {
        let Some(got) = got.get(index) else {
            return Err(Mismatch::at("the length", got.len(), format!("more than {index}")));
        };
        if !is_within(*got, value, bound) {
            return Err(Mismatch::at(index, got, format!("{value} within {bound:e}")));
        }
        count += 1;
    }
    if got.len() != count {
        return Err(Mismatch::at("the length", got.len(), count));
    }
    Ok(())
}

/// Whether each number, now in half precision, is one that a number within its bound rounds to.
pub fn check_half(got: &[f32], expected: impl Iterator<Item = (f64, f64)>) -> Result<(), Mismatch> {
    let ranges: Vec<_> = expected.map(|(value, bound)| (value, bound * HIGHER_ORDERS + SMALLEST)).collect();
    if got.len() != ranges.len() {
        return Err(Mismatch::at("the length", got.len(), ranges.len()));
    }
    for (index, (got, (value, bound))) in got.iter().zip(ranges).enumerate() {
        let (low, high) = (half(value - bound), half(value + bound));
        let got = f64::from(*got);
        let is_right = match value {
            _ if value.is_nan() => got.is_nan(),
            _ if value.is_infinite() => got == value,
            _ => low <= got && got <= high && half(got) == got,
        };
        if !is_right {
            return Err(Mismatch::at(index, got, format!("{low} to {high}")));
        }
    }
    Ok(())
}

/// Equal numbers, or both NaN; zeros of either sign are equal.
pub fn same(got: &[f32], expected: &[f32]) -> Result<(), Mismatch> {
    if got.len() != expected.len() {
        return Err(Mismatch::at("the length", got.len(), expected.len()));
    }
    let is_right = |got: f32, expected: f32| got == expected || (got.is_nan() && expected.is_nan());
    match got.iter().zip(expected).position(|(got, expected)| !is_right(*got, *expected)) {
        Some(index) => Err(Mismatch::at(index, got[index], expected[index])),
        None => Ok(()),
    }
}

/// A number rounded to half precision: 11 bits, the last of them 2^-24 or more, half to even, infinite from 65,520 on.
pub fn half(number: f64) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return number;
    }
    // The power of two at or below the number, from its bits: it is where the 11 bits begin.
    let exponent = ((number.abs().to_bits() >> 52) as i32 - 1_023).max(-14);
    let step = 2_f64.powi(exponent - 10);
    let rounded = (number / step).round_ties_even() * step;
    if rounded.abs() > 65_504.0 { f64::INFINITY.copysign(number) } else { rounded }
}
