//! The range of so many in a hundred numbers, read from a histogram: the percentile calibration of ONNX Runtime, counted in
//! whole numbers.
//!
//! The bins are of one width: of an asymmetric range from `-reach` to `reach`, of a symmetric one, which looks at absolute
//! values, from the least to the greatest of those. Where both ends are one number they are moved apart by 0.5 each. Edge
//! `i` is `i * ((end - start) / 2048) + start`, each operation rounded to `f32`. A number is in the last bin whose lower
//! edge is not above it; so bins can be guessed, as long as the guess is held to the edges.

use super::parameters::{Range, UNIT, is_large, is_small};
use crate::tensor::rows::quantize::Extremes;

/// Bins of a histogram.
pub(super) const BINS: usize = 2_048;

/// The bins of a channel.
pub(super) struct Bins {
    edges: Vec<f32>,
    per_number: f32,
    /// What numbers are multiplied by before they are compared with edges.
    factor: f32,
    extremes: Extremes,
    is_symmetric: bool,
}

impl Bins {
    /// Those for numbers with such extremes.
    pub(super) fn new(extremes: Extremes, is_symmetric: bool) -> Self {
        let Extremes { low, high, size } = extremes;
        let reach = high.max(-low);
        let factor = if is_small(reach) { UNIT } else { 1.0 };
        // Edges are computed in a unit in which they neither overflow nor lose digits.
        let unit = if is_large(reach) { 1.0 / UNIT } else { factor };
        let end = reach * unit;
        let start = if is_symmetric { size.min(reach) * unit } else { -end };
        let (start, end) = if start == end { (start - 0.5 * unit, end + 0.5 * unit) } else { (start, end) };
        let step = (end - start) / BINS as f32;
        let mut edges: Vec<f32> = (0..BINS).map(|index| (index as f32 * step + start) / unit * factor).collect();
        if is_symmetric && is_large(reach) {
            // The only edge that may be too small for that unit.
            edges[0] = size.min(reach);
        }
        Self { edges, per_number: 1.0 / (step / unit * factor), factor, extremes, is_symmetric }
    }

    /// Counts the finite ones of some numbers.
    pub(super) fn count(&self, numbers: &[f32], counts: &mut [u64]) {
        for number in numbers.iter().filter(|number| number.is_finite()) {
            counts[self.bin(*number)] += 1;
        }
    }

    #[inline(always)]
    fn bin(&self, number: f32) -> usize {
        let number = if self.is_symmetric { number.abs() } else { number } * self.factor;
        // What is not a number becomes 0, and what is too large the last: both are seen to be wrong.
        let guess = (((number - self.edges[0]) * self.per_number) as usize).min(BINS - 1);
        let is_right = self.edges[guess] <= number && self.edges.get(guess + 1).is_none_or(|next| number < *next);
        if is_right { guess } else { self.edges.partition_point(|edge| *edge <= number).saturating_sub(1) }
    }

    /// The range of `p` in a hundred of what was counted.
    pub(super) fn range(&self, counts: &[u64], p: f64) -> Range {
        let numbers: u64 = counts.iter().sum();
        if numbers == 0 {
            return Range::new(0.0, 0.0);
        }
        // The lower edge of the first bin with which so large a part of all is reached.
        let edge = |Part { times, part }| {
            let mut count = 0;
            let bin = counts.iter().position(|more| {
                count += more;
                times * count as f64 >= part * numbers as f64
            });
            self.edges[bin.unwrap_or(BINS - 1)]
        };
        let [first, last] = parts(p, self.is_symmetric).map(edge);
        let from = if self.is_symmetric { -last } else { first };
        let (low, high) = (self.extremes.low * self.factor, self.extremes.high * self.factor);
        Range { low: from.max(low).min(0.0), high: last.min(high).max(0.0), is_scaled: self.factor == UNIT }
    }
}

/// A share of all numbers: `part / times`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    /// What counts are multiplied by, a whole number.
    pub(super) times: f64,
    /// What the number of all is multiplied by.
    pub(super) part: f64,
}

/// The shares at which the range begins and ends; a symmetric one only ends.
pub(super) fn parts(p: f64, is_symmetric: bool) -> [Part; 2] {
    if is_symmetric {
        [Part { times: 100.0, part: p }; 2]
    } else {
        [100.0 - p, 100.0 + p].map(|part| Part { times: 200.0, part })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extremes(numbers: &[f32]) -> Extremes {
        crate::tensor::rows::quantize::extremes(fearless_simd::Level::fallback(), numbers)
    }

    #[test]
    fn every_number_is_in_the_last_bin_that_begins_at_or_below_it() {
        let spread: Vec<f32> = (0..3_000).map(|index| (index as f32 * 0.37).sin() * 7.0 - 1.0).collect();
        for unit in [1.0, 1e-42, 1e-30, 1e37] {
            for numbers in [&spread[..], &[2.5; 3], &[0.0, -0.0], &[1.0, 1.000_000_1], &[5.0, 1e-30, -3.0]] {
                let numbers: Vec<f32> = numbers.iter().map(|number| number * unit).collect();
                for is_symmetric in [false, true] {
                    let bins = Bins::new(extremes(&numbers), is_symmetric);
                    assert!(bins.edges.is_sorted(), "{unit}, {is_symmetric}");
                    for number in &numbers {
                        let counted = if is_symmetric { number.abs() } else { *number } * bins.factor;
                        let expected = bins.edges.iter().rposition(|edge| *edge <= counted);
                        assert_eq!(Some(bins.bin(*number)), expected, "{number} of {is_symmetric}");
                    }
                }
            }
        }
    }
}
