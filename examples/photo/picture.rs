//! The picture that goes in, and the gray ones that come out.

mod landscape;

use std::path::Path;

use image::{ColorType, DynamicImage, ExtendedColorType, ImageReader, ImageResult};
use swath::{Gray8, HostImage};

use crate::terminal::Outcome;

/// The photograph with eight bits a channel: RGBA if it has transparency, else RGB, gray ones expanded. Without a path
/// a painted landscape of odd size.
pub fn open(path: Option<&Path>) -> Outcome<DynamicImage> {
    let Some(path) = path else { return Ok(DynamicImage::ImageRgb8(landscape::paint(1921, 1081))) };
    let complaint = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let reader =
        ImageReader::open(path).and_then(ImageReader::with_guessed_format).map_err(|error| complaint(&error))?;
    let picture = reader.decode().map_err(|error| complaint(&error))?;
    Ok(match picture.color() {
        ColorType::Rgba8 | ColorType::Rgba16 | ColorType::Rgba32F => DynamicImage::ImageRgba8(picture.into_rgba8()),
        _ => DynamicImage::ImageRgb8(picture.into_rgb8()),
    })
}

/// Writes a gray picture.
pub fn save_gray(path: &Path, picture: &HostImage<Gray8>) -> ImageResult<()> {
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    image::save_buffer(path, picture.as_slice(), width, height, ExtendedColorType::L8)
}
