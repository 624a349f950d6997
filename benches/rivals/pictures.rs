//! Image operations by `image`, by `imageproc`, and by the loop that one writes when there is no library.

use image::{DynamicImage, GrayImage, Luma, RgbImage};
use imageproc::contrast::{self, ThresholdType};
use imageproc::map;

/// Mean and standard deviation of ImageNet, white being 1.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// The formula that Swath documents, written out for one pixel.
pub fn luma([red, green, blue]: [u8; 3]) -> u8 {
    ((9_798 * u32::from(red) + 19_235 * u32::from(green) + 3_735 * u32::from(blue) + 16_384) >> 15) as u8
}

/// `image`: its `to_luma8`, which weighs by Rec. 709, so its gray differs by design.
pub fn image_gray(photo: &DynamicImage) -> GrayImage {
    photo.to_luma8()
}

/// `imageproc`: it has no grayscale of its own, so its pixel map with Swath's formula. Not its parallel map: both
/// allocate a vector for every pixel, and from several threads that takes longer.
pub fn imageproc_gray(photo: &RgbImage) -> GrayImage {
    map::map_pixels(photo, |pixel| Luma([luma(pixel.0)]))
}

/// `imageproc`: `threshold` with the binary rule.
pub fn imageproc_threshold(gray: &GrayImage, level: u8) -> GrayImage {
    contrast::threshold(gray, level, ThresholdType::Binary)
}

/// The loop: planes of `(value / 255 - mean) / deviation`, one pass over the pixels.
pub fn loop_normalize(photo: &RgbImage) -> Vec<f32> {
    let plane = photo.len() / 3;
    let mut planes = vec![0.0; photo.len()];
    for (position, pixel) in photo.pixels().enumerate() {
        for channel in 0..3 {
            let value = f32::from(pixel.0[channel]) / 255.0;
            planes[channel * plane + position] = (value - MEAN[channel]) / DEVIATION[channel];
        }
    }
    planes
}
