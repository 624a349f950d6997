//! Statistics against plain formulas, on every level of the CPU and on a GPU.

use std::sync::Arc;

use super::*;
use crate::cpu::{Deferred, SimdLevel};
use crate::device::{Device, DeviceOptions, Element, Executor, Storage};
use crate::tensor::{Sample, SampleKind};

fn devices() -> Vec<(String, Device)> {
    devices_with(1 << 10)
}

/// Devices by name: every level on one thread and on three, and where there is one a GPU, also with bindings as small as
/// that.
pub(crate) fn devices_with(small_binding: u64) -> Vec<(String, Device)> {
    let mut devices = Vec::new();
    for level in SimdLevel::available() {
        for threads in [1, 3] {
            let options = DeviceOptions { simd: Some(level), threads: Some(threads), ..DeviceOptions::default() };
            devices.push((format!("{level}, {threads} threads"), Device::cpu_with(&options).unwrap()));
        }
    }
    #[cfg(not(feature = "gpu"))]
    let _ = small_binding;
    #[cfg(feature = "gpu")]
    {
        use crate::device::{DeviceChoice, DispatchLimits};
        if std::env::var_os("SWATH_TEST_GPU").is_some_and(|value| value == "off") {
            eprintln!("left out, because SWATH_TEST_GPU=off: statistics and images on a GPU");
            return devices;
        }
        let small = DispatchLimits { max_groups_per_dimension: Some(7), max_binding_bytes: Some(small_binding) };
        for (name, dispatch) in [("GPU", DispatchLimits::default()), ("GPU, small bindings", small)] {
            let options = DeviceOptions { choice: DeviceChoice::Gpu, dispatch, ..DeviceOptions::default() };
            devices.push((name.into(), Device::with_options(&options).expect("a GPU adapter, or SWATH_TEST_GPU=off")));
        }
    }
    devices
}

/// Numbers on a device.
pub(crate) fn stored<T: Element>(device: &Device, values: &[T]) -> Storage {
    match device.executor() {
        Executor::Cpu => Storage::Cpu(Deferred::ready(device.queue().cpu().pool.copy_of(values).unwrap())),
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => Storage::Gpu(gpu.upload(bytemuck::cast_slice(values)).unwrap()),
    }
}

/// Runs of so many samples, each from a multiple of 16 on, with what must not count between them.
fn case<T: Sample>(lens: &[usize], channels: usize, inner: usize, value: impl Fn(usize) -> T, gap: T) -> Case<T> {
    let mut values = Vec::new();
    let runs = lens.iter().map(|len| {
        let first = values.len();
        values.extend((0..*len).map(|index| value(first + index)));
        values.resize(values.len().next_multiple_of(16), gap);
        Run { first, len: *len }
    });
    let runs: Arc<[Run]> = runs.collect();
    Case { values, runs, channels, inner }
}

struct Case<T> {
    values: Vec<T>,
    runs: Arc<[Run]>,
    channels: usize,
    inner: usize,
}

impl<T: Sample> Case<T> {
    fn on(&self, device: &Device) -> Moments {
        let storage = stored(device, &self.values);
        let (runs, channels, inner) = (self.runs.clone(), self.channels, self.inner);
        moments(device, &Samples { storage, kind: T::KIND, runs, channels, inner }).unwrap()
    }

    /// The samples of each record, one by one.
    fn records(&self) -> Vec<Vec<T>> {
        let mut records = Vec::new();
        for run in self.runs.iter() {
            let samples = &self.values[run.first..run.first + run.len];
            for channel in 0..self.channels {
                let own = samples.iter().enumerate().filter(|(index, _)| index / self.inner % self.channels == channel);
                records.push(own.map(|(_, sample)| *sample).collect());
            }
        }
        records
    }
}

fn noise(index: usize) -> u64 {
    let mut state = index as u64 ^ 0x9e37_79b9_7f4a_7c15;
    state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ state >> 31
}

/// Two-pass in `f64`: mean, variance, minimum and maximum.
fn plainly(numbers: &[f64]) -> [f64; 4] {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / count;
    let min = numbers.iter().copied().fold(f64::NAN, f64::min);
    [mean, variance, min, numbers.iter().copied().fold(f64::NAN, f64::max)]
}

/// Exact mean and variance of whole numbers, by `u128`.
fn exactly(numbers: &[f64]) -> [f64; 2] {
    let sum: u128 = numbers.iter().map(|number| *number as u128).sum();
    let squares: u128 = numbers.iter().map(|number| (*number as u128).pow(2)).sum();
    let count = numbers.len() as u128;
    [sum as f64 / count as f64, (count * squares - sum * sum) as f64 / (count as f64).powi(2)]
}

fn same(a: f64, b: f64, tolerance: f64) -> bool {
    (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance
}

/// Layouts that take each way through the code: interleaved, long and short stretches; one, few, none and odd lengths.
fn layouts() -> Vec<(Vec<usize>, usize, usize)> {
    let mut layouts = vec![
        (vec![1], 1, 1),
        (vec![0], 1, 1),
        (vec![0, 5, 0, 1, 16, 17, 333, 0], 1, 1),
        (vec![3, 0, 6, 48, 51, 30_003, 3], 3, 1),
        (vec![4, 8, 64, 68, 44_444], 4, 1),
        (vec![200_000], 1, 7),
        (vec![3 * 70_001], 3, 1),
        (vec![10, 30], 5, 2),
        (vec![2 * 5 * 700], 5, 700),
        (vec![7 * 1_000, 7 * 2_000], 7, 1_000),
        (vec![11 * 64 * 3], 11, 64),
        (vec![2_000], 2_000, 1),
        (vec![3 * 300], 300, 1),
        (vec![2 * 40_000], 2, 40_000),
    ];
    layouts.push((vec![6; 500], 3, 1));
    layouts
}

fn whole_numbers<T: Sample + Into<f64>>(from: impl Fn(usize) -> T, gap: T) {
    let devices = devices();
    for (lens, channels, inner) in layouts() {
        let case = case(&lens, channels, inner, &from, gap);
        let expected: Vec<_> = case
            .records()
            .iter()
            .map(|samples| {
                let numbers: Vec<f64> = samples.iter().map(|sample| (*sample).into()).collect();
                let [.., min, max] = plainly(&numbers);
                let [mean, variance] = exactly(&numbers);
                Summary { mean, variance, min, max }
            })
            .collect();
        for (name, device) in &devices {
            let got = case.on(device).read().wait().unwrap();
            assert_eq!(got.len(), expected.len());
            for (record, (got, expected)) in got.iter().zip(&expected).enumerate() {
                let equal = same(got.mean, expected.mean, 0.0) && same(got.variance, expected.variance, 0.0);
                let extremes = same(got.min, expected.min, 0.0) && same(got.max, expected.max, 0.0);
                assert!(
                    equal && extremes,
                    "{name}, {lens:?} in {channels} by {inner}, record {record}: {got:?}, not {expected:?}"
                );
            }
        }
    }
}

#[test]
fn sums_of_bytes_are_exact() {
    whole_numbers(|index| noise(index) as u8, 255_u8);
    whole_numbers(|_| 255_u8, 0);
}

#[test]
fn sums_of_words_are_exact() {
    whole_numbers(|index| noise(index) as u16, u16::MAX);
    whole_numbers(|index| u16::MAX - (index % 1_000 == 3) as u16, 0);
}

#[test]
fn squares_of_a_large_white_image_take_all_bits() {
    // 20 million times 65,535 squared: 2^56.
    let case = case(&[20_000_000], 1, 1, |_| u16::MAX, 0);
    for (name, device) in devices().into_iter().filter(|(name, _)| !name.contains("small")) {
        let got = case.on(&device).read().wait().unwrap()[0];
        assert_eq!((got.mean, got.variance, got.min, got.max), (65_535.0, 0.0, 65_535.0, 65_535.0), "{name}");
    }
}

#[test]
fn sums_of_numbers_are_near_those_of_f64_and_equal_on_every_level() {
    type Distribution = fn(usize) -> f32;
    let distributions: [(&str, Distribution); 4] = [
        ("around 0", |index| noise(index) as u32 as f32 / 4e9 - 0.5),
        ("far from 0", |index| 1e4 + noise(index) as u16 as f32 / 65_536.0),
        ("equal", |_| 0.1),
        ("of many sizes", |index| {
            (noise(index) as u8 as f32 / 16.0 - 8.0).exp() * if index % 3 == 0 { -1.0 } else { 1.0 }
        }),
    ];
    let devices = devices();
    for (distribution, from) in distributions {
        for (lens, channels, inner) in layouts() {
            let case = case(&lens, channels, inner, from, f32::NAN);
            let records = case.records();
            let mut first: Option<Vec<Summary>> = None;
            for (name, device) in &devices {
                let got = case.on(device).read().wait().unwrap();
                for (samples, got) in records.iter().zip(&got) {
                    let numbers: Vec<f64> = samples.iter().map(|sample| f64::from(*sample)).collect();
                    let [mean, variance, min, max] = plainly(&numbers);
                    let size = numbers.iter().fold(0.0, |size: f64, number| size.max(number.abs()));
                    let unit = if name.starts_with("GPU") { 2_f64.powi(-24) } else { 2_f64.powi(-46) };
                    // A deviation is known to the rounding of the mean.
                    let spread =
                        variance * 64.0 * unit + 8.0 * size * unit * variance.sqrt() + (size * unit).powi(2) * 64.0;
                    let near = same(got.mean, mean, 8.0 * size * unit) && same(got.variance, variance, spread);
                    assert!(
                        near && same(got.min, min, 0.0) && same(got.max, max, 0.0),
                        "{name}, {distribution}, {lens:?} in {channels} by {inner}: {got:?}, not {mean} {variance} {min} \
                         {max}"
                    );
                    if distribution == "equal" && !numbers.is_empty() {
                        assert_eq!(got.variance, 0.0, "{name}");
                    }
                }
                if !name.starts_with("GPU") {
                    let bits: Vec<Summary> = got;
                    let expected = first.get_or_insert_with(|| bits.clone());
                    let equal = bits.iter().zip(expected.iter()).all(|(a, b)| {
                        [a.mean - b.mean, a.variance - b.variance].iter().all(|difference| *difference == 0.0)
                            || a.mean.is_nan()
                    });
                    assert!(equal, "{name}, {distribution}: levels and threads differ");
                }
            }
        }
    }
}

#[test]
fn numbers_that_are_not_finite_are_left_out_of_extremes_and_make_the_rest_nan() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -f32::NAN] {
        for place in [0, 1, 100, 20_000] {
            for inner in [1, 100] {
                let bad_index = place * 3 * if inner == 1 { 1 } else { 0 } + if inner == 1 { 0 } else { place % 100 };
                let value = |index: usize| if index == bad_index { bad } else { 1.0 + (index % 5) as f32 };
                let case = case(&[3 * 20_100], 3, inner, value, f32::NAN);
                for (name, device) in devices() {
                    let moments = case.on(&device);
                    let got = moments.read().wait().unwrap();
                    assert!(got[0].mean.is_nan() && got[0].variance.is_nan(), "{name}: {:?}", got[0]);
                    assert_eq!((got[0].min, got[0].max), (1.0, 5.0), "{name}");
                    assert!(!got[1].mean.is_nan() && !got[2].mean.is_nan(), "{name}");
                    let table = rescale_parameters(&device, &moments, Rescale::Norm(Norm::L2)).unwrap();
                    let table = table.read().wait().unwrap();
                    assert_eq!(table[4], 0x7fc0_0000, "{name}: the scale of a bad channel is NaN");
                    assert!(f32::from_bits(table[5]) > 0.0 && f32::from_bits(table[6]) > 0.0, "{name}");
                    assert_eq!((table[7], table[3]), (0, 0));
                }
            }
        }
    }
    let case = case(&[5], 1, 1, |_| f32::NAN, 0.0);
    for (name, device) in devices() {
        let got = case.on(&device).read().wait().unwrap()[0];
        assert!(got.mean.is_nan() && got.min.is_nan() && got.max.is_nan(), "{name}: {got:?}");
    }
}

const FORMS: [Rescale; 8] = [
    Rescale::Standardize { epsilon: 1e-5 },
    Rescale::Standardize { epsilon: 0.0 },
    Rescale::Standardize { epsilon: 1e-50 },
    Rescale::MinMax { low: -1.0, high: 2.5 },
    Rescale::MinMax { low: 0.0, high: 1.0 },
    Rescale::Norm(Norm::L1),
    Rescale::Norm(Norm::L2),
    Rescale::Norm(Norm::Inf),
];

/// Shift, scale and offset by the definitions, in `f64`.
fn defined(numbers: &[f64], form: Rescale) -> [f64; 3] {
    let offset = if let Rescale::MinMax { low, .. } = form { low } else { 0.0 };
    if numbers.is_empty() {
        return [0.0, 0.0, offset];
    }
    let [mean, variance, min, max] = plainly(numbers);
    let inverse = |value: f64| if value < 1.2e-38 { 0.0 } else { 1.0 / value };
    let norm = |sizes: f64| [0.0, inverse(sizes), 0.0];
    match form {
        Rescale::Standardize { epsilon } => {
            [mean, inverse((variance + epsilon).max(1.2e-46).sqrt()) * f64::from(variance + epsilon > 1.2e-38), 0.0]
        }
        Rescale::MinMax { low, high } => [min, (high - low) * inverse(max - min), low],
        Rescale::Norm(Norm::L1) => norm(numbers.iter().map(|number| number.abs()).sum()),
        Rescale::Norm(Norm::L2) => norm(numbers.iter().map(|number| number * number).sum::<f64>().sqrt()),
        Rescale::Norm(Norm::Inf) => norm(numbers.iter().fold(0.0, |size: f64, number| size.max(number.abs()))),
    }
}

fn parameters<T: Sample + Into<f64>>(case: &Case<T>, tolerance: [f64; 2]) {
    let records = case.records();
    let devices = devices();
    for form in FORMS {
        let mut first: Option<Vec<u32>> = None;
        for (name, device) in &devices {
            let table = rescale_parameters(device, &case.on(device), form).unwrap();
            assert_eq!(table.len(), 12 * case.runs.len());
            let table = table.read().wait().unwrap();
            for (index, samples) in records.iter().enumerate() {
                let (run, channel) = (index / case.channels, index % case.channels);
                let numbers: Vec<f64> = samples.iter().map(|sample| (*sample).into()).collect();
                let expected = defined(&numbers, form);
                let got: [f64; 3] =
                    std::array::from_fn(|part| f64::from(f32::from_bits(table[12 * run + 4 * part + channel])));
                let size = numbers.iter().fold(0.0, |size: f64, number| size.max(number.abs()));
                let tolerance = tolerance[usize::from(name.starts_with("GPU"))];
                let near = same(got[0], expected[0], tolerance * size)
                    && same(got[1], expected[1], tolerance * expected[1].abs());
                assert!(
                    near && got[2] == f64::from(expected[2] as f32),
                    "{name}, {form:?}, record {index}: {got:?}, not {expected:?}"
                );
            }
            if T::KIND != SampleKind::F32 || !name.starts_with("GPU") {
                let expected = first.get_or_insert_with(|| table.to_vec());
                assert_eq!(&table[..], &expected[..], "{name}, {form:?}: devices differ");
            }
        }
    }
}

#[test]
fn parameters_of_whole_numbers_are_equal_on_all_devices() {
    let ulp = 2_f64.powi(-23);
    for channels in [1, 3, 4] {
        let lens = [0, channels, 2 * channels, 300 * channels, 20_000 * channels];
        parameters(&case(&lens, channels, 1, |index| noise(index) as u8, 9), [ulp; 2]);
        parameters(&case(&lens, channels, 1, |index| noise(index) as u16, 9), [ulp; 2]);
        parameters(&case(&lens, channels, 1, |index| (noise(index) % 2) as u16, 9), [ulp; 2]);
        parameters(&case(&lens, channels, 1, |_| 7_u8, 9), [ulp; 2]);
        parameters(&case(&lens, channels, 1, |_| 0_u8, 9), [ulp; 2]);
    }
}

#[test]
fn parameters_of_numbers_are_near_their_definition() {
    let tolerance = [2_f64.powi(-23), 2_f64.powi(-20)];
    for channels in [1, 3, 4] {
        let lens = [0, channels, 2 * channels, 300 * channels, 20_000 * channels];
        parameters(&case(&lens, channels, 1, |index| noise(index) as u32 as f32 / 4e9 - 0.3, f32::NAN), tolerance);
        parameters(&case(&lens, channels, 1, |_| 0.3, f32::NAN), tolerance);
        parameters(&case(&lens, channels, 1, |_| 0.0, f32::NAN), tolerance);
    }
}

#[test]
#[cfg(feature = "gpu")]
fn all_runs_go_through_one_launch_a_stage() {
    for (name, device) in devices().into_iter().filter(|(name, _)| name == "GPU") {
        for count in [1, 2, 300] {
            let case = case(&vec![33; count], 3, 1, |index| index as u8, 0);
            let before = device.stats().launches;
            let moments = case.on(&device);
            rescale_parameters(&device, &moments, FORMS[0]).unwrap();
            assert_eq!(device.stats().launches - before, 3, "{name}, {count} runs");
        }
    }
}
