//! The picture that goes in, and the gray ones that come out.

mod landscape;

use std::path::{Path, PathBuf};

use image::{DynamicImage, ExtendedColorType, ImageReader, ImageResult};
use swath::{Gray8, ImageView};

use crate::terminal::Outcome;

/// All photographs with eight bits a channel: RGBA if one of them has transparency, else RGB, gray ones expanded. Without
/// paths a painted landscape of odd size.
pub fn open_all(paths: &[PathBuf]) -> Outcome<Vec<DynamicImage>> {
    if paths.is_empty() {
        return Ok(vec![DynamicImage::ImageRgb8(landscape::paint(1921, 1081))]);
    }
    let photos = paths.iter().map(|path| open(path)).collect::<Outcome<Vec<_>>>()?;
    let is_transparent = photos.iter().any(|photo| photo.color().has_alpha());
    let alike = |photo: DynamicImage| match is_transparent {
        true => DynamicImage::ImageRgba8(photo.into_rgba8()),
        false => DynamicImage::ImageRgb8(photo.into_rgb8()),
    };
    Ok(photos.into_iter().map(alike).collect())
}

fn open(path: &Path) -> Outcome<DynamicImage> {
    let complaint = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let reader =
        ImageReader::open(path).and_then(ImageReader::with_guessed_format).map_err(|error| complaint(&error))?;
    reader.decode().map_err(|error| complaint(&error).into())
}

/// Whether all are as wide and as high as the first.
pub fn have_one_size(photos: &[DynamicImage]) -> bool {
    photos.windows(2).all(|pair| (pair[0].width(), pair[0].height()) == (pair[1].width(), pair[1].height()))
}

/// Writes a gray picture.
pub fn save_gray(path: &Path, picture: ImageView<'_, Gray8>) -> ImageResult<()> {
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    let samples: Vec<u8> = picture.rows().flatten().copied().collect();
    image::save_buffer(path, &samples, width, height, ExtendedColorType::L8)
}
