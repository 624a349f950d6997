//! The rows of the table for quantization and for standardizing tensors.

use std::borrow::Cow;

use swath::{Device, Error, HostQuantized, Quantize, Quantized, Tensor};

use crate::runner::{Bits, Row};
use crate::support::quantize::{self as reference, Parameters, Type};
use crate::support::{Mismatch, equal, floats};
use crate::tensor_cases::{TensorCase, all, of_moderate_size};

/// Integers of any type with their scales and zero points, one after the other.
#[derive(Debug, Clone, PartialEq, Default)]
struct Made {
    integers: Vec<i32>,
    scales: Vec<u32>,
    zero_points: Vec<i32>,
}

impl Bits for Made {
    fn bits(&self) -> Cow<'_, [u8]> {
        let Self { integers, scales, zero_points } = self;
        [bytemuck::cast_slice(integers), bytemuck::cast_slice(scales), bytemuck::cast_slice(zero_points)]
            .concat()
            .into()
    }
}

impl Made {
    fn add<Q: Quantized>(&mut self, tensor: &HostQuantized<Q>) {
        self.integers.extend(tensor.values().iter().map(|integer| -> i32 { (*integer).into() }));
        self.scales.extend(tensor.scales().iter().map(|scale| scale.to_bits()));
        self.zero_points.extend(tensor.zero_points());
    }
}

fn compare(_: &TensorCase, expected: &Made, got: &Made, _: bool) -> Result<(), Mismatch> {
    let within = |what, verdict: Result<(), Mismatch>| {
        verdict.map_err(|wrong| Mismatch { place: format!("{what} {}", wrong.place), ..wrong })
    };
    let numbers = |scales: &[u32]| scales.iter().map(|scale| f32::from_bits(*scale)).collect::<Vec<_>>();
    within("scale", equal(&numbers(&got.scales), &numbers(&expected.scales)))?;
    within("zero point", equal(&got.zero_points, &expected.zero_points))?;
    within("integer", equal(&got.integers, &expected.integers))
}

/// Bytes that a GPU binds at once: what it knows of the channels of one axis.
fn of_channels(case: &TensorCase) -> u64 {
    48 * case.shape().iter().copied().max().unwrap_or(1) as u64
}

/// No axis, and each of them.
fn axes(case: &TensorCase) -> impl Iterator<Item = Option<usize>> {
    std::iter::once(None).chain((0..case.shape().len()).map(Some))
}

/// Those without too many channels for a software rasteriser, where each takes a workgroup or more of its own.
fn axes_of_few_channels(case: &TensorCase) -> impl Iterator<Item = Option<usize>> {
    let shape = case.shape();
    axes(case).filter(|axis| axis.is_none_or(|axis| shape[axis] < 5_000))
}

/// The numbers of each channel.
fn channels(case: &TensorCase, numbers: &[f32], axis: Option<usize>) -> Vec<Vec<f32>> {
    axis.map_or_else(|| vec![numbers.to_vec()], |axis| reference::channels(numbers, case.shape(), axis))
}

/// What a range becomes: by the operator `DynamicQuantizeLinear` if it is not symmetric, and nothing below the normal
/// numbers.
fn parameters_of(range: (f32, f32), to: Type, is_symmetric: bool) -> Parameters {
    if is_symmetric {
        return reference::parameters(range, to, true);
    }
    let parameters = reference::dynamic_parameters(range, to);
    let is_empty = range.0.min(0.0) == range.1.max(0.0);
    if is_empty || parameters.scale < f32::MIN_POSITIVE {
        return Parameters { scale: 1.0, zero_point: 0 };
    }
    parameters
}

/// Every number with the parameters of its channel, by the reference.
fn expected(case: &TensorCase, made: &mut Made, to: Type, axis: Option<usize>, of: impl Fn(&[f32]) -> Parameters) {
    let numbers = case.numbers();
    let parameters: Vec<_> = channels(case, &numbers, axis)
        .into_iter()
        .map(|channel| of(&channel.into_iter().filter(|number| number.is_finite()).collect::<Vec<_>>()))
        .collect();
    made.scales.extend(parameters.iter().map(|parameters| parameters.scale.to_bits()));
    made.zero_points.extend(parameters.iter().map(|parameters| parameters.zero_point));
    made.integers.extend(numbers.iter().enumerate().map(|(index, number)| {
        let own = parameters[axis.map_or(0, |axis| reference::channel(case.shape(), axis, index))];
        if number.is_nan() { own.zero_point } else { reference::quantize(*number, own, to) }
    }));
}

const TYPES: [Type; 2] = [Type::I8, Type::U8];

/// Quantizes to both types and adds what came.
fn quantize(tensor: &Tensor, how: &Quantize, to: Type, made: &mut Made) -> Result<(), Error> {
    match to {
        Type::I8 => made.add(&tensor.quantize::<i8>(how)?.read().wait()?),
        Type::U8 => made.add(&tensor.quantize::<u8>(how)?.read().wait()?),
    }
    Ok(())
}

fn along(how: Quantize, axis: Option<usize>) -> Quantize {
    axis.map_or(how.clone(), |axis| how.per_channel(axis))
}

fn of_symmetry(is_symmetric: bool) -> Quantize {
    if is_symmetric { Quantize::symmetric() } else { Quantize::asymmetric() }
}

fn upload(device: &Device, case: &TensorCase) -> Result<Tensor, Error> {
    device.tensor(&case.numbers(), case.shape())
}

#[test]
fn quantize_by_extremes() {
    Row {
        test: "quantize_by_extremes",
        cases: all,
        whole: of_channels,
        expected: |case: &TensorCase| {
            let mut made = Made::default();
            for (axis, is_symmetric) in axes(case).flat_map(|axis| [false, true].map(|symmetric| (axis, symmetric))) {
                for to in TYPES {
                    let of = |numbers: &[f32]| parameters_of(reference::observed(numbers), to, is_symmetric);
                    expected(case, &mut made, to, axis, of);
                }
            }
            made
        },
        run: |device, case| {
            let tensor = upload(device, case)?;
            let mut made = Made::default();
            for (axis, is_symmetric) in axes(case).flat_map(|axis| [false, true].map(|symmetric| (axis, symmetric))) {
                for to in TYPES {
                    quantize(&tensor, &along(of_symmetry(is_symmetric), axis), to, &mut made)?;
                }
            }
            Ok(made)
        },
        compare,
    }
    .run();
}

/// Those whose histograms the reference can make along every axis: twice the reach is finite, and the 2,048th part of it
/// normal. The longest ones take it minutes.
fn with_histograms() -> Vec<TensorCase> {
    let has_one = |number: &f32| !number.is_finite() || *number == 0.0 || (1e-33..1e38).contains(&number.abs());
    all().into_iter().filter(|case| case.numbers().len() < 100_000 && case.numbers().iter().all(has_one)).collect()
}

/// Which percentiles, of which range, along which axes: not all combinations, because the reference is slow.
fn percentiles(case: &TensorCase) -> impl Iterator<Item = (Option<usize>, bool, f64)> {
    let several = case.shape().iter().product::<usize>() < 10_000;
    let of = [(false, 99.0), (true, 99.0), (false, 99.9), (true, 99.9), (false, 100.0), (true, 0.5)];
    let of: Vec<_> = of.into_iter().skip(if several { 0 } else { 2 }).take(if several { 6 } else { 2 }).collect();
    axes_of_few_channels(case)
        .flat_map(move |axis| of.clone().into_iter().map(move |(is_symmetric, p)| (axis, is_symmetric, p)))
}

#[test]
fn quantize_by_percentiles() {
    Row {
        test: "quantize_by_percentiles",
        cases: with_histograms,
        whole: of_channels,
        expected: |case: &TensorCase| {
            let mut made = Made::default();
            for (axis, is_symmetric, p) in percentiles(case) {
                let range = |numbers: &[f32]| reference::percentile(numbers, p, is_symmetric);
                expected(case, &mut made, Type::I8, axis, |numbers| {
                    parameters_of(range(numbers), Type::I8, is_symmetric)
                });
            }
            made
        },
        run: |device, case| {
            let tensor = upload(device, case)?;
            let mut made = Made::default();
            for (axis, is_symmetric, p) in percentiles(case) {
                quantize(&tensor, &along(of_symmetry(is_symmetric).percentile(p), axis), Type::I8, &mut made)?;
            }
            Ok(made)
        },
        compare,
    }
    .run();
}

const RANGES: [(f32, f32); 5] = [(-1.0, 1.0), (0.5, 2.0), (-3.0, -1.0), (0.0, 0.0), (-f32::MAX, f32::MAX)];
const GIVEN: [Parameters; 3] = [
    Parameters { scale: 0.5, zero_point: 0 },
    Parameters { scale: 0.3, zero_point: 127 },
    Parameters { scale: 1e-3, zero_point: 5 },
];

#[test]
fn quantize_by_what_is_known() {
    Row {
        test: "quantize_by_what_is_known",
        cases: || all().into_iter().filter(|case| case.numbers().len() < 5_000).collect(),
        whole: of_channels,
        expected: |case: &TensorCase| {
            let mut made = Made::default();
            for (axis, to) in axes(case).flat_map(|axis| TYPES.map(|to| (axis, to))) {
                // The widest range only in `f64`.
                let asymmetric = |range: (f32, f32)| match range {
                    (_, f32::MAX) => reference::parameters(range, to, false),
                    _ => parameters_of(range, to, false),
                };
                for range in RANGES {
                    expected(case, &mut made, to, axis, |_| asymmetric(range));
                    expected(case, &mut made, to, axis, |_| parameters_of(range, to, true));
                }
                for parameters in GIVEN {
                    expected(case, &mut made, to, axis, |_| parameters);
                }
            }
            made
        },
        run: |device, case| {
            let tensor = upload(device, case)?;
            let mut made = Made::default();
            for (axis, to) in axes(case).flat_map(|axis| TYPES.map(|to| (axis, to))) {
                for (low, high) in RANGES {
                    for how in [Quantize::asymmetric(), Quantize::symmetric()] {
                        quantize(&tensor, &along(how.with_range(low, high), axis), to, &mut made)?;
                    }
                }
                for Parameters { scale, zero_point } in GIVEN {
                    let how = Quantize::asymmetric().with_parameters(scale, zero_point);
                    quantize(&tensor, &along(how, axis), to, &mut made)?;
                }
            }
            Ok(made)
        },
        compare,
    }
    .run();
}

#[test]
fn dequantize() {
    Row {
        test: "dequantize",
        cases: all,
        whole: of_channels,
        expected: |case: &TensorCase| {
            let mut numbers = Vec::new();
            for axis in axes(case) {
                let mut made = Made::default();
                let of = |numbers: &[f32]| parameters_of(reference::observed(numbers), Type::U8, false);
                expected(case, &mut made, Type::U8, axis, of);
                numbers.extend(made.integers.iter().enumerate().map(|(index, integer)| {
                    let channel = axis.map_or(0, |axis| reference::channel(case.shape(), axis, index));
                    let (scale, zero_point) = (f32::from_bits(made.scales[channel]), made.zero_points[channel]);
                    reference::dequantize(*integer, Parameters { scale, zero_point })
                }));
            }
            numbers
        },
        run: |device, case| {
            let tensor = upload(device, case)?;
            let mut numbers = Vec::new();
            for axis in axes(case) {
                let quantized = tensor.quantize::<u8>(&along(Quantize::asymmetric(), axis))?;
                let back = quantized.dequantize()?;
                assert_eq!((back.shape(), quantized.shape()), (case.shape(), case.shape()));
                numbers.extend_from_slice(back.read().wait()?.as_slice());
            }
            Ok(numbers)
        },
        compare: |_, expected, got, _| equal(got, expected),
    }
    .run();
}

/// Pairs of mean square error and signal to noise.
struct Errors(Vec<f64>);

impl Bits for Errors {
    fn bits(&self) -> Cow<'_, [u8]> {
        bytemuck::cast_slice(&self.0).into()
    }
}

#[test]
fn error_of_quantizing() {
    Row {
        test: "error_of_quantizing",
        cases: of_moderate_size,
        whole: of_channels,
        expected: |case: &TensorCase| {
            let numbers = case.numbers();
            let mut errors = Vec::new();
            for axis in axes(case) {
                let mut made = Made::default();
                expected(case, &mut made, Type::I8, axis, |numbers| {
                    parameters_of(reference::observed(numbers), Type::I8, true)
                });
                let back = made.integers.iter().enumerate().map(|(index, integer)| {
                    let channel = axis.map_or(0, |axis| reference::channel(case.shape(), axis, index));
                    let (scale, zero_point) = (f32::from_bits(made.scales[channel]), made.zero_points[channel]);
                    reference::dequantize(*integer, Parameters { scale, zero_point })
                });
                let back: Vec<f32> = back.collect();
                if back == numbers {
                    errors.extend([0.0, f64::INFINITY]);
                } else {
                    errors.extend([
                        reference::mean_square_error(&numbers, &back),
                        reference::signal_to_noise(&numbers, &back),
                    ]);
                }
            }
            errors
        },
        run: |device, case| {
            let tensor = upload(device, case)?;
            let mut errors = Vec::new();
            for axis in axes(case) {
                let quantized = tensor.quantize::<i8>(&along(Quantize::symmetric(), axis))?;
                let error = quantized.error(&tensor)?.wait()?;
                errors.extend([error.mse, error.sqnr]);
            }
            Ok(Errors(errors))
        },
        compare: |case, expected, got, is_gpu| {
            // Sums of 4,096 numbers in f32, added in pairs, are off by some twenty roundings at most. A compiler that
            // fuses the product with the difference leaves out the product's rounding.
            let relative = if is_gpu { 20.0 * floats::ROUNDING } else { 1e-12 };
            let fused = if is_gpu { 2.0 * floats::ROUNDING } else { 0.0 };
            let numbers = case.numbers();
            let squares: f64 = numbers.iter().map(|number| f64::from(*number).powi(2)).sum();
            let signal = squares / numbers.len().max(1) as f64;
            assert_eq!(expected.len(), got.0.len());
            for (index, (expected, got)) in expected.iter().zip(&got.0).enumerate() {
                let (power, noise) = if index % 2 == 0 {
                    (signal, [*expected, *got])
                } else {
                    (1.0, [*expected, *got].map(noise_to_signal))
                };
                let bound = relative * noise[0] + fused * power.sqrt() * (2.0 * noise[0].sqrt() + fused * power.sqrt());
                if !(expected == got || (noise[0] - noise[1]).abs() <= bound) {
                    return Err(Mismatch::at(index, got, format!("{expected}, its noise within {bound:e}")));
                }
            }
            Ok(())
        },
    }
    .run();
}

fn noise_to_signal(decibels: f64) -> f64 {
    10.0_f64.powf(-decibels / 10.0)
}

#[test]
fn standardize() {
    const EPSILON: f64 = 1e-5;
    Row {
        test: "standardize",
        cases: of_moderate_size,
        whole: of_channels,
        expected: |case: &TensorCase| case.numbers(),
        run: |device, case| {
            let tensor = upload(device, case)?;
            let mut numbers = Vec::new();
            for axis in axes_of_few_channels(case) {
                for epsilon in [0.0, EPSILON] {
                    let done = match axis {
                        None => tensor.standardize(epsilon)?,
                        Some(axis) => tensor.standardize_along(axis, epsilon)?,
                    };
                    assert_eq!(done.shape(), case.shape());
                    numbers.extend_from_slice(done.read().wait()?.as_slice());
                }
            }
            Ok(numbers)
        },
        compare: |case, numbers, got, is_gpu| {
            let mut standardized = Vec::new();
            for axis in axes_of_few_channels(case) {
                let of_channels: Vec<_> =
                    channels(case, numbers, axis).iter().map(|channel| Measured::of(channel, is_gpu)).collect();
                for epsilon in [0.0, EPSILON] {
                    standardized.extend(numbers.iter().enumerate().map(|(index, number)| {
                        let channel = axis.map_or(0, |axis| reference::channel(case.shape(), axis, index));
                        of_channels[channel].standardized(*number, epsilon)
                    }));
                }
            }
            floats::check(got, standardized.into_iter())
        },
    }
    .run();
}

/// Mean and variance of some numbers in `f64`, with bounds for what an executor makes of them.
struct Measured {
    mean: f64,
    variance: f64,
    mean_bound: f64,
    variance_bound: f64,
}

impl Measured {
    fn of(numbers: &[f32], is_gpu: bool) -> Self {
        let count = numbers.len() as f64;
        let mean = numbers.iter().map(|number| f64::from(*number)).sum::<f64>() / count;
        let variance = numbers.iter().map(|number| (f64::from(*number) - mean).powi(2)).sum::<f64>() / count;
        let size = numbers.iter().fold(0.0, |size, number| f64::from(number.abs()).max(size));
        // A mean is rounded to f32 in the end. On a GPU so is every number on the way, some thirty of them to the last.
        let roundings = if is_gpu { 32.0 } else { 1.0 } * floats::ROUNDING;
        let mean_bound = roundings * size;
        let spread = 2.0 * if is_gpu { roundings } else { 1e-12 };
        let variance_bound =
            spread * variance + if is_gpu { 2.0 * mean_bound * variance.sqrt() + mean_bound.powi(2) } else { 0.0 };
        Self { mean, variance, mean_bound, variance_bound }
    }

    /// What a number becomes, and a bound.
    fn standardized(&self, number: f32, epsilon: f64) -> (f64, f64) {
        let variance = self.variance + epsilon;
        // Equal numbers have a variance of exactly 0.
        if variance < f64::from(f32::MIN_POSITIVE) {
            return (0.0, 0.0);
        }
        let scale = 1.0 / variance.sqrt();
        let distance = f64::from(number) - self.mean;
        // The root halves relative errors; a GPU's is rounded too.
        let of_scale = 0.5 * self.variance_bound / variance + 4.0 * floats::ROUNDING;
        let of_distance = self.mean_bound + floats::ROUNDING * distance.abs();
        (distance * scale, scale * (of_distance + distance.abs() * (of_scale + floats::ROUNDING)))
    }
}
