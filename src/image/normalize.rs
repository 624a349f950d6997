//! Pixels to numbers: bytes in rows of pixels become `f32` in planes, scaled as a model expects.

use super::{Image, Pixel};
use crate::error::Error;
use crate::tensor::Tensor;
use crate::tensor::pixelwise::{Affine, Lazy, Output};

/// Mean and standard deviation of each colour channel, in units where white is 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalize {
    mean: Vec<f64>,
    std: Vec<f64>,
}

impl Normalize {
    /// One mean and one standard deviation a channel: three for colour images, one for gray ones.
    ///
    /// # Errors
    /// [`Error::Statistics`] if there are not equally many, or none; [`Error::Normalization`] for a value that is not
    /// finite or a standard deviation that is not above 0.
    pub fn new(mean: &[f64], std: &[f64]) -> Result<Self, Error> {
        if mean.len() != std.len() || mean.is_empty() {
            return Err(Error::Statistics { mean: mean.len(), std: std.len() });
        }
        for (channel, (mean, std)) in mean.iter().zip(std).enumerate() {
            // What counts is that the numbers computed from them in f32 are usable.
            let scale = (1.0 / (255.0 * std)) as f32;
            let bias = (-mean / std) as f32;
            if !(*std > 0.0 && scale.is_finite() && bias.is_finite() && scale > 0.0) {
                return Err(Error::Normalization { channel, mean: *mean, std: *std });
            }
        }
        Ok(Self { mean: mean.to_vec(), std: std.to_vec() })
    }

    /// The statistics of ImageNet that most published models were trained with: mean 0.485, 0.456, 0.406 and standard
    /// deviation 0.229, 0.224, 0.225.
    pub fn imagenet() -> Self {
        Self { mean: vec![0.485, 0.456, 0.406], std: vec![0.229, 0.224, 0.225] }
    }

    /// Factor and offset for the bytes of so many colour channels, at most three, rounded to `f32` once.
    fn affine(&self, channels: usize) -> Result<Affine, Error> {
        if self.mean.len() != channels {
            return Err(Error::Channels { given: self.mean.len(), expected: channels });
        }
        let mut affine = Affine { planes: channels, scale: [0.0; 3], bias: [0.0; 3] };
        for (channel, (mean, std)) in self.mean.iter().zip(&self.std).enumerate() {
            affine.scale[channel] = (1.0 / (255.0 * std)) as f32;
            affine.bias[channel] = (-mean / std) as f32;
        }
        Ok(affine)
    }
}

impl<P: Pixel> Image<P> {
    /// Tensor of shape (channels, height, width): `byte * (1 / (255 std)) + (-mean / std)` a channel, that is
    /// `(byte / 255 - mean) / std`, as torchvision's `ToTensor` and `Normalize` give it. Alpha is left out.
    ///
    /// Multiplied, then added, in `f32`: the same bits on every SIMD level. A GPU whose compiler fuses the two differs
    /// in the last bit. An empty image gives an empty tensor.
    ///
    /// # Errors
    /// [`Error::Channels`] if the statistics are not for as many colour channels. When the result is read:
    /// [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
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
    pub fn normalize(&self, normalize: &Normalize) -> Result<Tensor, Error> {
        let affine = normalize.affine(P::COLOR_CHANNELS)?;
        let lazy = Lazy::waiting(self.device().clone(), self.chain()?, Output::Planes(affine));
        Ok(Tensor::new(lazy, [affine.planes, self.height(), self.width()]))
    }
}
