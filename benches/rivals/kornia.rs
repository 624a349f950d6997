//! Image operations by kornia, on the pool that it is called from and into memory that is there already.

use kornia_image::{ImageSize, InterpolationMode};
use kornia_imgproc::resize::{self, NormalizeParams};
use kornia_imgproc::{color, core, threshold};

pub use kornia_image::Image;

/// A copy of pixels, as kornia has them.
pub fn image<const N: usize>(width: usize, height: usize, pixels: &[u8]) -> Image<u8, N> {
    Image::from_size_slice(ImageSize { width, height }, pixels).expect("an image")
}

/// Gray; its weights are rounded otherwise than Swath's.
pub fn gray(rgb: &Image<u8, 3>, gray: &mut Image<u8, 1>) {
    color::gray_from_rgb_u8(rgb, gray).expect("a gray image");
}

/// 255 above the level, 0 elsewhere.
pub fn binary(gray: &Image<u8, 1>, level: u8, mask: &mut Image<u8, 1>) {
    threshold::threshold_binary(gray, mask, level, 255).expect("a mask");
}

/// Its fused resize and normalize, from a size to the same.
pub fn normalize(rgb: &Image<u8, 3>, planes: &mut [f32]) {
    let (width, height) = (rgb.width(), rgb.height());
    let parameters = NormalizeParams::from_mean_std([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    let same = resize::resize_normalize_to_tensor_u8_to_f32_nearest;
    same(rgb.as_slice(), width, height, planes, width, height, &parameters).expect("planes");
}

/// A smaller picture, from the four pixels around each centre.
pub fn bilinear(rgb: &Image<u8, 3>, smaller: &mut Image<u8, 3>) {
    resize::resize_fast_rgb(rgb, smaller, InterpolationMode::Bilinear).expect("a smaller image");
}

/// Deviations and means of the channels.
pub fn statistics(rgb: &Image<u8, 3>) -> ([f64; 3], [f64; 3]) {
    core::std_mean(rgb)
}
