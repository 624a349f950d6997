//! Pixels to a device and back.

use swath::Pixel;

use super::{rows, samples};
use crate::image_cases::{ImageCase, few, large, small, widths};
use crate::runner::Row;
use crate::samples::Sampled;

/// Sends an image and reads it.
pub fn row<P: Pixel<Sample: Sampled>>(
    test: &'static str,
    cases: fn() -> Vec<ImageCase>,
) -> Row<ImageCase, Vec<P::Sample>, Vec<P::Sample>> {
    Row {
        test,
        cases,
        whole: |_| 0,
        expected: |case: &ImageCase| case.samples::<P>(),
        run: |device, case| {
            let image = case.upload::<P>(device)?;
            assert_eq!((image.width(), image.height()), case.size());
            samples(&image)
        },
        compare: |_, expected, got, _| Sampled::same(got, expected),
    }
}

rows! { row:
    rgb8_comes_back, Rgb8, small(), all;
    large_rgb8_comes_back, Rgb8, large(), few;
    rgb8_of_every_width_comes_back, Rgb8, widths(), all;
    bgr8_comes_back, Bgr8, few(), few;
    rgba8_comes_back, Rgba8, few(), few;
    bgra8_comes_back, Bgra8, few(), few;
    gray8_comes_back, Gray8, few(), few;
    rgb16_comes_back, Rgb16, few(), few;
    bgr16_comes_back, Bgr16, few(), few;
    rgba16_comes_back, Rgba16, few(), few;
    bgra16_comes_back, Bgra16, few(), few;
    gray16_comes_back, Gray16, few(), few;
    rgb_f32_comes_back, RgbF32, few(), few;
    bgr_f32_comes_back, BgrF32, few(), few;
    rgba_f32_comes_back, RgbaF32, few(), few;
    bgra_f32_comes_back, BgraF32, few(), few;
    gray_f32_comes_back, GrayF32, few(), few;
}
