//! The work on the device, stage by stage, each waited for.

use std::time::Instant;

use image::DynamicImage;
use swath::{
    Device, Error, Gray8, HostImages, HostQuantized, HostTensors, ImageBatch, ImageView, Luma, Normalize, Quantize,
    QuantizedTensor, Resize, Rgb8, Rgba8, Tensor, TensorBatch, Threshold,
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
            threshold: flags.threshold.threshold.kind(flags.outcome.into()),
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

/// Numbers of 8 bits on the device.
enum Quantized {
    I8(QuantizedTensor<i8>),
    U8(QuantizedTensor<u8>),
}

impl Quantized {
    /// All tensors together, with one scale.
    fn of(tensor: &Tensor, integer: Integer) -> Result<Self, Error> {
        match integer {
            Integer::I8 => Ok(Self::I8(tensor.quantize(&Quantize::asymmetric())?)),
            Integer::U8 => Ok(Self::U8(tensor.quantize(&Quantize::asymmetric())?)),
        }
    }

    fn read(&self) -> Result<Integers, Error> {
        match self {
            Self::I8(tensor) => {
                let host = tensor.read().wait()?;
                let bytes = host.values().iter().map(|value| value.cast_unsigned()).collect();
                Ok(Integers::new(&host, bytes))
            }
            Self::U8(tensor) => {
                let host = tensor.read().wait()?;
                Ok(Integers::new(&host, host.values().to_vec()))
            }
        }
    }

    /// Signal to noise, in dB.
    fn sqnr(&self, tensor: &Tensor) -> Result<f64, Error> {
        let error = match self {
            Self::I8(quantized) => quantized.error(tensor)?,
            Self::U8(quantized) => quantized.error(tensor)?,
        };
        Ok(error.wait()?.sqnr)
    }
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

impl Integers {
    /// As they were read; what was lost is not known yet.
    fn new<Q: swath::Quantized>(host: &HostQuantized<Q>, bytes: Vec<u8>) -> Self {
        let (scale, zero_point) = (host.scales()[0], host.zero_points()[0]);
        Self { bytes, shape: host.shape().to_vec(), scale, zero_point, sqnr: f64::NAN }
    }
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
        Some(integer) => Some(timings.stage("quantize", || waited(device, quantized(&tensors, integer)?))?),
        None => None,
    };
    let mut results = timings.stage("read", || read(&gray, &masks, &tensors, quantized.as_ref()))?;
    timings.record("total", start.elapsed().as_secs_f64());
    // Told, but no part of the work.
    if let (Some(made), Some(integers)) = (&quantized, &mut results.quantized) {
        integers.sqnr = made.sqnr(&tensors.stacked()?)?;
    }
    Ok(results)
}

fn quantized(tensors: &TensorBatch, integer: Integer) -> Result<Quantized, Error> {
    Quantized::of(&tensors.stacked()?, integer)
}

/// Passes a value on once it has been computed. It must still be held then: what nobody holds is never computed.
fn waited<T>(device: &Device, value: T) -> Result<T, Error> {
    device.synchronize()?;
    Ok(value)
}

/// All reads are asked for before the first is waited on, so that they share one trip.
fn read(
    gray: &ImageBatch<Gray8>,
    masks: &ImageBatch<Gray8>,
    tensors: &TensorBatch,
    quantized: Option<&Quantized>,
) -> Result<Results, Error> {
    let (gray, masks, tensors) = (gray.read(), masks.read(), tensors.read());
    let quantized = quantized.map(Quantized::read).transpose()?;
    Ok(Results { gray: gray.wait()?, masks: masks.wait()?, tensors: tensors.wait()?, quantized })
}

/// Photographs on the device. If one has transparency all do.
enum Photos {
    Rgb(ImageBatch<Rgb8>),
    Rgba(ImageBatch<Rgba8>),
}

impl Photos {
    /// Photographs that are all RGB or all RGBA, as `picture::open_all` gives them.
    fn upload(device: &Device, photos: &[DynamicImage]) -> Result<Self, Error> {
        let opaque: Option<Vec<_>> = photos.iter().map(|photo| photo.as_rgb8().map(ImageView::from)).collect();
        match opaque {
            Some(views) => Ok(Self::Rgb(device.images(&views)?)),
            None => {
                let views: Vec<_> = photos.iter().filter_map(|photo| photo.as_rgba8().map(ImageView::from)).collect();
                Ok(Self::Rgba(device.images(&views)?))
            }
        }
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
