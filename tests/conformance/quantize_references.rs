//! The references for quantization reproduce what ONNX Runtime gives.
//!
//! Every number here came from onnxruntime 1.31.1 on its CPU provider, by the call beside it.

use crate::support::floats;
use crate::support::quantize::{
    Parameters, Type, channels, dequantize, dynamic_parameters, mean_square_error, observed, parameters, percentile,
    quantize, signal_to_noise,
};

const VALUES: [f32; 8] = [-1.0, -0.7, -0.25, 0.0, 0.1, 0.5, 0.9, 1.5];

fn of(values: &[f32], parameters: Parameters, to: Type) -> Vec<i32> {
    values.iter().map(|value| quantize(*value, parameters, to)).collect()
}

#[test]
fn a_range_that_lacks_zero_is_stretched_to_it() {
    // The operator DynamicQuantizeLinear: y, y_scale, y_zero_point.
    let table: [(&[f32], &[i32], f32, i32); 5] = [
        (&[10.0, 20.0, 30.0], &[85, 170, 255], 0.117_647_06, 0),
        (&[-1.0, 0.0, 1.0], &[0, 127, 254], 0.007_843_14, 127),
        (&[-3.0, -2.0, -1.0], &[0, 85, 170], 0.011_764_71, 255),
        (&[0.0, 0.0], &[0, 0], 1.0, 0),
        (&[3.0, 3.0, 3.0], &[255, 255, 255], 0.011_764_71, 0),
    ];
    for (values, expected, scale, zero_point) in table {
        let found = dynamic_parameters(observed(values), Type::U8);
        assert!((found.scale / scale - 1.0).abs() < 1e-6 && found.zero_point == zero_point, "{values:?}: {found:?}");
        assert_eq!(of(values, found, Type::U8), expected);
    }
    // compute_scale_zp(-1, 1, 0, 255): 127.5 in `f64` is 128, where 127.49999 in `f32` is 127.
    assert_eq!(parameters((-1.0, 1.0), Type::U8, false), Parameters { scale: 0.007_843_138, zero_point: 128 });
    for (values, expected, ..) in [table[0], table[2], table[3], table[4]] {
        assert_eq!(of(values, parameters(observed(values), Type::U8, false), Type::U8), expected);
    }
}

#[test]
fn each_type_and_symmetry_has_its_own_numbers() {
    // quant_utils.compute_data_quant_params(values, type, symmetric), then QuantizeLinear and DequantizeLinear.
    type Expected = (Type, bool, f32, i32, [i32; 8], [f32; 8]);
    let restored = [-1.0, -0.6960785, -0.254_901_98, 0.0, 0.098_039_22, 0.5, 0.901_960_8, 1.5];
    let table: [Expected; 4] = [
        (Type::I8, false, 0.009_803_92, -26, [-128, -97, -52, -26, -16, 25, 66, 127], restored),
        (
            Type::I8,
            true,
            0.011_811_02,
            0,
            [-85, -59, -21, 0, 8, 42, 76, 127],
            [-1.003937, -0.696_850_4, -0.248_031_5, 0.0, 0.094_488_19, 0.496063, 0.897_637_8, 1.5],
        ),
        (Type::U8, false, 0.009_803_92, 102, [0, 31, 76, 102, 112, 153, 194, 255], restored),
        (
            Type::U8,
            true,
            0.011_764_71,
            128,
            [43, 69, 107, 128, 136, 170, 204, 255],
            [-1.0, -0.694_117_67, -0.247_058_82, 0.0, 0.094_117_65, 0.494_117_65, 0.894_117_65, 1.494_117_6],
        ),
    ];
    for (to, is_symmetric, scale, zero_point, whole, restored) in table {
        let found = parameters(observed(&VALUES), to, is_symmetric);
        assert!((found.scale / scale - 1.0).abs() < 1e-6 && found.zero_point == zero_point, "{to:?}: {found:?}");
        assert_eq!(of(&VALUES, found, to), whole, "{to:?}");
        floats::same(&whole.map(|whole| dequantize(whole, found)), &restored).unwrap();
    }
}

#[test]
fn halves_go_to_even_and_what_is_beyond_to_the_ends() {
    // QuantizeLinear with scale 1 and zero point 0. (NaN becomes -128 there.)
    let values = [0.5, 1.5, 2.5, -0.5, 127.5, -129.0, f32::INFINITY, f32::NEG_INFINITY];
    let one = Parameters { scale: 1.0, zero_point: 0 };
    assert_eq!(of(&values, one, Type::I8), [0, 2, 2, 0, 127, -128, 127, -128]);
    // The zero point comes after the rounding: 2.5 is 2, and so 3, where 3.5 would be 4.
    assert_eq!(quantize(2.5, Parameters { scale: 1.0, zero_point: 1 }, Type::I8), 3);
    // compute_data_quant_params(values, INT8, True, rmin_override=-0.5, rmax_override=0.5): -128 is left out of the range,
    // not of what a value beyond it becomes.
    let half = parameters((-0.5, 0.5), Type::I8, true);
    assert_eq!(of(&VALUES, half, Type::I8), [-128, -128, -64, 0, 25, 127, 127, 127]);
    // compute_scale_zp(0, 1e-36, 0, 255): a scale below the normal numbers is none. The widest range has one.
    assert_eq!(parameters((0.0, 1e-36), Type::U8, false), one);
    assert_eq!(parameters((-f32::MAX, f32::MAX), Type::I8, false), Parameters { scale: 2.668_881e36, zero_point: 0 });
}

#[test]
fn percentiles_are_those_of_the_calibrater() {
    // HistogramCollector("percentile", symmetric, 2048, 128, p, None): collect, then compute_collection_result.
    let mut values: Vec<f32> = (0..997_u32).map(|k| ((k * k * 31 % 997) as f32 - 300.0) / 8.0).collect();
    (values[5], values[6]) = (4_000.0, -1_500.0);
    let table = [
        (99.999, false, (-1_500.0, 3_996.093_8)),
        (99.999, true, (-1_500.0, 3_998.046_9)),
        (99.5, false, (-39.0625, 85.9375)),
        (99.5, true, (-85.9375, 85.9375)),
        (97.0, false, (-39.0625, 82.031_25)),
        (97.0, true, (-82.031_25, 82.031_25)),
    ];
    for (p, is_symmetric, expected) in table {
        assert_eq!(percentile(&values, p, is_symmetric), expected, "{p} %, symmetric: {is_symmetric}");
    }
    // Where all values are one, the range ends below it begins; 0 is added to it in any case.
    assert_eq!(percentile(&[2.5; 50], 99.9, false), (2.5, 2.497_558_6));
    assert_eq!(percentile(&[2.5; 50], 99.9, true), (2.5, 2.5));
    assert_eq!(percentile(&[0.0; 50], 99.9, false), (0.0, 0.0));
    assert_eq!(percentile(&values, 100.0, false), (-1_500.0, 4_000.0));
    assert_eq!(percentile(&[], 99.9, false), (0.0, 0.0));
}

#[test]
fn every_axis_has_its_channels() {
    let values: Vec<f32> = (0..24).map(|k| ((7 * k % 11) as f32 - 4.0) / 4.0).collect();
    // compute_data_quant_params(values.take(place, axis), INT8, True), for each place.
    let table: [(usize, &[f32]); 3] = [
        (0, &[0.011_811_024, 0.011_811_024]),
        (1, &[0.011_811_024, 0.009_842_52, 0.007_874_016]),
        (2, &[0.007_874_016, 0.009_842_52, 0.011_811_024, 0.011_811_024]),
    ];
    for (axis, expected) in table {
        let channels = channels(&values, &[2, 3, 4], axis);
        let scales: Vec<_> = channels.iter().map(|values| parameters(observed(values), Type::I8, true).scale).collect();
        assert_eq!(scales, expected, "axis {axis}");
    }
    assert_eq!(channels(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], &[2, 3], 1), [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]);
}

#[test]
fn what_is_lost_is_measured() {
    // NumPy 2.4.6 in float64 over what DequantizeLinear gave.
    let to = parameters(observed(&VALUES), Type::I8, false);
    let restored: Vec<f32> = VALUES.iter().map(|value| dequantize(quantize(*value, to, Type::I8), to)).collect();
    assert!((mean_square_error(&VALUES, &restored) / 5.887_132_518_145_322e-6 - 1.0).abs() < 1e-12);
    assert!((signal_to_noise(&VALUES, &restored) - 50.147_580_437_097_16).abs() < 1e-9);
    assert_eq!(signal_to_noise(&VALUES, &VALUES), f64::INFINITY);
}
