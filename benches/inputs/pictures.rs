//! A picture that no shortcut can profit from.

use image::RgbImage;

use super::random::Random;

/// A smooth gradient with noise on it: every value occurs, and neighbours differ as in a photograph.
pub fn photograph(width: u32, height: u32) -> RgbImage {
    let mut random = Random::new(1);
    RgbImage::from_fn(width, height, |x, y| {
        let noise = random.bits().to_le_bytes().map(|byte| u32::from(byte) % 64);
        let across = x * 192 / width;
        let down = y * 192 / height;
        image::Rgb([across + noise[0], down + noise[1], (across + down) / 2 + noise[2]].map(|value| value as u8))
    })
}
