//! What both executors must agree about, with what the GPU alone does differently.

use super::*;
use crate::device::{Device, DeviceOptions};
use crate::error::Error;
use crate::tensor::rows::quantize::Quantized;

/// The CPU, and where there is one a GPU, also with small bindings.
fn devices() -> Vec<(&'static str, Device)> {
    let mut devices = vec![("CPU", Device::cpu().unwrap())];
    let one = DeviceOptions { threads: Some(1), ..DeviceOptions::default() };
    devices.push(("CPU, 1 thread", Device::cpu_with(&one).unwrap()));
    #[cfg(feature = "gpu")]
    {
        use crate::device::{DeviceChoice, DispatchLimits};
        if std::env::var_os("SWATH_TEST_GPU").is_some_and(|value| value == "off") {
            eprintln!("left out, because SWATH_TEST_GPU=off: quantizing on a GPU");
            return devices;
        }
        let small = DispatchLimits { max_groups_per_dimension: Some(3), max_binding_bytes: Some(1 << 13) };
        for (name, dispatch) in [("GPU", DispatchLimits::default()), ("GPU, small bindings", small)] {
            let options = DeviceOptions { choice: DeviceChoice::Gpu, dispatch, ..DeviceOptions::default() };
            devices.push((name, Device::with_options(&options).expect("a GPU adapter, or SWATH_TEST_GPU=off")));
        }
    }
    devices
}

fn quantized<Q: Quantized>(
    device: &Device,
    values: &[f32],
    shape: &[usize],
    how: &Quantize,
) -> Result<HostQuantized<Q>, Error> {
    device.tensor(values, shape)?.quantize::<Q>(how)?.read().wait()
}

#[test]
fn the_vectors_of_dynamic_quantize_linear_come_out() {
    let table: [(&[f32], f32, i32, &[u8]); 5] = [
        (&[-1.0, 0.0, 1.0], 0.007_843_14, 127, &[0, 127, 254]),
        (&[10.0, 20.0, 30.0], 0.117_647_06, 0, &[85, 170, 255]),
        (&[-3.0, -2.0, -1.0], 0.011_764_71, 255, &[0, 85, 170]),
        (&[0.0, 0.0], 1.0, 0, &[0, 0]),
        (&[3.0, 3.0, 3.0], 0.011_764_71, 0, &[255, 255, 255]),
    ];
    for (name, device) in devices() {
        for (values, scale, zero_point, integers) in table {
            let got = quantized::<u8>(&device, values, &[values.len()], &Quantize::asymmetric()).unwrap();
            assert_eq!(got.values(), integers, "{name}, {values:?}");
            assert_eq!(got.zero_points(), [zero_point], "{name}, {values:?}");
            assert!((got.scales()[0] / scale - 1.0).abs() < 1e-6, "{name}, {values:?}: {:?}", got.scales());
        }
    }
}

/// Numbers whose quotients by the scale are as close to half way as numbers in `f32` get, on both sides, at every integer.
fn near_halves(scale: f32) -> Vec<f32> {
    let mut values = Vec::new();
    for integer in 0..300 {
        let half = ((f64::from(integer) + 0.5) * f64::from(scale)) as f32;
        for step in -4..=4_i32 {
            let value = f32::from_bits((half.to_bits() as i32 + step) as u32);
            values.extend([value, -value]);
        }
    }
    values
}

#[test]
fn quotients_near_half_way_are_rounded_alike() {
    let mut scales =
        vec![1.0, 0.1, 0.007_843_138, 3.0, f32::MIN_POSITIVE, 1.5 * f32::MIN_POSITIVE, 1e-30, 1e30, 2.6e36];
    scales.extend((0..60_u32).map(|index| f32::from_bits(0x3f80_0000 | index.wrapping_mul(2_654_435_761) >> 9)));
    for scale in scales {
        let mut values = near_halves(scale);
        values.extend([0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e-45, -1e-40]);
        for zero_point in [0, 3] {
            let how = Quantize::asymmetric().with_parameters(scale, zero_point);
            for (name, device) in devices() {
                let signed = quantized::<i8>(&device, &values, &[values.len()], &how).unwrap();
                let unsigned = quantized::<u8>(&device, &values, &[values.len()], &how).unwrap();
                for (index, value) in values.iter().enumerate() {
                    let rounded = f64::from((value / scale).round_ties_even()) + f64::from(zero_point);
                    let exact = if value.is_nan() { f64::from(zero_point) } else { rounded };
                    let got = [i32::from(signed.values()[index]), i32::from(unsigned.values()[index])];
                    let expected = [exact.clamp(-128.0, 127.0) as i32, exact.clamp(0.0, 255.0) as i32];
                    assert_eq!(got, expected, "{name}: {value:e} / {scale:e} + {zero_point}");
                }
            }
        }
    }
}

#[test]
fn numbers_beyond_the_largest_and_below_the_normal_ones_come_back_alike() {
    for (scale, zero_point) in [(2.67e36, 128), (3e38, 128), (f32::MIN_POSITIVE, 0), (1e30, 7), (0.1, 255)] {
        let how = Quantize::asymmetric().with_parameters(scale, zero_point);
        let values: Vec<f32> = (0..=255).map(|integer| (integer - zero_point) as f32 * scale).collect();
        for (name, device) in devices() {
            let tensor = device.tensor(&values, &[256]).unwrap().quantize::<u8>(&how).unwrap();
            let integers: Vec<i32> = tensor.read().wait().unwrap().values().iter().map(|q| i32::from(*q)).collect();
            let back = tensor.dequantize().unwrap().read().wait().unwrap();
            for (integer, back) in integers.iter().zip(back.as_slice()) {
                let expected = (integer - zero_point) as f32 * scale;
                assert_eq!(back.to_bits(), expected.to_bits(), "{name}: {integer} by {scale:e}");
            }
        }
    }
}

#[test]
fn the_loss_of_numbers_of_any_size_is_that_of_f64() {
    let waves: Vec<f32> = (0..10_001).map(|index| (index as f32 * 0.7).sin()).collect();
    for size in [1.0, 1e-30, 1e-41, 1e30, 3e37] {
        let values: Vec<f32> = waves.iter().map(|wave| wave * size).collect();
        for how in [Quantize::asymmetric(), Quantize::symmetric(), Quantize::asymmetric().with_parameters(1.0, 3)] {
            for (name, device) in devices() {
                let tensor = device.tensor(&values, &[values.len()]).unwrap();
                let quantized = tensor.quantize::<i8>(&how).unwrap();
                let back = quantized.dequantize().unwrap().read().wait().unwrap();
                let square = |number: f64| number * number;
                let signal: f64 = values.iter().map(|value| square(f64::from(*value))).sum();
                let pairs = values.iter().zip(back.as_slice());
                let noise: f64 = pairs.map(|(value, back)| square(f64::from(*value) - f64::from(*back))).sum();
                let got = quantized.error(&tensor).unwrap().wait().unwrap();
                let expected = QuantizationError {
                    mse: noise / values.len() as f64,
                    sqnr: if noise == 0.0 { f64::INFINITY } else { 10.0 * (signal / noise).log10() },
                };
                let near = (got.mse - expected.mse).abs() <= 1e-6 * expected.mse
                    && (got.sqnr == expected.sqnr || (got.sqnr - expected.sqnr).abs() < 1e-5);
                assert!(near, "{name}, {size:e}, {how:?}: {got:?}, not {expected:?}");
            }
        }
    }
}

#[test]
fn a_loss_of_what_is_not_finite_is_nan_and_none_is_infinitely_good() {
    for (name, device) in devices() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let tensor = device.tensor(&[1.0, bad, 2.0], &[3]).unwrap();
            let got = tensor.quantize::<u8>(&Quantize::asymmetric()).unwrap().error(&tensor).unwrap().wait().unwrap();
            assert!(got.mse.is_nan() && got.sqnr.is_nan(), "{name}: {got:?}");
        }
        let empty = device.tensor::<f32>(&[], &[0]).unwrap();
        let zeros = device.tensor(&[0.0; 5], &[5]).unwrap();
        for tensor in [empty, zeros] {
            let got = tensor.quantize::<u8>(&Quantize::asymmetric()).unwrap().error(&tensor).unwrap().wait().unwrap();
            assert_eq!(got, QuantizationError { mse: 0.0, sqnr: f64::INFINITY }, "{name}");
        }
    }
}

#[test]
fn parts_of_all_numbers_are_rounded_as_in_f64() {
    // Where `(100 - p) n` is a whole number but for the last digits of p, the count that is asked for hangs on its rounding.
    let values: Vec<f32> = (0..3_000).map(|index| (index * 7 % 3_000) as f32 - 900.0).collect();
    for p in [100.0 / 3.0, 200.0 / 3.0, 99.99, 99.9, 90.0, 1e-300, 5e-324, 99.999_999_999_999_99, 0.1] {
        for how in [Quantize::asymmetric().percentile(p), Quantize::symmetric().percentile(p)] {
            for len in [1, 3, 30, 3_000] {
                let mut first = None;
                for (name, device) in devices() {
                    let got = quantized::<u8>(&device, &values[..len], &[len], &how).unwrap();
                    let got = (got.scales()[0].to_bits(), got.zero_points()[0], got.values().to_vec());
                    assert_eq!(first.get_or_insert_with(|| got.clone()), &got, "{name}, {how:?} of {len}");
                }
            }
        }
    }
}
