//! Resizes against their definitions in `f64`: every method, sample and number of channels, on both executors.

mod on_cpu;
#[cfg(feature = "gpu")]
mod on_gpu;
#[cfg(feature = "gpu")]
pub(crate) use on_gpu::subjects;

use super::{Method, Sampling};
use crate::tensor::SampleKind;

const METHODS: [Method; 3] = [Method::Nearest, Method::Bilinear, Method::Area];
const KINDS: [SampleKind; 3] = [SampleKind::U8, SampleKind::U16, SampleKind::F32];

/// Larger, smaller, by whole and broken factors, along one axis or both; single rows, columns and pixels.
const SIZES: [((usize, usize), (usize, usize)); 24] = [
    ((1, 1), (1, 1)),
    ((1, 1), (5, 3)),
    ((7, 5), (7, 5)),
    ((7, 5), (1, 1)),
    ((16, 12), (8, 6)),
    ((18, 12), (6, 4)),
    ((20, 15), (8, 6)),
    ((28, 21), (12, 9)),
    ((8, 6), (16, 12)),
    ((5, 4), (15, 12)),
    ((8, 6), (20, 15)),
    ((61, 1), (17, 1)),
    ((1, 61), (1, 17)),
    ((17, 1), (61, 1)),
    ((31, 29), (17, 37)),
    ((37, 17), (41, 5)),
    ((97, 89), (41, 37)),
    ((127, 131), (13, 11)),
    ((200, 3), (9, 7)),
    ((2, 2), (1, 9)),
    ((1_500, 2), (700, 3)),
    ((5_003, 2), (3, 1)),
    ((700, 2), (3_001, 3)),
    ((2, 4_001), (1, 3)),
];

/// Bytes of samples that look random and cover the kind's range; `f32` ones lie around 0, of different magnitudes.
fn samples(kind: SampleKind, count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let random = std::iter::from_fn(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some((state >> 40) as u32)
    });
    let random = random.take(count);
    match kind {
        SampleKind::U8 => random.map(|bits| (bits >> 16) as u8).collect(),
        SampleKind::U16 => random.flat_map(|bits| ((bits >> 8) as u16).to_le_bytes()).collect(),
        SampleKind::F32 => random
            .flat_map(|bits| ((bits as f32 / 8_388_608.0 - 1.0) * [1.0, 300.0][bits as usize % 2]).to_le_bytes())
            .collect(),
    }
}

/// Samples as numbers.
fn numbers(kind: SampleKind, samples: &[u8]) -> Vec<f64> {
    match kind {
        SampleKind::U8 => samples.iter().map(|value| f64::from(*value)).collect(),
        SampleKind::U16 => bytemuck::pod_collect_to_vec::<u8, u16>(samples).into_iter().map(f64::from).collect(),
        SampleKind::F32 => bytemuck::pod_collect_to_vec::<u8, f32>(samples).into_iter().map(f64::from).collect(),
    }
}

/// Source indices and weights of one destination index, by the definition.
fn definition(method: Method, from: usize, to: usize, index: usize) -> Vec<(usize, f64)> {
    let factor = |index: f64| index * from as f64 / to as f64;
    let center = factor(index as f64 + 0.5);
    match method {
        Method::Nearest => vec![(center.floor() as usize, 1.0)],
        Method::Area if from >= to => {
            let (start, end) = (factor(index as f64), factor(index as f64 + 1.0));
            (start.floor() as usize..end.ceil() as usize)
                .map(|pixel| (pixel, (end.min(pixel as f64 + 1.0) - start.max(pixel as f64)) / (end - start)))
                .collect()
        }
        Method::Bilinear | Method::Area => {
            let left = (center - 0.5).floor();
            let clamped = |index: f64| index.clamp(0.0, from as f64 - 1.0) as usize;
            let weight = center - 0.5 - left;
            vec![(clamped(left), 1.0 - weight), (clamped(left + 1.0), weight)]
        }
    }
}

/// The result by the definition, not rounded.
fn reference(sampling: &Sampling, channels: usize, source: &[f64]) -> Vec<f64> {
    let ((from_width, from_height), (width, height)) = (sampling.from, sampling.to());
    let columns: Vec<_> = (0..width).map(|x| definition(sampling.method, from_width, width, x)).collect();
    let mut result = Vec::with_capacity(width * height * channels);
    for y in 0..height {
        let rows = definition(sampling.method, from_height, height, y);
        for columns in &columns {
            for channel in 0..channels {
                let along = |row: usize| -> f64 {
                    let at = |column: usize| source[(row * from_width + column) * channels + channel];
                    columns.iter().map(|(column, weight)| weight * at(*column)).sum()
                };
                result.push(rows.iter().map(|(row, weight)| weight * along(*row)).sum());
            }
        }
    }
    result
}

/// How far a result may be from the definition: half a step where it is rounded, and what sums in `f32` lose.
fn tolerance(kind: SampleKind) -> f64 {
    match kind {
        SampleKind::U8 => 0.5 + 1e-4,
        SampleKind::U16 => 0.5 + 0.03,
        SampleKind::F32 => 1e-4, // of 300
    }
}

/// Compares a result, as numbers, with the definition.
fn check(got: &[f64], sampling: &Sampling, kind: SampleKind, channels: usize, source: &[u8]) {
    let expected = reference(sampling, channels, &numbers(kind, source));
    assert_eq!(got.len(), expected.len());
    for (index, (got, expected)) in got.iter().zip(&expected).enumerate() {
        assert!(
            (got - expected).abs() <= tolerance(kind),
            "{sampling:?} of {kind:?} x {channels}: sample {index} is {got}, not {expected}"
        );
    }
}

#[test]
fn sizes_are_checked() {
    use crate::error::Error;
    let new = |from, to| Sampling::new(Method::Area, from, to);
    assert!(matches!(new((0, 5), (1, 1)), Err(Error::EmptyImage { width: 0, height: 5, .. })));
    assert!(new((0, 5), (0, 1)).is_ok() && new((3, 5), (0, 1)).is_ok());
    assert!(new((1 << 21, 1), (1, 1 << 21)).is_ok());
    assert_eq!(
        new((1, 1), (1, 3_000_000)).unwrap_err().to_string(),
        "resizing to 1x3000000 needs 3000000 pixels a side, but the longest side that can be resized is 2097152; resize \
         it in parts"
    );
}

#[cfg(feature = "gpu")]
#[test]
fn source_rows_are_those_with_a_weight() {
    for (method, (from, to)) in METHODS.into_iter().flat_map(|method| SIZES.map(|size| (method, size))) {
        let sampling = Sampling::new(method, from, to).unwrap();
        assert_eq!(sampling.source_rows(0..0), 0..0);
        for first in 0..to.1 {
            for end in [first + 1, to.1] {
                let taps = (first..end).flat_map(|row| definition(method, from.1, to.1, row));
                let rows: Vec<_> = taps.filter(|(_, weight)| *weight > 1e-9).map(|(row, _)| row).collect();
                let expected = *rows.iter().min().unwrap()..rows.iter().max().unwrap() + 1;
                assert_eq!(sampling.source_rows(first..end), expected, "{sampling:?} {first}..{end}");
            }
        }
    }
}
