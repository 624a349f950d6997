//! The references for images reproduce what OpenCV, Pillow and NumPy give.
//!
//! Every number here came from opencv-python-headless 5.0.0.93 (`cv2`), Pillow 13.0.0 or NumPy 2.4.6, by the call beside
//! it.

use std::cmp::Ordering;

use crate::support::floats::{self, half};
use crate::support::images::gray::{self, BGR, Luma, Order, RGB};
use crate::support::images::normalize::{self, Form, Layout, Norm, ROUNDED};
use crate::support::images::resize::{self, Filter, resize};
use crate::support::images::statistics::Measured;
use crate::support::images::threshold::{self, Kind};
use crate::support::images::{self, Picture, adaptive, otsu};

const COLORS: [u8; 30] = [
    255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 1, 2, 3, 12, 200, 77, 254, 1, 129, 90, 91, 92, 228, 205, 35, 195,
    32, 65,
];

/// `(7 x^2 + 13 y^2 + 29 x y) % 256`.
fn picture(width: usize, height: usize) -> Picture<u8> {
    Picture::from_fn(width, height, 1, |x, y, _| (7 * x * x + 13 * y * y + 29 * x * y) as u8)
}

fn close(got: &[f64], expected: &[f64], distance: f64) {
    assert_eq!(got.len(), expected.len());
    for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!((got - expected).abs() <= distance, "at {index}: {got}, not {expected}");
    }
}

#[test]
fn gray_is_that_of_opencv_and_pillow() {
    // cv2.cvtColor(colors[None], cv2.COLOR_RGB2GRAY), then COLOR_BGR2GRAY, then Image.fromarray(..).convert("L").
    assert_eq!(gray::whole(&COLORS, RGB, Luma::Bt601), [76, 150, 29, 255, 2, 130, 91, 91, 193, 85]);
    assert_eq!(gray::whole(&COLORS, BGR, Luma::Bt601)[..8], [29, 150, 76, 255, 2, 142, 68, 91]);
    assert_eq!(gray::whole(&COLORS, RGB, Luma::Pillow), [76, 150, 29, 255, 2, 130, 91, 91, 192, 84]);
    // The same in 16 bits: `257 * colors`, less 77 where a colour is above 100.
    let deep: Vec<u16> =
        COLORS[..24].iter().map(|value| u16::from(*value) * 257 - u16::from(*value > 100) * 77).collect();
    let expected: [u16; 8] = [19_573, 38_424, 7_461, 65_458, 466, 33_305, 23_417, 23_339];
    assert_eq!(gray::whole(&deep, RGB, Luma::Bt601), expected);
    // The same in floats, colours / 256.
    let floats: Vec<f32> = COLORS[..24].iter().map(|value| f32::from(*value) / 256.0).collect();
    let expected =
        [0.297832, 0.584707, 0.113_554_69, 0.996_093_75, 0.007_089_844, 0.506_898_46, 0.356_402_34, 0.354_746_07];
    assert_eq!(gray::check_float(&floats, RGB, Luma::Bt601, &expected), Ok(()));
}

#[test]
fn other_samples_of_a_pixel_and_equal_ones_keep_gray_as_it_is() {
    for luma in [Luma::Bt601, Luma::Bt709, Luma::Pillow] {
        let equal: Vec<u8> = (0..=255).flat_map(|value| [value; 3]).collect();
        assert_eq!(gray::whole(&equal, RGB, luma), (0..=255).collect::<Vec<u8>>());
        let order = Order { places: [3, 1, 0], channels: 5 };
        let pixels = [9_u16, 8, 7, 6, 5, 0, 65_535, 1, 65_535, 77];
        let expected = gray::whole(&[6_u16, 8, 9, 65_535, 65_535, 0], RGB, luma);
        assert_eq!(gray::whole(&pixels, order, luma), expected);
        let wrong = gray::check_float(&[0.5, 0.25, 1.0], RGB, luma, &[0.41]);
        assert!(wrong.is_err());
    }
}

#[test]
fn thresholds_are_those_of_opencv() {
    let gray: [u8; 8] = [0, 1, 99, 100, 101, 200, 254, 255];
    // [cv2.threshold(gray, level, 200.5, kind)[1] for kind in range(5)]
    let table: [(f64, [[u8; 8]; 5]); 4] = [
        (
            100.7,
            [
                [0, 0, 0, 0, 200, 200, 200, 200],
                [200, 200, 200, 200, 0, 0, 0, 0],
                [0, 1, 99, 100, 100, 100, 100, 100],
                [0, 0, 0, 0, 101, 200, 254, 255],
                [0, 1, 99, 100, 0, 0, 0, 0],
            ],
        ),
        (-0.5, [[200; 8], [0; 8], [0; 8], gray, [0; 8]]),
        (
            254.0,
            [
                [0, 0, 0, 0, 0, 0, 0, 200],
                [200, 200, 200, 200, 200, 200, 200, 0],
                [0, 1, 99, 100, 101, 200, 254, 254],
                [0, 0, 0, 0, 0, 0, 0, 255],
                [0, 1, 99, 100, 101, 200, 254, 0],
            ],
        ),
        (255.0, [[0; 8], [200; 8], gray, [0; 8], gray]),
    ];
    for (level, expected) in table {
        for (kind, expected) in Kind::ALL.into_iter().zip(expected) {
            assert_eq!(threshold::whole(&gray, kind, level, 200.5), expected, "{kind:?} at {level}");
        }
    }
    // cv2.threshold(deep, 65534.9, 70000.5, kind)
    let deep: [u16; 4] = [0, 40_000, 65_534, 65_535];
    assert_eq!(threshold::whole(&deep, Kind::Binary, 65_534.9, 70_000.5), [0, 0, 0, 65_535]);
    assert_eq!(threshold::whole(&deep, Kind::Truncate, 65_534.9, 70_000.5), [0, 40_000, 65_534, 65_534]);
    // cv2.threshold(floats, 0.1, 1, kind), where 0.1 is the `f32`.
    let floats = [f32::NEG_INFINITY, f32::INFINITY, -0.0, 0.1, 0.5, -2.0];
    let below = [f32::NEG_INFINITY, 0.0, 0.0, 0.1, 0.0, -2.0];
    assert_eq!(threshold::float(&floats, Kind::Binary, 0.1, 1.0), [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(threshold::float(&floats, Kind::ToZeroInverted, 0.1, 1.0), below);
    // NaN is not above the level, in every kind. (OpenCV says that it is not below the level either.)
    let nan = Kind::ALL.map(|kind| threshold::float(&[f32::NAN], kind, 0.1, 1.0)[0]);
    floats::same(&nan, &[0.0, 1.0, f32::NAN, 0.0, f32::NAN]).unwrap();
}

#[test]
fn adaptive_thresholds_are_those_of_opencv() {
    let picture = picture(9, 7);
    for (block, c, is_inverted, rows) in ADAPTIVE {
        let expected: Vec<u8> = rows.iter().flat_map(|row| row.bytes().map(|bit| (bit - b'0') * 255)).collect();
        assert_eq!(adaptive::mean(&picture, block, c, is_inverted), expected, "block {block}, c {c}, {is_inverted}");
    }
}

/// `cv2.adaptiveThreshold(picture, 1, cv2.ADAPTIVE_THRESH_MEAN_C, is_inverted, block, c)`.
const ADAPTIVE: [(usize, f64, bool, [&str; 7]); 4] = [
    (3, 0.0, false, ["000000101", "001110101", "011010101", "010101101", "101001000", "011011011", "100011110"]),
    (5, 2.5, false, ["000001101", "001110101", "011010101", "110101001", "101001000", "010011111", "110011110"]),
    (5, 2.5, true, ["111110010", "110001010", "100101010", "001010110", "010110111", "101100000", "001100001"]),
    (7, -3.5, false, ["000001101", "001110101", "011010001", "110101001", "101001000", "010011111", "100011110"]),
];

#[test]
fn otsus_level_is_that_of_opencv() {
    // cv2.threshold(picture, 0, 255, cv2.THRESH_OTSU)[0]
    assert_eq!(images::otsu(&picture(9, 7).samples), 123);
    assert_eq!(images::otsu(&[10, 12, 200, 210]), 12);
    assert_eq!(images::otsu(&[9; 5]), 9, "where OpenCV says 0");
    let counts = otsu::histogram(&[3, 255, 3]);
    assert_eq!((counts[3], counts[255], counts.iter().sum::<u64>()), (2, 1, 3));
    assert_eq!(images::compare(1, 3, 333, 1_000), Ordering::Greater);
    assert_eq!(images::compare(2, 6, 333, 999), Ordering::Equal);
    assert_eq!(images::compare(u128::MAX, u128::MAX - 1, u128::MAX - 1, u128::MAX - 2), Ordering::Less);
}

#[test]
fn statistics_are_those_of_opencv() {
    // cv2.meanStdDev(picture), picture.min(), picture.max()
    let gray = picture(9, 7);
    let floats = Picture::from_fn(9, 7, 1, |x, y, channel| f32::from(gray.at(x, y, channel)));
    for channel in [u8::measure(&gray, 0), f32::measure(&floats, 0)] {
        close(&[channel.mean, channel.std()], &[127.095_238_095_238_09, 77.306_997_626_904_18], 1e-12);
        assert_eq!((channel.min, channel.max), (0.0, 252.0));
    }
    let color = Picture::new(2, 1, 3, vec![1_u16, 20, 300, 3, 40, 65_535]);
    assert_eq!([0, 1, 2].map(|channel| u16::measure(&color, channel).mean), [2.0, 30.0, 32_917.5]);
    assert_eq!(u16::measure(&color, 0).variance, 1.0);
}

#[test]
fn normalized_values_are_those_of_opencv_and_numpy() {
    let gray = Picture::new(6, 1, 1, vec![0_u8, 1, 2, 50, 200, 255]);
    // With v = gray / 255: cv2.normalize(v, None, -1, 2, cv2.NORM_MINMAX), cv2.normalize(v, None, 1, 0, cv2.NORM_L1),
    // NORM_L2, NORM_INF, (v - v.mean()) / np.sqrt(v.var() + 1e-2), (v - 0.485) / 0.229. In units of samples, that is
    // 650.25 for 1e-2.
    let table = [
        (Form::MinMax { low: -1.0, high: 2.0 }, [-1.0, -0.98823529, -0.97647059, -0.41176471, 1.35294118, 2.0]),
        (Form::Norm(Norm::L1), [0.0, 0.0019685, 0.00393701, 0.0984252, 0.39370079, 0.5019685]),
        (Form::Norm(Norm::L2), [0.0, 0.00304955, 0.00609909, 0.1524773, 0.60990918, 0.77763421]),
        (Form::Norm(Norm::Inf), [0.0, 0.00392157, 0.00784314, 0.19607843, 0.78431373, 1.0]),
        (
            Form::Standardize { epsilon: 650.25 },
            [-0.79285525, -0.78349082, -0.77412639, -0.32463365, 1.08003117, 1.59507494],
        ),
        (
            Form::Given { mean: &[0.485], std: &[0.229] },
            [-2.117_903_93, -2.100_779_18, -2.083_654_42, -1.261_666_24, 1.307_046_84, 2.248_908_3],
        ),
    ];
    for (form, expected) in table {
        let planes = normalize::planes(&gray, &form, &Layout::of(&[0]), ROUNDED);
        let values: Vec<_> = planes.iter().map(|(value, _)| *value).collect();
        close(&values, &expected, 6e-9);
        assert!(planes.iter().all(|(value, bound)| *bound <= 1e-6 * (1.0 + value.abs())), "{form:?}: {planes:?}");
    }
}

#[test]
fn what_cannot_be_divided_by_gives_the_low_end_or_zero() {
    let flat = Picture::new(3, 1, 1, vec![7_u8; 3]);
    let black = Picture::new(3, 1, 1, vec![0.0_f32; 3]);
    let values = |planes: Vec<(f64, f64)>| planes.into_iter().map(|(value, _)| value).collect::<Vec<_>>();
    let of_flat = |form| values(normalize::planes(&flat, &form, &Layout::of(&[0]), ROUNDED));
    assert_eq!(of_flat(Form::MinMax { low: 0.25, high: 1.0 }), [0.25; 3]);
    assert_eq!(of_flat(Form::Standardize { epsilon: 0.0 }), [0.0; 3]);
    for norm in [Norm::L1, Norm::L2, Norm::Inf] {
        assert_eq!(values(normalize::planes(&black, &Form::Norm(norm), &Layout::of(&[0]), ROUNDED)), [0.0; 3]);
    }
}

#[test]
fn planes_are_chosen_flipped_and_padded() {
    let color = Picture::new(2, 1, 4, vec![1_u8, 2, 3, 9, 4, 5, 6, 9]);
    let form = Form::Given { mean: &[0.0, 1.0], std: &[1.0 / 255.0, 0.5 / 255.0] };
    let layout = Layout { planes: &[2, 0], is_flipped: true, padded: Some((3, 2, -8.0)) };
    let values: Vec<_> = normalize::planes(&color, &form, &layout, ROUNDED).iter().map(|(value, _)| *value).collect();
    let expected = [6.0, 3.0, -8.0, -8.0, -8.0, -8.0, 8.0 - 510.0, 2.0 - 510.0, -8.0, -8.0, -8.0, -8.0];
    close(&values, &expected, 1e-9);
}

#[test]
fn a_plane_off_by_more_than_its_roundings_is_found() {
    assert!(images::check_planes(&[0, 255], 1, &[0.0], &[1.0], &[0.0, 1.0]).is_ok());
    for wrong in [[0.0, 1.000_001], [1e-30, 1.0], [0.0, f32::NAN], [0.0, f32::INFINITY]] {
        assert!(images::check_planes(&[0, 255], 1, &[0.0], &[1.0], &wrong).is_err(), "{wrong:?}");
    }
    assert!(images::check_planes(&[0, 255], 1, &[0.0], &[1.0], &[0.0]).is_err());
    let expected = [(1.0 / 3.0, 1e-9)];
    assert!(floats::check_half(&[0.333_251_95], expected.into_iter()).is_ok());
    assert!(floats::check_half(&[0.333_496_1], expected.into_iter()).is_err(), "the next number of half precision");
    assert!(floats::check_half(&[1.0 / 3.0], expected.into_iter()).is_err(), "not a number of half precision");
}

#[test]
fn half_precision_is_that_of_numpy() {
    // float(np.float16(number))
    let table = [
        (1.0 / 3.0, 0.333_251_953_125),
        (65_519.9, 65_504.0),
        (65_520.0, f64::INFINITY),
        (-65_520.0, f64::NEG_INFINITY),
        (1e-8, 0.0),
        (5.9e-8, 5.960_464_477_539_063e-8),
        (2_049.0, 2_048.0),
        (2_051.0, 2_052.0),
        (-0.1, -0.099_975_585_937_5),
        (6.1e-5, 6.097_555_160_522_461e-5),
    ];
    for (number, expected) in table {
        assert_eq!(half(number), expected, "{number}");
    }
}

#[test]
fn resized_pictures_are_those_of_opencv() {
    let small = picture(5, 4);
    // cv2.resize(picture, (3, 2), interpolation=cv2.INTER_NEAREST_EXACT); no centre lies between two pixels here.
    assert_eq!(resize(&small, 3, 2, Filter::Nearest).samples, [13.0, 99.0, 241.0, 117.0, 63.0, 65.0]);
    // cv2.resize(picture.astype(np.float64), size, interpolation=cv2.INTER_LINEAR), whose weights are `f32`
    let linear = [13.666_666_67, 63.5, 155.333_333_33, 111.0, 129.5, 104.666_666_67];
    close(&resize(&small, 3, 2, Filter::Bilinear).samples, &linear, 2e-5);
    let larger = resize(&small, 8, 7, Filter::Bilinear);
    close(&larger.samples[..8], &[0.0, 3.0625, 8.3125, 21.4375, 38.9375, 60.8125, 90.5625, 112.0], 1e-9);
    let middle = [32.5, 54.59375, 87.03125, 127.34375, 132.03125, 101.09375, 150.03125, 190.5];
    close(&larger.samples[24..32], &middle, 1e-9);
    // cv2.resize(picture.astype(np.float64), size, interpolation=cv2.INTER_AREA)
    let area = [15.1, 66.3, 151.1, 116.3, 132.3, 105.1];
    close(&resize(&small, 3, 2, Filter::Area).samples, &area, 2e-5);
    let area = [8.95, 48.55, 121.75, 52.7, 124.7, 153.5, 135.45, 124.65, 109.05];
    close(&resize(&small, 3, 3, Filter::Area).samples, &area, 2e-5);
    // An axis that grows is bilinear, whatever the other one does.
    let mixed = resize(&small, 3, 7, Filter::Area);
    let (narrow, tall) = (resize(&small, 3, 4, Filter::Area), resize(&small, 5, 7, Filter::Bilinear));
    close(&mixed.samples[..3], &narrow.samples[..3], 1e-12);
    close(&[mixed.samples[9]], &[(tall.samples[15] * 3.0 + tall.samples[16] * 2.0) / 5.0], 1e-12);
    // The same size is the same picture.
    for filter in [Filter::Nearest, Filter::Bilinear, Filter::Area] {
        assert_eq!(resize::check_whole(&resize(&small, 5, 4, filter), &small.samples, 0.0), Ok(()));
    }
}

#[test]
fn weights_of_a_pixel_sum_to_one_and_stay_inside() {
    for (from, to) in [(1, 1), (1, 9), (9, 1), (2, 3), (3, 2), (10, 4), (4, 10), (100, 7), (7, 100), (13, 13)] {
        for filter in [Filter::Nearest, Filter::Bilinear, Filter::Area] {
            let mut of_pixels = vec![0.0; from];
            for x in 0..to {
                let weights = resize::weights(from, to, filter, x);
                assert!((weights.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-12);
                weights.iter().for_each(|(pixel, weight)| of_pixels[*pixel] += weight);
            }
            // Where an axis shrinks, every pixel counts as much as every other in the mean.
            let share = to as f64 / from as f64;
            let is_even = of_pixels.iter().all(|weight| (weight - share).abs() < 1e-12);
            assert!(filter != Filter::Area || from < to || is_even, "{from} to {to}: {of_pixels:?}");
        }
    }
    assert_eq!(resize::weights(4, 6, Filter::Nearest, 1), [(1, 1.0)], "the later of two equally near");
}

#[test]
fn a_resized_float_off_by_more_than_its_roundings_is_found() {
    let floats = Picture::new(2, 1, 1, vec![1.0_f32, 2.0]);
    let expected = resize(&floats, 4, 1, Filter::Bilinear);
    assert_eq!(expected.samples, [1.0, 1.25, 1.75, 2.0]);
    let verdict = |got: [f32; 4]| resize::check_float(&floats, &expected, Filter::Bilinear, &got);
    assert!(verdict([1.0, 1.25, 1.75, 2.0]).is_ok());
    assert!(verdict([1.0, 1.250_005, 1.75, 2.0]).is_err());
}
