//! Pixels to numbers: samples in rows of pixels become `f32` or `f16` in planes, scaled as a model expects.

use half::f16;

use super::Image;
use super::pixel::Pixel;
use super::statistics::samples;
use crate::error::Error;
use crate::tensor::pixelwise::{Lazy, Number, Output, Parameters, Placement, Planes};
use crate::tensor::statistics::{Norm, Rescale, WORDS, moments, rescale_parameters};
use crate::tensor::{Arity, Sample, Tensor};

/// How samples become numbers, and where these go.
///
/// The four forms are named for what they do: [`Normalize::new`] takes a given mean and standard deviation, the others
/// look at each image by itself, channel by channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalize {
    form: Form,
    is_swapped: bool,
    is_flipped: bool,
    canvas: Option<(usize, usize, f32)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Form {
    Given { mean: Vec<f64>, std: Vec<f64> },
    Measured(Rescale),
}

impl Normalize {
    /// `(value / white - mean) / std`: one mean and one standard deviation a plane, three for colour images, one for gray
    /// ones, in units where white is 1. White is 255, 65,535 or, for `f32`, 1.
    ///
    /// # Errors
    /// [`Error::Statistics`] if there are not equally many, or none; [`Error::Normalization`] for a value that is not
    /// finite or a standard deviation that is not above 0.
    pub fn new(mean: &[f64], std: &[f64]) -> Result<Self, Error> {
        if mean.len() != std.len() || mean.is_empty() {
            return Err(Error::Statistics { mean: mean.len(), std: std.len() });
        }
        for (channel, (mean, std)) in mean.iter().zip(std).enumerate() {
            // What counts is that the numbers computed from them in f32 are usable, whatever white is.
            let [smallest, largest] = [65_535.0, 1.0].map(|white| (1.0 / (white * std)) as f32);
            let offset = (-mean / std) as f32;
            if !(*std > 0.0 && largest.is_finite() && offset.is_finite() && smallest > 0.0) {
                return Err(Error::Normalization { channel, mean: *mean, std: *std });
            }
        }
        Ok(Self::of(Form::Given { mean: mean.to_vec(), std: std.to_vec() }))
    }

    /// The statistics of ImageNet that most published models were trained with: mean 0.485, 0.456, 0.406 and standard
    /// deviation 0.229, 0.224, 0.225.
    pub fn imagenet() -> Self {
        Self::of(Form::Given { mean: vec![0.485, 0.456, 0.406], std: vec![0.229, 0.224, 0.225] })
    }

    /// `(value - least) * (high - low) / (greatest - least) + low`: the least sample of a channel becomes `low`, the
    /// greatest `high`; where they are equal all become `low`.
    ///
    /// # Errors
    /// [`Error::NormalizeOption`] for a bound that is not finite in `f32`.
    pub fn min_max(low: f64, high: f64) -> Result<Self, Error> {
        for (what, value) in [("the lower bound", low), ("the upper bound", high)] {
            if !(value as f32).is_finite() {
                return Err(Error::NormalizeOption { what, value, allowed: "finite" });
            }
        }
        Ok(Self::of(Form::Measured(Rescale::MinMax { low, high })))
    }

    /// `(value - mean) / sqrt(variance + epsilon)` with the channel's own mean and variance, that of the population, in
    /// units of the samples. Where all samples are equal and `epsilon` is 0, all become 0.
    ///
    /// # Errors
    /// [`Error::NormalizeOption`] for an epsilon that is negative or not finite.
    pub fn standardize(epsilon: f64) -> Result<Self, Error> {
        if !(epsilon >= 0.0 && (epsilon as f32).is_finite()) {
            let (what, allowed) = ("epsilon", "0 or above, and finite");
            return Err(Error::NormalizeOption { what, value: epsilon, allowed });
        }
        Ok(Self::of(Form::Measured(Rescale::Standardize { epsilon })))
    }

    /// `value / norm`: each channel gets a norm of 1. Where that is 0 all become 0.
    pub fn norm(norm: Norm) -> Self {
        Self::of(Form::Measured(Rescale::Norm(norm)))
    }

    fn of(form: Form) -> Self {
        Self { form, is_swapped: false, is_flipped: false, canvas: None }
    }

    /// Planes in the order blue, green, red instead of red, green, blue. Means and standard deviations are in the order
    /// of the planes.
    #[must_use]
    pub fn swap_channels(self) -> Self {
        Self { is_swapped: true, ..self }
    }

    /// Left becomes right.
    #[must_use]
    pub fn flipped(self) -> Self {
        Self { is_flipped: true, ..self }
    }

    /// Planes of `width` by `height`, with the image in their top left corner and `value`, in units of the result, right
    /// of it and below. Images of several sizes become tensors of one shape.
    #[must_use]
    pub fn padded(self, width: usize, height: usize, value: f32) -> Self {
        Self { canvas: Some((width, height, value)), ..self }
    }
}

impl<P: Pixel, A: Arity> Image<P, A> {
    /// Tensor of shape (channels, height, width), planes in the order red, green, blue, without alpha; for
    /// [`Normalize::new`] what torchvision's `ToTensor` and `Normalize` give.
    ///
    /// A number is `(value - shift) * scale + offset`, in this order in `f32`, with the factors of its channel: for a
    /// given mean and standard deviation `value * (1 / (white std)) + (-mean / std)`. The same bits on every SIMD level;
    /// a GPU whose compiler fuses the last two steps differs in the last bit. Where numbers are measured, a channel with a
    /// sample that is not finite becomes NaN. An empty image gives an empty tensor.
    ///
    /// # Errors
    /// [`Error::Channels`] if the statistics are not for as many colour channels; [`Error::Canvas`] if an image does not
    /// fit the padded size. When the result is read: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, ImageView, Normalize, Rgb8};
    ///
    /// let device = Device::cpu()?;
    /// let image = device.image(ImageView::<Rgb8>::new(&[0, 128, 255], 1, 1)?)?;
    /// let tensor = image.normalize(&Normalize::new(&[0.5; 3], &[0.5; 3])?)?;
    /// assert_eq!(tensor.shape(), [3, 1, 1]);
    /// assert_eq!(tensor.read().wait()?.as_slice(), [-1.0, 0.003_921_628, 1.0]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn normalize(&self, normalize: &Normalize) -> Result<Tensor<f32, A>, Error> {
        let (lazy, shapes) = self.planes(normalize, Number::F32)?;
        Ok(Tensor::new(lazy, shapes))
    }

    /// As [`Image::normalize`], each number rounded to the nearest `f16`, ties to even.
    ///
    /// # Errors
    /// As [`Image::normalize`].
    pub fn normalize_f16(&self, normalize: &Normalize) -> Result<Tensor<f16, A>, Error> {
        let (lazy, shapes) = self.planes(normalize, Number::F16)?;
        Ok(Tensor::new(lazy, shapes))
    }

    fn planes(&self, normalize: &Normalize, number: Number) -> Result<(std::sync::Arc<Lazy>, Vec<Vec<usize>>), Error> {
        if let Some((width, height, _)) = normalize.canvas {
            for (index, frame) in self.frames().iter().enumerate() {
                if frame.width > width || frame.height > height {
                    let image = (frame.width, frame.height);
                    return Err(Error::Canvas { index, image, canvas: (width, height) });
                }
            }
        }
        let mut channel_of: Vec<usize> = (0..P::COLOR_CHANNELS).collect();
        if P::IS_BGR != (normalize.is_swapped && P::COLOR_CHANNELS == 3) {
            channel_of.reverse();
        }
        let placement = Placement { is_flipped: normalize.is_flipped, canvas: normalize.canvas };
        let rescale = self.rescale(&normalize.form, &channel_of)?;
        let planes = Planes { number, channel_of, rescale, placement };
        let shape = |frame: &crate::tensor::Frame| {
            let (width, height) = planes.size_of(frame.width, frame.height);
            vec![P::COLOR_CHANNELS, height, width]
        };
        let shapes = self.frames().iter().map(shape).collect();
        let lazy = Lazy::waiting(self.device().clone(), self.chain()?, Output::Planes(planes));
        Ok((lazy, shapes))
    }

    /// Four shifts, scales and offsets, one a channel.
    fn rescale(&self, form: &Form, channel_of: &[usize]) -> Result<Parameters, Error> {
        match form {
            Form::Given { mean, std } => {
                if mean.len() != channel_of.len() {
                    return Err(Error::Channels { given: mean.len(), expected: channel_of.len() });
                }
                let white = f64::from(<P::Sample as Sample>::WHITE);
                let mut words = [0; WORDS];
                for ((channel, mean), std) in channel_of.iter().zip(mean).zip(std) {
                    words[4 + channel] = ((1.0 / (white * std)) as f32).to_bits();
                    words[8 + channel] = ((-mean / std) as f32).to_bits();
                }
                Ok(Parameters::known(&[], &words))
            }
            Form::Measured(rescale) => {
                let moments = moments(self.device(), &samples(self)?)?;
                let words = rescale_parameters(self.device(), &moments, *rescale)?;
                Ok(Parameters::computed(&[], words, WORDS))
            }
        }
    }
}
