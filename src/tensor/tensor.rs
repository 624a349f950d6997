//! Numbers in planes, as models take them.

use std::marker::PhantomData;
use std::sync::Arc;

use super::arity::{Arity, Batch, Single};
use super::pixelwise::Lazy;
use crate::cpu::Deferred;
use crate::device::{Device, Element, Executor, HostArray, Readback, Storage};
use crate::error::Error;

/// Numbers on a device, of any shape, the last axis the fastest; one tensor, or a batch of them, see [`TensorBatch`].
/// [`Image::normalize`](crate::Image::normalize) makes one of channels, rows and columns.
///
/// It is computed when it is first needed, in one pass with the operations before it, and kept.
pub struct Tensor<T = f32, A = Single> {
    lazy: Arc<Lazy>,
    shapes: Arc<[Vec<usize>]>,
    kind: PhantomData<fn() -> (T, A)>,
}

/// Any number of tensors on a device, one behind the other in one array, of one shape or of several.
pub type TensorBatch<T = f32> = Tensor<T, Batch>;

impl Device {
    /// Sends numbers to the device, as a tensor of this shape.
    ///
    /// # Errors
    /// [`Error::TensorShape`] if the shape is not that of as many numbers; [`Error::TooLarge`] if the device cannot hold
    /// them, [`Error::OutOfMemory`], [`Error::DeviceLost`].
    ///
    /// # Examples
    ///
    /// ```
    /// let tensor = swath::Device::cpu()?.tensor(&[0.5, 1.5, 2.5, -0.5], &[2, 2])?;
    /// assert_eq!(tensor.shape(), [2, 2]);
    /// assert_eq!(tensor.read().wait()?.as_slice(), [0.5, 1.5, 2.5, -0.5]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    #[track_caller]
    pub fn tensor<T: Element>(&self, numbers: &[T], shape: &[usize]) -> Result<Tensor<T>, Error> {
        let count = shape.iter().try_fold(1_usize, |count, len| count.checked_mul(*len));
        if count != Some(numbers.len()) && !(shape.contains(&0) && numbers.is_empty()) {
            return Err(Error::TensorShape { shape: shape.to_vec(), given: numbers.len() });
        }
        let storage = match self.executor() {
            Executor::Cpu => {
                let mut buffer = self.queue().lease::<T>(numbers.len())?;
                buffer.as_mut_slice::<T>().copy_from_slice(numbers);
                Storage::Cpu(Deferred::ready(buffer))
            }
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => Storage::Gpu(gpu.upload(bytemuck::cast_slice(numbers))?),
        };
        Ok(Tensor::ready(self, storage, shape.to_vec()))
    }
}

impl<T: Element> Tensor<T> {
    /// Numbers that are on the device.
    pub(crate) fn ready(device: &Device, storage: Storage, shape: Vec<usize>) -> Self {
        Self::new(Lazy::ready(device.clone(), storage), vec![shape])
    }

    /// The length of every axis; channels, height and width for what [`Image::normalize`](crate::Image::normalize)
    /// makes.
    pub fn shape(&self) -> &[usize] {
        // A single tensor has exactly one shape.
        self.shapes.first().map_or(&[], Vec::as_slice)
    }

    /// How many numbers it has.
    pub fn len(&self) -> usize {
        numbers_of(self.shape())
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads the numbers back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostTensor<T>> {
        let shape = self.shape().to_vec();
        self.read_numbers(self.len(), |numbers| HostTensor { numbers, shape })
    }
}

impl<T: Element> TensorBatch<T> {
    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The length of every axis of a tensor, if there are so many.
    pub fn shape(&self, index: usize) -> Option<&[usize]> {
        self.shapes.get(index).map(Vec::as_slice)
    }

    /// All of them as one tensor with one more axis in front: batch, channels, height, width. Nothing is copied.
    ///
    /// # Errors
    /// [`Error::BatchShapes`] if they differ in shape, or where there are none.
    pub fn stacked(&self) -> Result<Tensor<T>, Error> {
        let first = self.shapes.first().ok_or(Error::BatchShapes { first: Vec::new(), index: 0, other: Vec::new() })?;
        if let Some(index) = self.shapes.iter().position(|shape| shape != first) {
            return Err(Error::BatchShapes { first: first.clone(), index, other: self.shapes[index].clone() });
        }
        let shape = std::iter::once(self.len()).chain(first.iter().copied()).collect();
        Ok(Tensor::new(self.lazy.clone(), vec![shape]))
    }

    /// Reads the numbers of all tensors back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostTensors<T>> {
        let shapes = self.shapes.clone();
        let count = shapes.iter().map(|shape| numbers_of(shape)).sum();
        self.read_numbers(count, |numbers| HostTensors { numbers, shapes })
    }
}

impl<T: Element, A: Arity> Tensor<T, A> {
    pub(crate) fn new(lazy: Arc<Lazy>, shapes: Vec<Vec<usize>>) -> Self {
        Self { lazy, shapes: shapes.into(), kind: PhantomData }
    }

    /// The device that it is on.
    pub(crate) fn device(&self) -> &Device {
        self.lazy.device()
    }

    /// The numbers themselves, computed now if they were not yet.
    pub(crate) fn storage(&self) -> Result<Storage, Error> {
        self.lazy.storage()
    }

    fn read_numbers<H>(&self, count: usize, finish: impl FnOnce(HostArray<T>) -> H + Send + 'static) -> Readback<H> {
        match self.storage() {
            Ok(storage) => self
                .device()
                .read(vec![(storage, count * size_of::<T>())], |buffers| Ok(finish(HostArray::first_of(buffers)))),
            Err(error) => Readback::failed(error),
        }
    }
}

/// A shape may be so high that the other axes overflow before an empty one makes it all zero.
fn numbers_of(shape: &[usize]) -> usize {
    if shape.contains(&0) { 0 } else { shape.iter().product() }
}

impl<T, A> Clone for Tensor<T, A> {
    fn clone(&self) -> Self {
        Self { lazy: self.lazy.clone(), shapes: self.shapes.clone(), kind: PhantomData }
    }
}

impl<T, A> std::fmt::Debug for Tensor<T, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tensor<{}>(", std::any::type_name::<T>())?;
        for (index, shape) in self.shapes.iter().enumerate() {
            let lengths: Vec<_> = shape.iter().map(ToString::to_string).collect();
            write!(f, "{}{}", if index == 0 { "" } else { ", " }, lengths.join("x"))?;
        }
        write!(f, " on {})", self.lazy.device().info().name)
    }
}

/// A tensor in host memory.
#[derive(Debug, Clone)]
pub struct HostTensor<T: Element = f32> {
    numbers: HostArray<T>,
    shape: Vec<usize>,
}

impl<T: Element> HostTensor<T> {
    /// The length of every axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All numbers, the last axis the fastest.
    pub fn as_slice(&self) -> &[T] {
        self.numbers.as_slice()
    }
}

/// A batch of tensors in host memory, one behind the other.
#[derive(Debug, Clone)]
pub struct HostTensors<T: Element = f32> {
    numbers: HostArray<T>,
    shapes: Arc<[Vec<usize>]>,
}

impl<T: Element> HostTensors<T> {
    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Shape and numbers of a tensor, if there are so many.
    pub fn get(&self, index: usize) -> Option<(&[usize], &[T])> {
        let shape = self.shapes.get(index)?;
        let first: usize = self.shapes[..index].iter().map(|shape| numbers_of(shape)).sum();
        Some((shape, &self.numbers[first..first + numbers_of(shape)]))
    }

    /// All numbers, tensor by tensor.
    pub fn as_slice(&self) -> &[T] {
        self.numbers.as_slice()
    }
}
