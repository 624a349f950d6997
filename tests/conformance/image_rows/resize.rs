//! Images made larger or smaller.

use swath::{Pixel, Resize};

use super::{rows, samples};
use crate::image_cases::{Fill, ImageCase, With, few, image, widths, with, with_pixels};
use crate::runner::Row;
use crate::samples::Sampled;
use crate::support::executors;
use crate::support::images::Picture;
use crate::support::images::resize::{self, Filter};

/// A size and a way to get there.
pub type To = (usize, usize, Filter);

const FILTERS: [Filter; 3] = [Filter::Nearest, Filter::Bilinear, Filter::Area];

fn asked(filter: Filter) -> Resize {
    match filter {
        Filter::Nearest => Resize::Nearest,
        Filter::Bilinear => Resize::Bilinear,
        Filter::Area => Resize::Area,
    }
}

/// These sizes, in every way.
fn to(sizes: &[(usize, usize)]) -> Vec<To> {
    sizes.iter().flat_map(|size| FILTERS.map(|filter| (size.0, size.1, filter))).collect()
}

/// All that is finite: where weights are 0 and samples infinite, libraries differ.
fn images() -> Vec<ImageCase> {
    let mut images = with_pixels(few());
    images.retain(ImageCase::is_finite);
    images.extend([image(300, 2), image(2, 300), image(97, 89).of(Fill::Two(0, 255))]);
    images
}

/// What is resized, and what it becomes before it is rounded.
type FromTo<T> = (Picture<T>, Picture<f64>);

/// Source rows that 16 pixels of the result are made of, the fewest that a launch makes; averages take no more than 32
/// rows at once.
fn rows_at_once(case: &With<To>) -> usize {
    let (from, (width, height, filter)) = (case.image.size().1, case.by);
    let rows = if width == 0 { 0 } else { (16_usize.div_ceil(width) + 1).min(height) };
    let apart = from.div_ceil(height.max(1));
    let taken = match filter {
        Filter::Area => rows * apart.min(32),
        Filter::Nearest | Filter::Bilinear => rows.saturating_sub(1) * apart,
    };
    from.min(taken + 3)
}

/// Brought to a size.
pub fn row<P: Pixel<Sample: Sampled>>(
    test: &'static str,
    cases: fn() -> Vec<With<To>>,
) -> Row<With<To>, FromTo<P::Sample>, Vec<P::Sample>> {
    Row {
        test,
        cases,
        whole: |case: &With<To>| (rows_at_once(case) * case.image.size().0 * P::CHANNELS * 4 + 256) as u64,
        expected: |case| {
            let from = case.image.picture::<P>();
            let expected = resize::resize(&from, case.by.0, case.by.1, case.by.2);
            (from, expected)
        },
        run: |device, case| {
            let (width, height, filter) = case.by;
            let image = case.image.upload::<P>(device)?.resize(width, height, asked(filter))?;
            assert_eq!((image.width(), image.height()), (width, height));
            samples(&image)
        },
        compare: |case, (from, expected), got, _| P::Sample::check_resized(from, expected, case.by.2, got),
    }
}

rows! { row:
    resize_rgb8, Rgb8, with(images(), &to(&[(1, 1), (7, 5), (64, 20), (129, 3), (33, 77)])), all;
    resize_rgb8_to_every_width, Rgb8, every_width(), few;
    resize_bgra8, Bgra8, with(images(), &to(&[(5, 9), (40, 40)])), few;
    resize_gray8, Gray8, with(images(), &to(&[(5, 9), (40, 40), (200, 1)])), few;
    resize_rgb16, Rgb16, with(images(), &to(&[(5, 9), (40, 40)])), few;
    resize_rgba16, Rgba16, with(images(), &to(&[(5, 9), (41, 23)])), few;
    resize_gray16, Gray16, with(images(), &to(&[(5, 9), (41, 23)])), few;
    resize_bgr_f32, BgrF32, with(images(), &to(&[(5, 9), (40, 40)])), few;
    resize_rgba_f32, RgbaF32, with(images(), &to(&[(5, 9), (41, 23)])), few;
    resize_gray_f32, GrayF32, with(images(), &to(&[(5, 9), (41, 23)])), few;
    resize_by_much, Rgb8, with(vec![image(1_411, 300), image(3, 2_000)], &to(&[(3, 2), (1, 1_001)])), few;
    resize_beyond_a_binding, Rgb8, with(vec![image(200, 1_500)], &to(&[(501, 1), (40, 3), (201, 701)])), all;
    resize_across_chunks, Gray8, with(vec![image(513, 512)], &to(&[(400, 300), (700, 600)])), few;
}

/// From every width to another one.
fn every_width() -> Vec<With<To>> {
    let cases = widths().into_iter().enumerate();
    cases
        .flat_map(|(index, image)| FILTERS.map(|filter| With { image, by: (130 - index, 2 + index % 3, filter) }))
        .collect()
}

#[test]
fn the_same_size_is_the_same_image_without_a_launch() {
    for executor in executors::few() {
        let case = image(41, 37).padded(1);
        for filter in FILTERS {
            let image = case.upload::<swath::Rgb8>(&executor.device).unwrap().resize(41, 37, asked(filter)).unwrap();
            assert_eq!(samples(&image).unwrap(), case.samples::<swath::Rgb8>(), "{filter:?} on {}", executor.name);
        }
    }
}

#[test]
fn a_size_without_pixels_is_an_image_without_pixels() {
    for executor in executors::few() {
        for case in [image(5, 4), image(0, 4), image(0, 0)] {
            for (width, height) in [(0, 0), (7, 0), (0, 7)] {
                let image = case.upload::<swath::Rgb8>(&executor.device).unwrap();
                let image = image.resize(width, height, Resize::Bilinear).unwrap();
                assert_eq!((image.width(), image.height()), (width, height));
                assert!(samples(&image).unwrap().is_empty());
            }
        }
    }
}
