//! Numbers moved and scaled.

use fearless_simd::{Level, Simd, dispatch};

use crate::cpu::stream;

/// `(x - shift) * scale + offset` of each number, rounded after each of the three. `streaming` writes past the caches.
pub(crate) fn rescale(level: Level, from: &[f32], [shift, scale, offset]: [f32; 3], to: &mut [f32], streaming: bool) {
    assert_eq!(from.len(), to.len(), "each number has a result");
    if streaming {
        stream::fill(level, true, &mut [to], |_, range, to| {
            dispatch!(level, simd => row(simd, &from[range], [shift, scale, offset], to));
        });
    } else {
        dispatch!(level, simd => row(simd, from, [shift, scale, offset], to));
    }
}

/// `(x - shift) * scale` with a shift and a scale for each number, rounded after both.
pub(crate) fn rescale_each(level: Level, from: &[f32], shifts: &[f32], scales: &[f32], to: &mut [f32]) {
    assert_eq!([from.len(); 3], [shifts.len(), scales.len(), to.len()], "each number has its own");
    dispatch!(level, simd => row_of_each(simd, from, shifts, scales, to));
}

#[inline(always)]
fn row<S: Simd>(_: S, from: &[f32], [shift, scale, offset]: [f32; 3], to: &mut [f32]) {
    for (from, to) in from.iter().zip(to) {
        *to = (from - shift) * scale + offset;
    }
}

#[inline(always)]
fn row_of_each<S: Simd>(_: S, from: &[f32], shifts: &[f32], scales: &[f32], to: &mut [f32]) {
    for (((from, shift), scale), to) in from.iter().zip(shifts).zip(scales).zip(to) {
        *to = (from - shift) * scale;
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;
    use crate::cpu::SimdLevel;

    #[test]
    fn every_level_rounds_three_times() {
        let special = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, f32::MAX, f32::MIN_POSITIVE / 3.0];
        let samples: Vec<f32> =
            special.into_iter().chain((0..5_000).map(|index| (index as f32 - 900.0) * 0.37)).collect();
        for level in SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level))) {
            for parameters in [[0.0, 0.017, -2.1], [3.3, -1e7, 0.1]] {
                for (len, streaming) in (0..200).chain([5_000]).flat_map(|len| [(len, false), (len, true)]) {
                    let from = &samples[len % 6..][..len];
                    let mut to = vec![5.0; len + 10];
                    rescale(level, from, parameters, &mut to[len % 10..][..len], streaming);
                    let mut each = vec![5.0; len];
                    rescale_each(level, from, &vec![parameters[0]; len], &vec![parameters[1]; len], &mut each);
                    for (index, value) in from.iter().enumerate() {
                        let [shift, scale, offset] = parameters;
                        let product = black_box(black_box(value - shift) * scale);
                        assert!(each[index].to_bits() == product.to_bits() || each[index].is_nan() && product.is_nan());
                        let expected = product + offset;
                        let got = to[len % 10 + index];
                        let same = got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan();
                        assert!(same, "{level:?}, {len}: {value} gave {got}, not {expected}");
                    }
                    assert!(to[..len % 10].iter().chain(&to[len % 10 + len..]).all(|untouched| *untouched == 5.0));
                }
            }
        }
    }
}
