//! Pictures that no shortcut can profit from.

use image::{GrayImage, RgbImage, RgbaImage};

use super::random::Random;

/// One picture in every form that the works start from.
pub struct Picture {
    /// Colours.
    pub rgb: RgbImage,
    /// The same colours; alpha is noise.
    pub rgba: RgbaImage,
    /// The green of the colours.
    pub gray: GrayImage,
    /// Numbers from -3 to 5, one a pixel, in no order.
    pub numbers: Vec<f32>,
}

impl Picture {
    /// A smooth gradient with noise on it: every value occurs, and neighbours differ as in a photograph.
    pub fn new(width: u32, height: u32) -> Self {
        let mut random = Random::new(1);
        let rgba = RgbaImage::from_fn(width, height, |x, y| {
            let [red, green, blue, alpha, ..] = random.bits().to_le_bytes();
            let (across, down) = (x * 192 / width, y * 192 / height);
            let value = |slope: u32, noise: u8| (slope + u32::from(noise) % 64) as u8;
            image::Rgba([value(across, red), value(down, green), value((across + down) / 2, blue), alpha])
        });
        let rgb = RgbImage::from_fn(width, height, |x, y| {
            let [red, green, blue, _] = rgba.get_pixel(x, y).0;
            image::Rgb([red, green, blue])
        });
        let gray = GrayImage::from_fn(width, height, |x, y| image::Luma([rgb.get_pixel(x, y).0[1]]));
        let numbers = gray.iter().map(|_| (random.below(8.0) - 3.0) as f32).collect();
        Self { rgb, rgba, gray, numbers }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.rgb.width() as usize
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.rgb.height() as usize
    }

    /// How many pixels there are.
    pub fn pixels(&self) -> usize {
        self.width() * self.height()
    }
}
