//! Numbers in planes, as models take them.

use std::sync::Arc;

use super::pixelwise::Lazy;
use crate::device::{HostArray, Readback};

/// `f32` numbers on a device in planes: channel, row, column. What [`Image::normalize`](crate::Image::normalize) makes.
///
/// It is computed when it is first needed, in one pass with the operations before it, and kept.
#[derive(Clone)]
pub struct Tensor {
    lazy: Arc<Lazy>,
    shape: [usize; 3],
}

impl Tensor {
    pub(crate) fn new(lazy: Arc<Lazy>, shape: [usize; 3]) -> Self {
        Self { lazy, shape }
    }

    /// Channels, height and width.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Reads the numbers back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`](crate::Error::DeviceLost),
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) or [`Error::Gpu`](crate::Error::Gpu).
    pub fn read(&self) -> Readback<HostTensor> {
        let shape = self.shape;
        // Channels last: an empty image may be so high that they would overflow before the width makes it all zero.
        let bytes = shape[1] * shape[2] * shape[0] * 4;
        match self.lazy.storage() {
            Ok(storage) => self.lazy.device().read(vec![(storage, bytes)], move |buffers| {
                Ok(HostTensor { numbers: HostArray::first_of(buffers), shape })
            }),
            Err(error) => Readback::failed(error),
        }
    }
}

impl std::fmt::Debug for Tensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [channels, height, width] = self.shape;
        write!(f, "Tensor({channels}x{height}x{width} on {})", self.lazy.device().info().name)
    }
}

/// A tensor in host memory.
#[derive(Debug, Clone)]
pub struct HostTensor {
    numbers: HostArray<f32>,
    shape: [usize; 3],
}

impl HostTensor {
    /// Channels, height and width.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// All numbers: channel by channel, row by row.
    pub fn as_slice(&self) -> &[f32] {
        self.numbers.as_slice()
    }
}
