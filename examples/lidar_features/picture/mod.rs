//! The picture: the cloud from above, coloured by a feature, lit like a relief.

mod colors;
mod font;
mod legend;
mod parallel;
mod shade;
mod shape;
mod surface;
mod view;

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ImageResult, Rgb, RgbImage};

use shade::Light;
pub use shape::Shape;
use surface::Surface;
use view::{LONG_SIDE, View};

/// Where nothing was measured, water above all.
const BACKGROUND: [f32; 3] = [0.047, 0.059, 0.082];
/// Points whose feature is not defined.
const UNDEFINED: [f32; 3] = [0.45, 0.45, 0.45];
/// Share of the values beyond either end of the colours, so that a few extremes do not take them all.
const CLIPPED: f64 = 0.02;

/// How far points in front cover what is behind, in pixels.
const COVER: f32 = 2.0;
/// Quality of .jpg pictures, of 100. Leaves and roofs are so busy that more only shows in the file's size.
const JPEG_QUALITY: u8 = 60;

/// Points as they are seen from above, or from the south by so many degrees.
#[derive(Debug)]
pub struct Scene {
    /// What is higher hides what is lower at the same place of the picture, however it is tilted, so heights stay what
    /// they are and only the places move.
    points: Vec<[f64; 3]>,
    is_tilted: bool,
}

impl Scene {
    /// These points, tilted by degrees below 90.
    pub fn new(points: impl Iterator<Item = [f64; 3]>, degrees: f64) -> Self {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let points = points.map(|[x, y, z]| [x, y * cosine + z * sine, z]).collect();
        Self { points, is_tilted: degrees > 0.0 }
    }

    /// The picture in the colours of a value a point, and the name of what they are.
    pub fn draw(&self, values: &[f32], title: &str) -> RgbImage {
        let (values, _) = values.as_chunks::<1>();
        let surface = self.surface(values);
        let range = stretch(surface.values.as_flattened());
        let mut picture = self.painted(&surface, |[value]| share(value, range).map(colors::color));
        legend::draw_scale(&mut picture, title, range);
        picture
    }

    /// The picture in the colours of shapes, one a point.
    pub fn draw_shapes(&self, shapes: &[Shape]) -> RgbImage {
        let values: Vec<_> = shapes.iter().map(|shape| shape.color()).collect();
        let mut picture = self.painted(&self.surface(&values), |color| (!color[0].is_nan()).then_some(color));
        legend::draw_key(&mut picture, &Shape::KNOWN.map(|shape| (shape.name(), shape.color())));
        picture
    }

    /// Seen from the side, what is behind shows between the points of what is in front, unless those are wider.
    fn surface<const VALUES: usize>(&self, values: &[[f32; VALUES]]) -> Surface<VALUES> {
        let cover = if self.is_tilted { COVER } else { 0.0 };
        Surface::new(&self.points, values, &View::of(&self.points), cover)
    }

    /// Maps are lit from the north-west; walls that face south are only seen in light from there.
    fn painted<const VALUES: usize>(
        &self,
        surface: &Surface<VALUES>,
        color: impl Fn([f32; VALUES]) -> Option<[f32; 3]>,
    ) -> RgbImage {
        let light = if self.is_tilted { Light::SOUTH_WEST } else { Light::NORTH_WEST };
        let brightness = shade::brightness(surface, light);
        enlarged(RgbImage::from_fn(surface.width as u32, surface.height as u32, |x, y| {
            let pixel = y as usize * surface.width + x as usize;
            lit(color(surface.values[pixel]), brightness[pixel], surface.presence[pixel])
        }))
    }
}

/// Writes a picture in the format that its name ends in.
pub fn save(picture: &RgbImage, path: &Path) -> ImageResult<()> {
    let is_jpeg = path.extension().is_some_and(|ending| !ending.eq_ignore_ascii_case("png"));
    if is_jpeg {
        let file = BufWriter::new(File::create(path)?);
        return picture.write_with_encoder(JpegEncoder::new_with_quality(file, JPEG_QUALITY));
    }
    picture.save(path)
}

fn lit(color: Option<[f32; 3]>, brightness: f32, presence: f32) -> Rgb<u8> {
    let color = color.unwrap_or(UNDEFINED);
    Rgb([0, 1, 2].map(|channel| {
        let shown = BACKGROUND[channel] + (color[channel] * brightness - BACKGROUND[channel]) * presence;
        (shown.clamp(0.0, 1.0) * 255.0).round() as u8
    }))
}

/// Where a value lies in the range, 0 to 1.
fn share(value: f32, [low, high]: [f32; 2]) -> Option<f32> {
    (!value.is_nan()).then(|| if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 })
}

/// The range of the values, a few extremes at either end left out.
fn stretch(values: &[f32]) -> [f32; 2] {
    let mut known: Vec<f32> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    known.sort_unstable_by(f32::total_cmp);
    let clipped = (known.len() as f64 * CLIPPED) as usize;
    match known.len() {
        0 => [0.0, 1.0],
        length => [known[clipped], known[length - 1 - clipped]],
    }
}

/// Sparse clouds make small pictures; they are shown larger.
fn enlarged(small: RgbImage) -> RgbImage {
    let factor = LONG_SIDE as u32 / small.width().max(small.height());
    if factor < 2 {
        return small;
    }
    imageops::resize(&small, small.width() * factor, small.height() * factor, FilterType::CatmullRom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_leaves_extremes_and_nan_out() {
        let mut values: Vec<f32> = (0..=100).map(|value| value as f32).collect();
        values.extend([f32::NAN, 1e9, -1e9]);
        assert_eq!(stretch(&values), [1.0, 99.0]);
        assert_eq!(stretch(&[f32::NAN]), [0.0, 1.0]);
    }

    #[test]
    fn any_cloud_has_a_picture() {
        let clouds: [&[[f64; 3]]; 3] = [&[[1.0, 2.0, 3.0]], &[[0.0; 3]; 5], &[[0.0; 3], [1e6, 0.0, 0.0]]];
        for cloud in clouds {
            let scene = Scene::new(cloud.iter().copied(), 0.0);
            let picture = scene.draw(&vec![f32::NAN; cloud.len()], "planarity");
            assert!(picture.width() >= 1 && picture.height() >= 1);
            let scene = Scene::new(cloud.iter().copied(), 60.0);
            let picture = scene.draw_shapes(&vec![Shape::Unknown; cloud.len()]);
            assert!(picture.width() >= 1 && picture.height() >= 1);
        }
    }

    #[test]
    fn tilting_lifts_what_is_high() {
        let points = [[1.0, 2.0, 3.0], [1.0, 2.0, 7.0]];
        assert_eq!(Scene::new(points.into_iter(), 0.0).points, points);
        let [low, high] = Scene::new(points.into_iter(), 30.0).points[..] else { panic!("two points") };
        assert!((high[1] - low[1] - 2.0).abs() < 1e-12 && high[2] == 7.0);
    }
}
