//! The work on the device, stage by stage, each waited for.

use std::time::Instant;

use image::DynamicImage;
use swath::{
    Device, Error, Gray8, HostImages, HostQuantized, HostTensors, ImageBatch, ImageView, Luma, Normalize, Quantize,
    Resize, Rgb8, Rgba8, TensorBatch, Threshold,
};

use crate::flags::{Flags, Integer};
use crate::timings::Timings;

/// What is asked of the device.
pub struct Job {
    resize: Option<(usize, usize)>,
    luma: Luma,
    threshold: Threshold,
    quantize: Option<Integer>,
}

impl Job {
    pub fn new(flags: &Flags) -> Self {
        Self {
            resize: flags.resize,
            luma: flags.gray.into(),
            threshold: flags.threshold.kind(flags.outcome.into()),
            quantize: flags.quantize,
        }
    }

    /// Stages in the order of the timings file.
    pub fn stages(&self) -> Vec<&'static str> {
        let resize = self.resize.map(|_| "resize");
        let quantize = self.quantize.map(|_| "quantize");
        let stages = [Some("upload"), resize, Some("grayscale"), Some("threshold"), Some("tensor"), quantize];
        stages.into_iter().flatten().chain(["read", "total"]).collect()
    }
}

/// What comes back from the device.
pub struct Results {
    pub gray: HostImages<Gray8>,
    pub masks: HostImages<Gray8>,
    pub tensors: HostTensors,
    pub quantized: Option<Integers>,
}

/// Numbers of 8 bits, and how much was lost by them.
pub struct Integers {
    pub bytes: Vec<u8>,
    pub shape: Vec<usize>,
    pub scale: f32,
    pub zero_point: i32,
    /// Signal to noise, in dB.
    pub sqnr: f64,
}

/// One run, its seconds added to the timings.
pub fn run(device: &Device, photos: &[DynamicImage], job: &Job, timings: &mut Timings) -> Result<Results, Error> {
    let start = Instant::now();
    let mut batch = timings.stage("upload", || waited(device, Photos::upload(device, photos)?))?;
    if let Some(size) = job.resize {
        batch = timings.stage("resize", || waited(device, batch.resize(size)?))?;
    }
    let gray = timings.stage("grayscale", || waited(device, batch.grayscale(job.luma)?))?;
    let masks = timings.stage("threshold", || waited(device, gray.threshold(job.threshold)?))?;
    let tensors = timings.stage("tensor", || waited(device, batch.normalize(&Normalize::imagenet())?))?;
    let quantized = match job.quantize {
        Some(integer) => Some(timings.stage("quantize", || quantize(&tensors, integer))?),
        None => None,
    };
    let results = timings.stage("read", || read(&gray, &masks, &tensors, quantized))?;
    timings.record("total", start.elapsed().as_secs_f64());
    Ok(results)
}

/// Passes a value on once it has been computed. It must still be held then: what nobody holds is never computed.
fn waited<T>(device: &Device, value: T) -> Result<T, Error> {
    device.synchronize()?;
    Ok(value)
}

/// All tensors together, with one scale.
fn quantize(tensors: &TensorBatch, integer: Integer) -> Result<Integers, Error> {
    let tensor = tensors.stacked()?;
    match integer {
        Integer::I8 => {
            let quantized = tensor.quantize::<i8>(&Quantize::asymmetric())?;
            let (host, error) = (quantized.read(), quantized.error(&tensor)?);
            let host = host.wait()?;
            let bytes = host.values().iter().map(|value| value.cast_unsigned()).collect();
            Ok(integers(&host, bytes, error.wait()?.sqnr))
        }
        Integer::U8 => {
            let quantized = tensor.quantize::<u8>(&Quantize::asymmetric())?;
            let (host, error) = (quantized.read(), quantized.error(&tensor)?);
            let host = host.wait()?;
            let bytes = host.values().to_vec();
            Ok(integers(&host, bytes, error.wait()?.sqnr))
        }
    }
}

fn integers<Q: swath::Quantized>(host: &HostQuantized<Q>, bytes: Vec<u8>, sqnr: f64) -> Integers {
    let (scale, zero_point) = (host.scales()[0], host.zero_points()[0]);
    Integers { bytes, shape: host.shape().to_vec(), scale, zero_point, sqnr }
}

/// All reads are asked for before the first is waited on, so that they share one trip.
fn read(
    gray: &ImageBatch<Gray8>,
    masks: &ImageBatch<Gray8>,
    tensors: &TensorBatch,
    quantized: Option<Integers>,
) -> Result<Results, Error> {
    let (gray, masks, tensors) = (gray.read(), masks.read(), tensors.read());
    Ok(Results { gray: gray.wait()?, masks: masks.wait()?, tensors: tensors.wait()?, quantized })
}

/// Photographs on the device. If one has transparency all do.
enum Photos {
    Rgb(ImageBatch<Rgb8>),
    Rgba(ImageBatch<Rgba8>),
}

impl Photos {
    fn upload(device: &Device, photos: &[DynamicImage]) -> Result<Self, Error> {
        if photos.iter().any(|photo| matches!(photo, DynamicImage::ImageRgba8(_))) {
            let photos: Vec<_> = photos.iter().map(DynamicImage::to_rgba8).collect();
            let views: Vec<_> = photos.iter().map(ImageView::from).collect();
            return Ok(Self::Rgba(device.images(&views)?));
        }
        let copies: Vec<_> = photos.iter().map(|photo| photo.as_rgb8().is_none().then(|| photo.to_rgb8())).collect();
        let photos = photos.iter().zip(&copies).filter_map(|(photo, copy)| photo.as_rgb8().or(copy.as_ref()));
        let views: Vec<_> = photos.map(ImageView::from).collect();
        Ok(Self::Rgb(device.images(&views)?))
    }

    fn resize(&self, (width, height): (usize, usize)) -> Result<Self, Error> {
        match self {
            Self::Rgb(images) => Ok(Self::Rgb(images.resize(width, height, Resize::Area)?)),
            Self::Rgba(images) => Ok(Self::Rgba(images.resize(width, height, Resize::Area)?)),
        }
    }

    fn grayscale(&self, luma: Luma) -> Result<ImageBatch<Gray8>, Error> {
        match self {
            Self::Rgb(images) => images.grayscale_with(luma),
            Self::Rgba(images) => images.grayscale_with(luma),
        }
    }

    fn normalize(&self, normalize: &Normalize) -> Result<TensorBatch, Error> {
        match self {
            Self::Rgb(images) => images.normalize(normalize),
            Self::Rgba(images) => images.normalize(normalize),
        }
    }
}
