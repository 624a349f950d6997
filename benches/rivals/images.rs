//! Image operations by `image` and by `imageproc`: on one thread, and every result in new memory.

use image::{DynamicImage, GrayImage, Luma, RgbImage};
use imageproc::contrast::{self, ThresholdType};
use imageproc::map;

use super::loops::luma;

/// `image`: its `to_luma8`, which weighs by Rec. 709, so its gray differs by design.
pub fn image_gray(photo: &DynamicImage) -> GrayImage {
    photo.to_luma8()
}

/// `imageproc`: it has no grayscale of its own, so its pixel map with Swath's formula. Not its parallel map: both
/// allocate a vector for every pixel, and from several threads that takes longer.
pub fn imageproc_gray(photo: &RgbImage) -> GrayImage {
    map::map_pixels(photo, |pixel| {
        let [red, green, blue] = pixel.0;
        Luma([luma(red, green, blue)])
    })
}

/// `imageproc`: `threshold` with the binary rule.
pub fn imageproc_threshold(gray: &GrayImage, level: u8) -> GrayImage {
    contrast::threshold(gray, level, ThresholdType::Binary)
}

/// `imageproc`: its map, its level, then its threshold in place.
pub fn imageproc_gray_otsu(photo: &RgbImage) -> GrayImage {
    let mut gray = imageproc_gray(photo);
    let level = contrast::otsu_level(&gray);
    contrast::threshold_mut(&mut gray, level, ThresholdType::Binary);
    gray
}
