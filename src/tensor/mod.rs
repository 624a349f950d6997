//! Tensors, the engine for chains of per-pixel operations that images and tensors share, and statistics of samples.

mod arity;
mod axis;
mod by_channel;
mod frames;
pub(crate) mod pixelwise;
pub(crate) mod quantize;
pub(crate) mod resample;
#[allow(dead_code, reason = "the engine that calls them comes next")]
pub(crate) mod rows;
mod sample;
pub(crate) mod standardize;
#[allow(dead_code, unused_imports, reason = "the methods of images and tensors that call it come next")]
pub(crate) mod statistics;
#[expect(clippy::module_inception, reason = "the type that gives the room its name")]
mod tensor;

pub use arity::{Arity, Batch, Single};
pub(crate) use frames::{FRAME_PIXELS, Frame, Frames};
pub use quantize::{HostQuantized, QuantizationError, Quantize, QuantizedTensor};
pub use rows::quantize::Quantized;
pub use sample::{Sample, SampleKind};
pub use tensor::{HostTensor, HostTensors, Tensor, TensorBatch};
