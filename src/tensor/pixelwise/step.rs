//! The parts of a chain.

use fearless_simd::Level;

use crate::device::{Array, Storage};

/// One operation on 8-bit pixels, on both executors.
#[derive(Clone)]
#[cfg_attr(not(feature = "gpu"), expect(dead_code, reason = "the snippet is for the GPU executor"))]
pub(crate) struct Step {
    /// Name of its function in the snippet: `fn name(pixel: vec4u, parameter: u32) -> vec4u`.
    pub(crate) name: &'static str,
    /// The snippet.
    pub(crate) shader: &'static str,
    /// Its twin.
    pub(crate) kernel: RowKernel,
    /// The number it takes; steps without one ignore it.
    pub(crate) parameter: Parameter,
}

/// A step on the CPU, over some consecutive pixels.
#[derive(Clone, Copy)]
pub(crate) enum RowKernel {
    /// Makes gray pixels of pixels with so many channels.
    ToGray(fn(Level, &[u8], usize, &mut [u8])),
    /// Changes gray pixels in place, with the step's parameter.
    OnGray(fn(Level, &mut [u8], u32)),
}

/// A step's number.
#[derive(Clone)]
pub(crate) enum Parameter {
    /// Known when the step is recorded.
    Value(u32),
    /// Computed on the device by then.
    Computed(Array<u32>),
}

/// Pixels and the steps over them.
#[derive(Clone)]
pub(crate) struct Chain {
    /// Tightly packed 8-bit pixels.
    pub(crate) source: Storage,
    /// Channels of the source.
    pub(crate) channels: usize,
    /// How many pixels.
    pub(crate) pixels: usize,
    /// Applied in order.
    pub(crate) steps: Vec<Step>,
}

impl Chain {
    /// The chain with one more step.
    pub(crate) fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

/// What comes out of a chain.
#[derive(Clone)]
pub(crate) enum Output {
    /// Gray pixels, one byte each. The chain has at least one step.
    Gray,
    /// One plane of numbers a channel, `value * scale + bias`.
    Planes(Affine),
}

/// Factor and offset of up to three channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Affine {
    /// Planes: 1 or 3.
    pub(crate) planes: usize,
    /// A channel's factor.
    pub(crate) scale: [f32; 3],
    /// What is added to it.
    pub(crate) bias: [f32; 3],
}
