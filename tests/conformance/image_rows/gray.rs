//! Colour to gray.

use swath::{Color, Luma};

use super::{rows, samples};
use crate::image_cases::{With, few, large, small, widths, with};
use crate::runner::Row;
use crate::samples::{Sampled, order};
use crate::support::images::gray;

const LUMAS: &[Luma] = &[Luma::Bt601, Luma::Bt709, Luma::Pillow];

/// Gray by a formula.
pub fn row<P: Color<Sample: Sampled>>(
    test: &'static str,
    cases: fn() -> Vec<With<Luma>>,
) -> Row<With<Luma>, Vec<P::Sample>, Vec<P::Sample>> {
    Row {
        test,
        cases,
        whole: |_| 0,
        expected: |case: &With<Luma>| case.image.samples::<P>(),
        run: |device, case| {
            let gray = case.image.upload::<P>(device)?.grayscale_with(case.by)?;
            assert_eq!((gray.width(), gray.height()), case.image.size());
            samples(&gray)
        },
        compare: |case, pixels, got, _| {
            let luma = match case.by {
                Luma::Bt601 => gray::Luma::Bt601,
                Luma::Bt709 => gray::Luma::Bt709,
                Luma::Pillow => gray::Luma::Pillow,
            };
            P::Sample::check_gray(pixels, order::<P>(), luma, got)
        },
    }
}

rows! { row:
    gray_of_rgb8, Rgb8, with(small(), &[Luma::Bt601]), all;
    gray_of_rgba8, Rgba8, with(small(), &[Luma::Bt601]), all;
    gray_of_large_rgb8, Rgb8, with(large(), &[Luma::Bt601]), few;
    gray_of_large_rgba8, Rgba8, with(large(), &[Luma::Bt601]), few;
    gray_of_rgb8_of_every_width, Rgb8, with(widths(), &[Luma::Bt709]), all;
    gray_of_rgba8_of_every_width, Rgba8, with(widths(), &[Luma::Pillow]), all;
    every_gray_of_rgb8, Rgb8, with(few(), &LUMAS[1..]), few;
    every_gray_of_bgr8, Bgr8, with(few(), LUMAS), few;
    every_gray_of_rgba8, Rgba8, with(few(), &LUMAS[1..]), few;
    every_gray_of_bgra8, Bgra8, with(few(), LUMAS), few;
    every_gray_of_rgb16, Rgb16, with(few(), LUMAS), few;
    every_gray_of_bgr16, Bgr16, with(few(), LUMAS), few;
    every_gray_of_rgba16, Rgba16, with(few(), LUMAS), few;
    every_gray_of_bgra16, Bgra16, with(few(), LUMAS), few;
    every_gray_of_rgb_f32, RgbF32, with(few(), LUMAS), few;
    every_gray_of_bgr_f32, BgrF32, with(few(), LUMAS), few;
    every_gray_of_rgba_f32, RgbaF32, with(few(), LUMAS), few;
    every_gray_of_bgra_f32, BgraF32, with(few(), LUMAS), few;
}
