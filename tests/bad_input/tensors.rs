//! What cannot be asked of tensors.

use swath::{Device, Quantize};

use crate::{devices, text};

#[test]
fn numbers_that_nothing_can_be_quantized_with_are_refused() {
    let percentile = "it must be above 0 and at most 100, in a hundred numbers";
    let range = "it must be of two finite numbers, the lower first";
    let scale = "it must be finite and at least 1.1754944e-38";
    let (max, asymmetric) = (f32::MAX, Quantize::asymmetric);
    let table = [
        (asymmetric().percentile(0.0), format!("the percentile is 0; {percentile}")),
        (asymmetric().percentile(-3.0), format!("the percentile is -3; {percentile}")),
        (asymmetric().percentile(100.5), format!("the percentile is 100.5; {percentile}")),
        (asymmetric().percentile(f64::NAN), format!("the percentile is NaN; {percentile}")),
        (asymmetric().with_range(1.0, -1.0), format!("the range is 1 to -1; {range}")),
        (asymmetric().with_range(f32::NAN, 1.0), format!("the range is NaN to 1; {range}")),
        (asymmetric().with_range(0.0, f32::INFINITY), format!("the range is 0 to inf; {range}")),
        (asymmetric().with_parameters(0.0, 0), format!("the scale is 0; {scale}")),
        (asymmetric().with_parameters(-1.0, 0), format!("the scale is -1; {scale}")),
        (asymmetric().with_parameters(f32::NAN, 0), format!("the scale is NaN; {scale}")),
        (asymmetric().with_parameters(f32::INFINITY, 0), format!("the scale is inf; {scale}")),
        (asymmetric().with_parameters(1.0, 128), "the zero point is 128; it must be between -128 and 127".into()),
        (
            asymmetric().per_channel(2),
            "axis 2 was asked for, but the tensor has 2 axes; they are counted from 0".into(),
        ),
    ];
    for device in devices() {
        let tensor = device.tensor(&[0.5_f32, -1.0], &[1, 2]).unwrap();
        for (how, expected) in &table {
            assert_eq!(text(tensor.quantize::<i8>(how)), *expected);
        }
        assert!(tensor.quantize::<u8>(&asymmetric().with_parameters(1.0, 128)).is_ok());
        assert!(tensor.quantize::<u8>(&asymmetric().with_range(-max, max)).is_ok());
        assert_eq!(tensor.quantize::<i8>(&Quantize::symmetric()).unwrap().read().wait().unwrap().values(), [64, -127]);
    }
}

#[test]
fn an_error_is_measured_against_the_tensor_that_was_quantized() {
    for device in devices() {
        let tensor = device.tensor(&[0.5_f32, -1.0], &[1, 2]).unwrap();
        let quantized = tensor.quantize::<i8>(&Quantize::symmetric()).unwrap();
        let turned = device.tensor(&[0.5_f32, -1.0], &[2, 1]).unwrap();
        let expected =
            "a tensor of shape [2, 1] was given for one of shape [1, 2]; give the tensor that it was made from";
        assert_eq!(text(quantized.error(&turned)), expected);
        let elsewhere = Device::cpu().unwrap().tensor(&[0.5_f32, -1.0], &[1, 2]).unwrap();
        assert_eq!(text(quantized.error(&elsewhere)), "the tensors are on two devices; upload both to one");
        assert!(quantized.error(&tensor).unwrap().wait().unwrap().sqnr > 30.0);
    }
}

#[test]
fn an_epsilon_that_is_no_variance_is_refused() {
    for device in devices() {
        let tensor = device.tensor(&[0.5_f32, -0.5], &[2]).unwrap();
        for (epsilon, shown) in [(-1.0, "-1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf"), (1e39, "1000000000000000000")]
        {
            let got = text(tensor.standardize(epsilon));
            assert!(got.starts_with(&format!("epsilon is {shown}")), "{got}");
            assert!(got.ends_with("; it must be finite and at least 0, in the square of the tensor's units"), "{got}");
        }
        assert_eq!(
            text(tensor.standardize_along(1, 0.0)),
            "axis 1 was asked for, but the tensor has 1 axes; they are counted from 0"
        );
        assert_eq!(tensor.standardize(0.0).unwrap().read().wait().unwrap().as_slice(), [1.0, -1.0]);
    }
}
