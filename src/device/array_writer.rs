//! Arrays that are filled piece by piece.

use std::marker::PhantomData;

use super::{Array, Device, Element, Executor, Storage};
use crate::cpu::{Deferred, HostBuffer};
use crate::error::Error;
#[cfg(feature = "gpu")]
use crate::gpu::Writer;

/// Fills an array of a device from its start to its end: made by [`Device::array_writer`].
///
/// Pieces may be of any size; small ones cost little, because what lies side by side is sent in one copy. Dropping the
/// writer gives its memory back.
pub struct ArrayWriter<T> {
    device: Device,
    target: Target,
    len: usize,
    written: usize,
    element: PhantomData<fn() -> T>,
}

enum Target {
    Cpu(HostBuffer),
    #[cfg(feature = "gpu")]
    Gpu(Writer),
}

impl Device {
    /// An array with a copy of `values`.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond the device's largest buffer; [`Error::OutOfMemory`], [`Error::DeviceLost`] or
    /// [`Error::Gpu`] if the device cannot take it.
    ///
    /// # Examples
    ///
    /// ```
    /// let device = swath::Device::cpu()?;
    /// assert_eq!(device.array(&[1.5_f32, 2.5])?.read().wait()?.as_slice(), [1.5, 2.5]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    #[track_caller]
    pub fn array<T: Element>(&self, values: &[T]) -> Result<Array<T>, Error> {
        let mut writer = self.array_writer(values.len())?;
        writer.write(values)?;
        writer.finish()
    }

    /// A writer of an array of at most `len` elements.
    ///
    /// # Errors
    /// As [`Device::array`].
    ///
    /// # Examples
    ///
    /// ```
    /// let device = swath::Device::cpu()?;
    /// let mut writer = device.array_writer::<u16>(6)?;
    /// for row in [[1, 2], [3, 4]] {
    ///     writer.write(&row)?;
    /// }
    /// assert_eq!(writer.finish()?.read().wait()?.as_slice(), [1, 2, 3, 4]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    #[track_caller]
    pub fn array_writer<T: Element>(&self, len: usize) -> Result<ArrayWriter<T>, Error> {
        self.job().check()?;
        let target = match self.executor() {
            Executor::Cpu => Target::Cpu(self.queue().lease::<T>(len)?),
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => Target::Gpu(gpu.writer(len as u64 * size_of::<T>() as u64)?),
        };
        Ok(ArrayWriter { device: self.clone(), target, len, written: 0, element: PhantomData })
    }
}

impl<T: Element> ArrayWriter<T> {
    /// Elements that can still be written.
    pub fn left(&self) -> usize {
        self.len - self.written
    }

    /// Appends elements.
    ///
    /// # Errors
    /// [`Error::ArrayFull`] for more than are [`left`](Self::left): then none is written. [`Error::DeviceLost`],
    /// [`Error::Timeout`] or [`Error::Gpu`] if the device does not take them.
    pub fn write(&mut self, values: &[T]) -> Result<(), Error> {
        if values.len() > self.left() {
            return Err(Error::ArrayFull { len: self.len, written: self.written, given: values.len() });
        }
        match &mut self.target {
            Target::Cpu(buffer) => {
                buffer.as_mut_slice::<T>()[self.written..][..values.len()].copy_from_slice(values);
            }
            #[cfg(feature = "gpu")]
            Target::Gpu(writer) => writer.write(bytemuck::cast_slice(values))?,
        }
        self.written += values.len();
        Ok(())
    }

    /// The array of what was written.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] or [`Error::Gpu`] if the device does not take it.
    pub fn finish(self) -> Result<Array<T>, Error> {
        let storage = match self.target {
            Target::Cpu(buffer) => Storage::Cpu(Deferred::ready(buffer)),
            #[cfg(feature = "gpu")]
            Target::Gpu(writer) => Storage::Gpu(writer.finish()?),
        };
        Ok(Array::new(self.device, storage, self.written))
    }
}

impl<T> std::fmt::Debug for ArrayWriter<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ArrayWriter<{}>({} of {} elements)", std::any::type_name::<T>(), self.written, self.len)
    }
}
