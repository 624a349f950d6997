//! Small domains in full, and the one dispatch that no small limit can stand in for.

use swath::{Gray8, ImageView, Rgb8, Rgba8, Threshold};

use crate::support::executors::{self, say};
use crate::support::{equal, images};

const SIDE: usize = 4_096;

/// Every colour once, in the order of its number.
fn all_colors(channels: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SIDE * SIDE * channels);
    for color in 0..(SIDE * SIDE) as u32 {
        let [red, green, blue, _] = color.to_le_bytes();
        // Alpha takes every value beside every colour's neighbours, and must not matter.
        bytes.extend_from_slice(&[red, green, blue, (color.wrapping_mul(2_654_435_761) >> 24) as u8][..channels]);
    }
    bytes
}

#[test]
fn all_colors_become_the_gray_of_the_formula() {
    let (rgb, rgba) = (all_colors(3), all_colors(4));
    let expected = images::gray(&rgb, 3);
    for executor in executors::all() {
        let device = &executor.device;
        let opaque = device.image(ImageView::<Rgb8>::new(&rgb, SIDE, SIDE).unwrap()).unwrap().grayscale().unwrap();
        let alpha = device.image(ImageView::<Rgba8>::new(&rgba, SIDE, SIDE).unwrap()).unwrap().grayscale().unwrap();
        for (pixels, gray) in [("Rgb8", opaque), ("Rgba8", alpha)] {
            let got = gray.read().wait().unwrap();
            if let Err(wrong) = equal(got.as_slice(), &expected) {
                panic!("grayscale of {pixels} on {}: colour {wrong}", executor.name);
            }
        }
        device.trim();
    }
}

#[test]
fn all_grays_are_cut_at_all_levels() {
    let grays: Vec<u8> = (0..=255).collect();
    for executor in executors::all() {
        let image = executor.device.image(ImageView::<Gray8>::new(&grays, 16, 16).unwrap()).unwrap();
        for level in 0..=255 {
            let mask = image.threshold(Threshold::binary(level)).unwrap().read().wait().unwrap();
            if let Err(wrong) = equal(mask.as_slice(), &images::binary(&grays, level)) {
                panic!("threshold at {level} on {}: gray {wrong}", executor.name);
            }
        }
    }
}

/// 65,536 workgroups in one dispatch, one more than fit a row, and a second dispatch for the rest: no test limit is
/// set. A group takes 256 words of four pixels.
#[test]
fn more_workgroups_than_fit_one_dimension() {
    let Some(device) = executors::the_gpu() else { return };
    let (width, height) = (8_192, 8_193);
    let ramp: Vec<u8> = (0..width * height).map(|pixel| (pixel * 7 + pixel / 8_192) as u8).collect();
    let image = device.image(ImageView::<Gray8>::new(&ramp, width, height).unwrap()).unwrap();
    let before = device.stats().launches;
    let mask = image.threshold(Threshold::binary(99)).unwrap().read().wait().unwrap();
    say(format_args!("{} pixels took {} launches", width * height, device.stats().launches - before));
    equal(mask.as_slice(), &images::binary(&ramp, 99)).unwrap_or_else(|wrong| panic!("pixel {wrong}"));
}
