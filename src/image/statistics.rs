//! Mean, standard deviation and extremes of each channel.

use std::sync::Arc;

use crate::device::{Device, Readback};
use crate::error::Error;
use crate::tensor::statistics::{Moments, Samples, moments};

/// Statistics of an image or a batch on a device.
#[derive(Clone)]
pub struct Statistics {
    moments: Moments,
}

/// Statistics of all samples: the work is recorded, and this returns at once.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::OutOfMemory`] or [`Error::DeviceLost`].
pub(super) fn statistics(device: &Device, samples: &Samples) -> Result<Statistics, Error> {
    Ok(Statistics { moments: moments(device, samples)? })
}

impl Statistics {
    /// Reads the numbers back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostStatistics> {
        self.moments.read_as(|summaries| {
            let all = |number: fn(&crate::tensor::statistics::Summary) -> f64| summaries.iter().map(number).collect();
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
/// all digits of `f64` on the CPU, and to a few units of the rounding of `f32` on a GPU. If one of its numbers is not
/// finite, mean and standard deviation of a channel are NaN, and minimum and maximum are those of the others. Without
/// pixels all are NaN.
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
    use crate::tensor::statistics::Run;

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
