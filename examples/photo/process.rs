//! The work on the device, stage by stage, each waited for.

use std::time::Instant;

use image::DynamicImage;
use swath::{Device, Error, Gray8, HostImage, HostTensor, Image, ImageView, Normalize, Rgb8, Rgba8, Tensor, Threshold};

use crate::timings::Timings;

/// Stages in the order of the timings file.
pub const STAGES: [&str; 6] = ["upload", "grayscale", "threshold", "tensor", "read", "total"];

/// What comes back from the device.
pub struct Results {
    pub gray: HostImage<Gray8>,
    pub mask: HostImage<Gray8>,
    pub tensor: HostTensor,
}

/// One run, its seconds added to the timings.
pub fn run(
    device: &Device,
    photo: &DynamicImage,
    threshold: Threshold,
    timings: &mut Timings,
) -> Result<Results, Error> {
    let start = Instant::now();
    let photo = timings.stage("upload", || waited(device, Photo::upload(device, photo)?))?;
    let gray = timings.stage("grayscale", || waited(device, photo.grayscale()?))?;
    let mask = timings.stage("threshold", || waited(device, gray.threshold(threshold)?))?;
    let tensor = timings.stage("tensor", || waited(device, photo.normalize(&Normalize::imagenet())?))?;
    let results = timings.stage("read", || read(&gray, &mask, &tensor))?;
    timings.record("total", start.elapsed().as_secs_f64());
    Ok(results)
}

/// Passes a value on once it has been computed. It must still be held then: what nobody holds is never computed.
fn waited<T>(device: &Device, value: T) -> Result<T, Error> {
    device.synchronize()?;
    Ok(value)
}

/// All reads are asked for before the first is waited on, so that they share one trip.
fn read(gray: &Image<Gray8>, mask: &Image<Gray8>, tensor: &Tensor) -> Result<Results, Error> {
    let (gray, mask, tensor) = (gray.read(), mask.read(), tensor.read());
    Ok(Results { gray: gray.wait()?, mask: mask.wait()?, tensor: tensor.wait()? })
}

/// A photograph on the device.
enum Photo {
    Rgb(Image<Rgb8>),
    Rgba(Image<Rgba8>),
}

impl Photo {
    fn upload(device: &Device, photo: &DynamicImage) -> Result<Self, Error> {
        let (width, height) = (photo.width() as usize, photo.height() as usize);
        match photo {
            DynamicImage::ImageRgba8(rgba) => Ok(Self::Rgba(device.image(ImageView::new(rgba, width, height)?)?)),
            other => Ok(Self::Rgb(device.image(ImageView::new(&other.to_rgb8(), width, height)?)?)),
        }
    }

    fn grayscale(&self) -> Result<Image<Gray8>, Error> {
        match self {
            Self::Rgb(image) => image.grayscale(),
            Self::Rgba(image) => image.grayscale(),
        }
    }

    fn normalize(&self, normalize: &Normalize) -> Result<Tensor, Error> {
        match self {
            Self::Rgb(image) => image.normalize(normalize),
            Self::Rgba(image) => image.normalize(normalize),
        }
    }
}
