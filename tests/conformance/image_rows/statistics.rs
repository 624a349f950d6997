//! Mean, standard deviation, least and largest sample of every channel.

use swath::Pixel;

use super::rows;
use crate::image_cases::{Fill, ImageCase, few, image, large, small, widths, with_pixels};
use crate::runner::Row;
use crate::samples::Sampled;
use crate::support::Mismatch;
use crate::support::floats::ROUNDING;
use crate::support::images::statistics::{Channel, Measured};

/// How often a GPU joins the sums of two halves: within a word of four samples, 64 times one after the other, in pairs
/// over a workgroup's 256, and both again for the sums of chunks.
const JOINS: f64 = (2 + 64 + 8 + 64 + 8) as f64;

/// The largest error of a mean or a standard deviation of floats, for each unit of the mean size of a value. A GPU's
/// rounds four times a join, of the difference of two means at most twice their own sizes; a CPU's is that of `f64`.
pub fn inexact(is_gpu: bool) -> f64 {
    if is_gpu { 8.0 * JOINS * ROUNDING } else { 1e-10 }
}

/// Images of numbers that are hard to sum.
fn hard() -> Vec<ImageCase> {
    let mut cases = with_pixels(few());
    cases.extend([image(700, 300), image(64, 33).of(Fill::Two(254, 255)), image(513, 512).of(Fill::All(201))]);
    cases
}

/// Every channel measured.
pub fn row<P: Pixel<Sample: Sampled>>(
    test: &'static str,
    cases: fn() -> Vec<ImageCase>,
) -> Row<ImageCase, Vec<Channel>, Vec<f64>> {
    Row {
        test,
        cases,
        whole: |_| 0,
        expected: |case: &ImageCase| {
            let picture = case.picture::<P>();
            (0..P::CHANNELS).map(|channel| P::Sample::measure(&picture, channel)).collect::<Vec<_>>()
        },
        run: |device, case| {
            let host = case.upload::<P>(device)?.statistics()?.read().wait()?;
            assert!([host.mean(), host.std(), host.min(), host.max()].iter().all(|part| part.len() == P::CHANNELS));
            Ok([host.mean(), host.std(), host.min(), host.max()].concat())
        },
        compare: |_, expected, got: &Vec<f64>, is_gpu| {
            let number = |kind: usize, channel: usize| got[kind * P::CHANNELS + channel];
            expected.iter().enumerate().try_for_each(|(channel, expected)| {
                check::<P>(expected, [0, 1, 2, 3].map(|kind| number(kind, channel)), is_gpu)
                    .map_err(|wrong| Mismatch { place: format!("{} of channel {channel}", wrong.place), ..wrong })
            })
        },
    }
}

fn check<P: Pixel<Sample: Sampled>>(expected: &Channel, got: [f64; 4], is_gpu: bool) -> Result<(), Mismatch> {
    // Whole numbers give exact sums: one division, one root.
    let of_mean = if P::Sample::IS_WHOLE { 0.0 } else { inexact(is_gpu) * expected.mean_size };
    let of_std = if P::Sample::IS_WHOLE { 4.0 * f64::EPSILON * expected.std() } else { of_mean + inexact(is_gpu) };
    let numbers = [expected.mean, expected.std(), expected.min, expected.max];
    let names = ["mean", "std", "min", "max"];
    for (((got, expected), bound), name) in got.into_iter().zip(numbers).zip([of_mean, of_std, 0.0, 0.0]).zip(names) {
        let is_right = (got - expected).abs() <= bound || (got.is_nan() && expected.is_nan());
        if !is_right {
            return Err(Mismatch::at(name, got, format!("{expected} within {bound:e}")));
        }
    }
    Ok(())
}

rows! { row:
    statistics_of_gray8, Gray8, with_pixels(small()), all;
    statistics_of_large_gray8, Gray8, large(), few;
    statistics_of_rgb8, Rgb8, with_pixels(small()), few;
    statistics_of_rgb8_of_every_width, Rgb8, widths(), few;
    statistics_of_rgba8, Rgba8, hard(), few;
    statistics_of_gray16, Gray16, hard(), few;
    statistics_of_bgr16, Bgr16, hard(), few;
    statistics_of_rgba16, Rgba16, hard(), few;
    statistics_of_gray_f32, GrayF32, hard(), few;
    statistics_of_rgb_f32, RgbF32, with_pixels(small()), few;
    statistics_of_large_rgb_f32, RgbF32, large(), few;
    statistics_of_bgra_f32, BgraF32, hard(), few;
}

#[test]
fn statistics_of_no_pixels_are_none() {
    for executor in crate::support::executors::few() {
        for case in [image(0, 0), image(3, 0), image(0, 1)] {
            let host =
                case.upload::<swath::Rgb8>(&executor.device).unwrap().statistics().unwrap().read().wait().unwrap();
            let parts = [host.mean(), host.std(), host.min(), host.max()];
            assert!(parts.concat().iter().all(|number| number.is_nan()), "{parts:?} on {}", executor.name);
            assert_eq!(parts.map(<[_]>::len), [3; 4]);
        }
    }
}
