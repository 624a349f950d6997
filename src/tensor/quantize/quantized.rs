//! Tensors of 8-bit integers, with what tells the numbers that they stand for.

use super::error::{QuantizationError, error_of};
use super::{Quantize, on_cpu};
use crate::device::{Array, Device, Executor, HostArray, Readback, Storage};
use crate::error::Error;
use crate::tensor::Tensor;
use crate::tensor::axis::Axis;
use crate::tensor::rows::quantize::Quantized;

/// A tensor of 8-bit integers on a device, `i8` or `u8`; each stands for `(q - zero_point) * scale`. On a GPU four of them
/// share a word. [`Tensor::quantize`] makes one.
pub struct QuantizedTensor<Q: Quantized> {
    values: Tensor<Q>,
    scales: Array<f32>,
    zero_points: Array<i32>,
    axis: Axis,
}

impl Tensor {
    /// The tensor in 8-bit integers, `i8` or `u8`: each `saturate(round(x / scale) + zero_point)`, the quotient in `f32`,
    /// ties to even. NaN becomes the zero point; what is infinite saturates.
    ///
    /// Records the work and returns at once; also scale and zero point are computed on the device, see [`Quantize`]. All
    /// three are the same on every device. An empty tensor gives no integers, and a scale of 1 and a zero point of 0 where
    /// these are not given.
    ///
    /// # Errors
    /// [`Error::Axis`] if the tensor has no such axis; [`Error::TensorOption`] for a percentile, range, scale or zero point
    /// that cannot be used; [`Error::TooLarge`] if the device cannot hold the result, or has more channels than one of its
    /// bindings holds; [`Error::OutOfMemory`], [`Error::DeviceLost`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Quantize};
    ///
    /// let tensor = Device::cpu()?.tensor(&[-127.0, 63.5, 0.1, 0.5, 2.54, 1.26], &[2, 3])?;
    /// let quantized = tensor.quantize::<i8>(&Quantize::symmetric().per_channel(0))?.read().wait()?;
    /// assert_eq!(quantized.values(), [-127, 64, 0, 25, 127, 63]);
    /// assert_eq!(quantized.scales(), [1.0, 0.02]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn quantize<Q: Quantized>(&self, quantize: &Quantize) -> Result<QuantizedTensor<Q>, Error> {
        let rule = quantize.rule::<Q>()?;
        let axis = Axis::of(self.shape(), quantize.axis())?;
        let (device, source) = (self.device(), self.storage()?);
        let [values, scales, zero_points] = match device.executor() {
            Executor::Cpu => on_cpu::quantize::<Q>(device.queue(), &source, axis, rule),
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => super::on_gpu::quantize::<Q>(gpu, &source, axis, rule)?,
        };
        Ok(QuantizedTensor {
            values: Tensor::ready(device, values, self.shape().to_vec()),
            scales: Array::new(device.clone(), scales, axis.channels),
            zero_points: Array::new(device.clone(), zero_points, axis.channels),
            axis,
        })
    }
}

impl<Q: Quantized> QuantizedTensor<Q> {
    /// The length of every axis.
    pub fn shape(&self) -> &[usize] {
        self.values.shape()
    }

    /// The integers.
    pub fn values(&self) -> Tensor<Q> {
        self.values.clone()
    }

    /// The scales: one, or one for each channel.
    pub fn scales(&self) -> Array<f32> {
        self.scales.clone()
    }

    /// The zero points: one, or one for each channel.
    pub fn zero_points(&self) -> Array<i32> {
        self.zero_points.clone()
    }

    /// Reads integers, scales and zero points back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostQuantized<Q>> {
        let shape = self.shape().to_vec();
        let [values, scales, zero_points] = match self.storages() {
            Ok(storages) => storages,
            Err(error) => return Readback::failed(error),
        };
        let channels = 4 * self.axis.channels;
        let arrays = vec![(values, self.axis.len), (scales, channels), (zero_points, channels)];
        self.device().read(arrays, |buffers| {
            // As many buffers come as were asked for.
            let [values, scales, zero_points] = [&buffers[0], &buffers[1], &buffers[2]];
            Ok(HostQuantized {
                values: HostArray::new(values.clone()),
                scales: HostArray::new(scales.clone()),
                zero_points: HostArray::new(zero_points.clone()),
                shape,
            })
        })
    }

    /// The numbers that the integers stand for, `(q - zero_point) * scale`, the same on every device.
    ///
    /// Records the work and returns at once.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::OutOfMemory`] or [`Error::DeviceLost`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Quantize};
    ///
    /// let tensor = Device::cpu()?.tensor(&[0.0, 0.4, 1.0, 7.0], &[4])?;
    /// let coarse = tensor.quantize::<u8>(&Quantize::asymmetric().with_parameters(0.5, 128))?.dequantize()?;
    /// assert_eq!(coarse.read().wait()?.as_slice(), [0.0, 0.5, 1.0, 7.0]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn dequantize(&self) -> Result<Tensor, Error> {
        let (device, made) = (self.device(), self.storages()?);
        let numbers = match device.executor() {
            Executor::Cpu => on_cpu::dequantize::<Q>(device.queue(), &made, self.axis),
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => super::on_gpu::dequantize::<Q>(gpu, &made, self.axis)?,
        };
        Ok(Tensor::ready(device, numbers, self.shape().to_vec()))
    }

    /// How far the numbers that the integers stand for are from `original`, the tensor that they were made from.
    ///
    /// # Errors
    /// [`Error::ShapesDiffer`] if the tensor is not of the same shape, [`Error::ForeignTensor`] if it is on another device;
    /// [`Error::TooLarge`], [`Error::OutOfMemory`] or [`Error::DeviceLost`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Quantize};
    ///
    /// let tensor = Device::cpu()?.tensor(&[0.0, 1.5, 1.0, 2.0], &[4])?;
    /// let coarse = tensor.quantize::<i8>(&Quantize::symmetric().with_parameters(1.0, 0))?;
    /// let error = coarse.error(&tensor)?.wait()?;
    /// assert_eq!(error.mse, 0.0625); // 1.5 became 2
    /// assert!((error.sqnr - 14.624).abs() < 0.001); // 10 log10(7.25 / 0.25)
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn error(&self, original: &Tensor) -> Result<Readback<QuantizationError>, Error> {
        if original.shape() != self.shape() {
            return Err(Error::ShapesDiffer { given: original.shape().to_vec(), expected: self.shape().to_vec() });
        }
        if !original.device().is_same(self.device()) {
            return Err(Error::ForeignTensor);
        }
        error_of::<Q>(self.device(), &original.storage()?, &self.storages()?, self.axis)
    }

    fn device(&self) -> &Device {
        self.values.device()
    }

    /// Integers, scales and zero points.
    fn storages(&self) -> Result<[Storage; 3], Error> {
        Ok([self.values.storage()?, self.scales.storage().clone(), self.zero_points.storage().clone()])
    }
}

impl<Q: Quantized> Clone for QuantizedTensor<Q> {
    fn clone(&self) -> Self {
        let Self { values, scales, zero_points, axis } = self;
        Self { values: values.clone(), scales: scales.clone(), zero_points: zero_points.clone(), axis: *axis }
    }
}

impl<Q: Quantized> std::fmt::Debug for QuantizedTensor<Q> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "QuantizedTensor({:?}, {} channels)", self.values, self.axis.channels)
    }
}

/// A tensor of 8-bit integers in host memory.
#[derive(Debug, Clone)]
pub struct HostQuantized<Q: Quantized> {
    values: HostArray<Q>,
    scales: HostArray<f32>,
    zero_points: HostArray<i32>,
    shape: Vec<usize>,
}

impl<Q: Quantized> HostQuantized<Q> {
    /// The length of every axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The integers, the last axis the fastest.
    pub fn values(&self) -> &[Q] {
        self.values.as_slice()
    }

    /// The scales: one, or one for each channel.
    pub fn scales(&self) -> &[f32] {
        self.scales.as_slice()
    }

    /// The zero points: one, or one for each channel.
    pub fn zero_points(&self) -> &[i32] {
        self.zero_points.as_slice()
    }
}
