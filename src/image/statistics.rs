//! Mean, standard deviation and extremes of each channel.

use std::sync::Arc;

use super::{Image, Pixel};
use crate::device::{Device, Readback};
use crate::error::Error;
use crate::tensor::statistics::{Moments, Run, Samples, Summary, moments};
use crate::tensor::{Arity, Sample};

/// Statistics of an image or a batch on a device.
#[derive(Clone)]
pub struct Statistics {
    moments: Moments,
}

impl<P: Pixel, A: Arity> Image<P, A> {
    /// Mean, standard deviation, minimum and maximum of every channel of each image, alpha included.
    ///
    /// Records the work and returns at once.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::OutOfMemory`] or [`Error::DeviceLost`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, ImageView, Rgb8};
    ///
    /// let device = Device::cpu()?;
    /// let image = device.image(ImageView::<Rgb8>::new(&[0, 10, 255, 4, 10, 253], 2, 1)?)?;
    /// let statistics = image.statistics()?.read().wait()?;
    /// assert_eq!(statistics.mean(), [2.0, 10.0, 254.0]);
    /// assert_eq!(statistics.std(), [2.0, 0.0, 1.0]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn statistics(&self) -> Result<Statistics, Error> {
        statistics(self.device(), &samples(self)?)
    }
}

/// The samples of all images, computed now if they were not yet.
pub(super) fn samples<P: Pixel, A: Arity>(image: &Image<P, A>) -> Result<Samples, Error> {
    let channels = P::CHANNELS;
    let run = |first: usize, pixels: usize| Run { first: first * channels, len: pixels * channels };
    let runs = image.frames().iter().map(|frame| run(frame.first, frame.pixels())).collect();
    Ok(Samples { storage: image.storage()?, kind: <P::Sample as Sample>::KIND, runs, channels, inner: 1 })
}

/// Statistics of all samples: the work is recorded, and this returns at once.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::OutOfMemory`] or [`Error::DeviceLost`].
fn statistics(device: &Device, samples: &Samples) -> Result<Statistics, Error> {
    Ok(Statistics { moments: moments(device, samples)? })
}

impl Statistics {
    /// Reads the numbers back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostStatistics> {
        self.moments.read_as(|summaries| {
            let all = |number: fn(&Summary) -> f64| summaries.iter().map(number).collect();
            HostStatistics {
                mean: all(|summary| summary.mean),
                std: all(|summary| summary.variance.sqrt()),
                min: all(|summary| summary.min),
                max: all(|summary| summary.max),
            }
        })
    }
}

impl std::fmt::Debug for Statistics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Statistics").finish_non_exhaustive()
    }
}

/// Statistics in host memory: one number a channel, image after image, alpha as any other channel.
///
/// Those of 8 and 16 bits come from exact integers and are the same on every device. Those of `f32` are exact to nearly
/// all digits of `f64` on the CPU, and to a few units of the rounding of `f32` on a GPU, which squares deviations in
/// `f32`: those above 1e19 overflow. If one of its numbers is not finite, mean and standard deviation of a channel are
/// NaN, and minimum and maximum are those of the others. Without pixels all are NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct HostStatistics {
    mean: Arc<[f64]>,
    std: Arc<[f64]>,
    min: Arc<[f64]>,
    max: Arc<[f64]>,
}

impl HostStatistics {
    /// The means.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The standard deviations of all pixels, that is with their number as divisor.
    pub fn std(&self) -> &[f64] {
        &self.std
    }

    /// The least samples.
    pub fn min(&self) -> &[f64] {
        &self.min
    }

    /// The greatest samples.
    pub fn max(&self) -> &[f64] {
        &self.max
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::tensor::SampleKind;

    #[test]
    fn numbers_are_one_a_channel_image_after_image() {
        let pixels: Vec<u8> =
            [[1, 10, 100], [3, 10, 0]].concat().into_iter().chain([7; 10]).chain([5, 6, 250]).collect();
        for (name, device) in samples::devices() {
            let samples = Samples {
                storage: samples::stored(&device, &pixels),
                kind: SampleKind::U8,
                runs: [Run { first: 0, len: 6 }, Run { first: 16, len: 0 }, Run { first: 16, len: 3 }].into(),
                channels: 3,
                inner: 1,
            };
            let numbers = statistics(&device, &samples).unwrap().read().wait().unwrap();
            assert_eq!(numbers.mean()[..3], [2.0, 10.0, 50.0], "{name}");
            assert_eq!(numbers.std()[..3], [1.0, 0.0, 50.0], "{name}");
            assert_eq!(numbers.min()[..3], [1.0, 10.0, 0.0], "{name}");
            assert_eq!(numbers.max()[..3], [3.0, 10.0, 100.0], "{name}");
            assert!(numbers.mean()[3..6].iter().chain(&numbers.max()[3..6]).all(|number| number.is_nan()), "{name}");
            assert_eq!((&numbers.mean()[6..], &numbers.std()[6..]), (&[5.0, 6.0, 250.0][..], &[0.0; 3][..]), "{name}");
        }
    }
}
