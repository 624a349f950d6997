//! Arrays on a device, and the host memory that they are read into.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use bytemuck::Pod;

use super::{Device, Readback};
use crate::cpu::{Deferred, HostBuffer};
#[cfg(feature = "gpu")]
use crate::gpu::Lease;

/// Numbers that arrays hold: `u8`, `i8`, `u16`, `u32`, `i32`, `f32` and `half::f16`.
pub trait Element: Pod + std::fmt::Debug + Send + Sync + 'static + sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($element:ty),*) => {$(
        impl sealed::Sealed for $element {}
        impl Element for $element {}
    )*};
}

elements!(u8, i8, u16, u32, i32, f32, half::f16);

/// Where an array's bytes are.
#[derive(Clone)]
pub(crate) enum Storage {
    /// In host memory, once the task that fills it has run.
    Cpu(Arc<Deferred>),
    /// In device memory, once the work recorded before has run.
    #[cfg(feature = "gpu")]
    Gpu(Arc<Lease>),
}

impl Storage {
    /// The host array. Arrays of a CPU device are in host memory, always.
    pub(crate) fn deferred(&self) -> &Arc<Deferred> {
        match self {
            Self::Cpu(array) => array,
            #[cfg(feature = "gpu")]
            Self::Gpu(_) => unreachable!("an array of a CPU device is in host memory"),
        }
    }

    /// The device array. Arrays of a GPU device are in device memory, always.
    #[cfg(feature = "gpu")]
    pub(crate) fn lease(&self) -> &Arc<Lease> {
        match self {
            Self::Gpu(lease) => lease,
            Self::Cpu(_) => unreachable!("an array of a GPU device is in device memory"),
        }
    }
}

/// An array on a device. Its memory goes back to the device's pool when the last user drops it.
pub struct Array<T> {
    device: Device,
    storage: Storage,
    len: usize,
    element: PhantomData<fn() -> T>,
}

impl<T: Element> Array<T> {
    pub(crate) fn new(device: Device, storage: Storage, len: usize) -> Self {
        Self { device, storage, len, element: PhantomData }
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads the elements back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`](crate::Error::DeviceLost),
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) or [`Error::Gpu`](crate::Error::Gpu).
    pub fn read(&self) -> Readback<HostArray<T>> {
        let bytes = self.len * size_of::<T>();
        let len = self.len;
        self.device
            .read(vec![(self.storage.clone(), bytes)], move |buffers| Ok(HostArray::first_of(buffers).truncated(len)))
    }

    /// The `wgpu` buffer that holds the elements; `None` on the CPU. It may be longer than the array; keep the array
    /// alive while the buffer is in use, because its memory is recycled afterwards. Work of your own may read it, and must
    /// neither write to it nor map it. Not to be called from a callback of `wgpu`.
    #[cfg(feature = "gpu")]
    pub fn as_wgpu_buffer(&self) -> Option<&wgpu::Buffer> {
        match (&self.storage, self.device.executor()) {
            (Storage::Gpu(lease), super::Executor::Gpu(gpu)) => Some(gpu.hand_out(lease)),
            _ => None,
        }
    }
}

impl<T> Clone for Array<T> {
    fn clone(&self) -> Self {
        Self { device: self.device.clone(), storage: self.storage.clone(), len: self.len, element: PhantomData }
    }
}

impl<T> std::fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Array<{}>({} elements on {})", std::any::type_name::<T>(), self.len, self.device.info().name)
    }
}

/// Elements in host memory, 64-byte aligned; a slice in every respect. On the CPU executor reading costs no copy.
#[derive(Clone)]
pub struct HostArray<T> {
    buffer: Arc<HostBuffer>,
    len: usize,
    element: PhantomData<fn() -> T>,
}

impl<T: Element> HostArray<T> {
    pub(crate) fn new(buffer: Arc<HostBuffer>) -> Self {
        let len = buffer.as_slice::<T>().len();
        Self { buffer, len, element: PhantomData }
    }

    /// The first so many of its elements: on the CPU a readback gives whole arrays, padding included.
    pub(crate) fn truncated(self, len: usize) -> Self {
        Self { len: len.min(self.len), ..self }
    }

    /// The only array of a readback of one.
    pub(crate) fn first_of(mut buffers: Vec<Arc<HostBuffer>>) -> Self {
        Self::new(buffers.swap_remove(0))
    }

    /// The elements.
    pub fn as_slice(&self) -> &[T] {
        &self.buffer.as_slice()[..self.len]
    }
}

impl<T: Element> Deref for HostArray<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: Element + std::fmt::Debug> std::fmt::Debug for HostArray<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_slice().fmt(f)
    }
}
