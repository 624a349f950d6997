//! How much quantizing loses.

use super::on_cpu;
use crate::device::{Device, Executor, Readback, Storage};
use crate::error::Error;
use crate::tensor::axis::Axis;
use crate::tensor::rows::loss::Loss;
use crate::tensor::rows::quantize::Quantized;

/// How far numbers are from those that their integers stand for.
///
/// Sums are taken in `f64` on the CPU; on a GPU those of some thousand numbers in `f32`, pairwise, and in `f64` from there
/// on, so that results agree to about one in a million. A GPU whose compiler fuses a product with a difference takes what
/// an integer stands for before that is rounded to `f32`: differences that are as small as that rounding, 2^-24 of a number,
/// are others there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantizationError {
    /// The mean of the squares of the differences; 0 for an empty tensor. NaN if a number is not finite, or what its
    /// integer stands for.
    pub mse: f64,
    /// Signal to noise in decibels: 10 times the decimal logarithm of the sum of the squares of the numbers by that of the
    /// differences. Infinite where nothing is lost; minus infinity where all numbers are 0 and their integers stand for
    /// others. NaN where `mse` is.
    pub sqnr: f64,
}

impl QuantizationError {
    /// From the sums over so many numbers.
    pub(super) fn of(loss: Loss, numbers: usize) -> Self {
        let Loss { noise, signal } = loss;
        if !(noise + signal).is_finite() {
            return Self { mse: f64::NAN, sqnr: f64::NAN };
        }
        let mse = if numbers == 0 { 0.0 } else { noise / numbers as f64 };
        // 0 by 0 is no number, but nothing is lost.
        let sqnr = if noise == 0.0 { f64::INFINITY } else { 10.0 * (signal / noise).log10() };
        Self { mse, sqnr }
    }
}

/// Records the measuring and reads its result back.
pub(super) fn error_of<Q: Quantized>(
    device: &Device,
    source: &Storage,
    made: &[Storage; 3],
    axis: Axis,
) -> Result<Readback<QuantizationError>, Error> {
    match device.executor() {
        Executor::Cpu => {
            let loss = on_cpu::loss::<Q>(device.queue(), source, made, axis);
            Ok(device.read(vec![(loss, size_of::<[f64; 2]>())], move |buffers| {
                let [noise, signal] = buffers[0].as_slice::<[f64; 2]>()[0];
                Ok(QuantizationError::of(Loss { noise, signal }, axis.len))
            }))
        }
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => {
            let (sums, bytes) = super::on_gpu::loss::<Q>(gpu, source, made, axis)?;
            Ok(device.read(vec![(sums, bytes)], move |buffers| {
                Ok(QuantizationError::of(super::on_gpu::joined(buffers[0].as_slice()), axis.len))
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_noise_or_no_signal_is_told() {
        let of = |noise, signal| QuantizationError::of(Loss { noise, signal }, 4);
        assert_eq!(of(1.0, 100.0), QuantizationError { mse: 0.25, sqnr: 20.0 });
        assert_eq!(of(0.0, 100.0), QuantizationError { mse: 0.0, sqnr: f64::INFINITY });
        assert_eq!(of(0.0, 0.0), QuantizationError { mse: 0.0, sqnr: f64::INFINITY });
        assert_eq!(of(4.0, 0.0), QuantizationError { mse: 1.0, sqnr: f64::NEG_INFINITY });
        for (noise, signal) in [(f64::INFINITY, f64::INFINITY), (f64::NAN, f64::NAN), (f64::INFINITY, 1.0)] {
            assert!(of(noise, signal).mse.is_nan() && of(noise, signal).sqnr.is_nan());
        }
        let empty = QuantizationError::of(Loss::NONE, 0);
        assert_eq!(empty, QuantizationError { mse: 0.0, sqnr: f64::INFINITY });
    }
}
