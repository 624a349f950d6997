//! The CPU's rows.

use super::super::Resampler;
use super::{KINDS, METHODS, SIZES, check, numbers, samples};
use crate::cpu::SimdLevel;
use crate::tensor::SampleKind;
use crate::tensor::resample::{Method, Sampling};

/// All rows, in bands of so many, as bytes. They were 0xa5 before.
fn resized(
    level: SimdLevel,
    sampling: Sampling,
    kind: SampleKind,
    channels: usize,
    source: &[u8],
    band: usize,
) -> Vec<u8> {
    let source = aligned(source);
    let source =
        &bytemuck::cast_slice::<u32, u8>(&source)[..sampling.from.0 * sampling.from.1 * channels * kind.bytes()];
    let resampler = Resampler::new(sampling, kind, channels);
    let row = sampling.to.0 * channels * kind.bytes();
    let mut result = Vec::new();
    for first in (0..sampling.to.1).step_by(band) {
        let rows = first..sampling.to.1.min(first + band);
        let mut to = vec![0xa5a5_a5a5_u32; (rows.len() * row).div_ceil(4)];
        let to = &mut bytemuck::cast_slice_mut::<u32, u8>(&mut to)[..rows.len() * row];
        resampler.rows(SimdLevel::capped(Some(level)), source, rows, to);
        result.extend_from_slice(to);
    }
    result
}

fn aligned(bytes: &[u8]) -> Vec<u32> {
    let mut words = vec![0_u32; bytes.len().div_ceil(4)];
    bytemuck::cast_slice_mut::<u32, u8>(&mut words)[..bytes.len()].copy_from_slice(bytes);
    words
}

fn best() -> SimdLevel {
    *SimdLevel::available().last().unwrap()
}

/// Calls `body` with every method, size, kind and number of channels.
fn for_every_case(mut body: impl FnMut(Sampling, SampleKind, usize, &[u8])) {
    for (from, to) in SIZES {
        for method in METHODS {
            for kind in KINDS {
                for channels in [1, 3, 4] {
                    let source = samples(kind, from.0 * from.1 * channels);
                    body(Sampling::new(method, from, to).unwrap(), kind, channels, &source);
                }
            }
        }
    }
}

#[test]
fn results_are_what_the_definitions_say() {
    for_every_case(|sampling, kind, channels, source| {
        let result = resized(best(), sampling, kind, channels, source, usize::MAX);
        check(&numbers(kind, &result), &sampling, kind, channels, source);
    });
}

#[test]
fn bands_and_levels_change_no_bit() {
    for_every_case(|sampling, kind, channels, source| {
        let whole = resized(best(), sampling, kind, channels, source, usize::MAX);
        for band in [1, 2, 5] {
            assert_eq!(resized(best(), sampling, kind, channels, source, band), whole, "{sampling:?} {kind:?} {band}");
        }
        for level in SimdLevel::available() {
            let other = resized(level, sampling, kind, channels, source, 7);
            assert_eq!(other, whole, "{sampling:?} {kind:?} {channels} {level}");
        }
    });
}

#[test]
fn the_same_size_gives_the_same_pixels_and_no_pixels_give_none() {
    for kind in KINDS {
        let source = samples(kind, 9 * 7 * 3);
        for method in METHODS {
            let same = Sampling::new(method, (9, 7), (9, 7)).unwrap();
            assert_eq!(resized(best(), same, kind, 3, &source, 2), source);
            for to in [(0, 4), (4, 0)] {
                let none = Sampling::new(method, (9, 7), to).unwrap();
                assert!(resized(best(), none, kind, 3, &source, 2).is_empty());
            }
        }
    }
}

#[test]
fn halves_of_bytes_are_rounded_up_as_opencv_does() {
    let halved = |method, source: &[u8]| {
        let sampling = Sampling::new(method, (2, 2), (1, 1)).unwrap();
        resized(best(), sampling, SampleKind::U8, 1, source, 1)[0]
    };
    for method in [Method::Area, Method::Bilinear] {
        assert_eq!(
            [[0, 0, 0, 2], [0, 0, 0, 1], [1, 1, 1, 2], [254, 255, 254, 255]].map(|p| halved(method, &p)),
            [1, 0, 1, 255]
        );
    }
}

#[test]
fn one_color_stays_that_color_however_much_is_averaged() {
    let from = (16_384, 160);
    for (to, method) in [((1, 1), Method::Area), ((3, 7), Method::Area), ((5, 3), Method::Bilinear)] {
        let sampling = Sampling::new(method, from, to).unwrap();
        let source = vec![255_u8; from.0 * from.1];
        assert!(resized(best(), sampling, SampleKind::U8, 1, &source, 1).iter().all(|value| *value == 255));
        let source: Vec<u8> = (0..from.0 * from.1).flat_map(|_| 0.1_f32.to_le_bytes()).collect();
        for value in numbers(SampleKind::F32, &resized(best(), sampling, SampleKind::F32, 1, &source, 1)) {
            assert!((value / 0.1 - 1.0).abs() < 5e-6, "{sampling:?}: {value}");
        }
    }
}

#[test]
fn numbers_that_are_not_finite_stay_where_they_have_weight() {
    // The second of four pixels is infinite; halving covers it, and doubling blends it, in known places only.
    let source: Vec<u8> = [1.0, f32::INFINITY, 3.0, f32::NAN].iter().flat_map(|value| value.to_le_bytes()).collect();
    let across = |method, to| {
        let sampling = Sampling::new(method, (4, 1), (to, 1)).unwrap();
        numbers(SampleKind::F32, &resized(best(), sampling, SampleKind::F32, 1, &source, 1))
    };
    assert_eq!(across(Method::Area, 2)[0], f64::INFINITY);
    assert!(across(Method::Area, 2)[1].is_nan());
    assert_eq!(across(Method::Bilinear, 12)[..2], [1.0, 1.0]);
    let thrice = across(Method::Bilinear, 12);
    assert!(thrice[2..7].iter().all(|value| *value == f64::INFINITY) && thrice[7] == 3.0, "{thrice:?}");
    assert!(thrice[8..].iter().all(|value| value.is_nan()), "{thrice:?}");
}

#[test]
fn the_longest_sides_take_the_right_pixels() {
    // Each sample is its index, so that nearest shows it and a bilinear result is its position.
    let side = 1 << 21;
    let source: Vec<u8> = (0..side).flat_map(|index| (index as f32).to_le_bytes()).collect();
    for to in [side - 1, side / 3, 4_999] {
        for method in [Method::Nearest, Method::Bilinear, Method::Area] {
            let sampling = Sampling::new(method, (1, side), (1, to)).unwrap();
            let got = numbers(SampleKind::F32, &resized(best(), sampling, SampleKind::F32, 1, &source, to));
            for (index, got) in got.iter().enumerate().step_by(97) {
                let center = (index as f64 + 0.5) * side as f64 / to as f64;
                let expected = if method == Method::Nearest { center.floor() } else { center - 0.5 };
                assert!(
                    (got - expected).abs() <= 1e-6 * side as f64 * 0.5,
                    "{sampling:?} at {index}: {got}, {expected}"
                );
            }
        }
    }
}
