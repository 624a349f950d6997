//! Tensors, the engine for chains of per-pixel operations that images and tensors share, and statistics of samples.

mod arity;
mod axis;
mod by_channel;
mod frames;
pub(crate) mod pixelwise;
pub(crate) mod quantize;
pub(crate) mod resample;
pub(crate) mod rows;
mod sample;
pub(crate) mod standardize;
pub(crate) mod statistics;
#[expect(clippy::module_inception, reason = "the type that gives the room its name")]
mod tensor;

pub use arity::{Arity, Batch, Single};
#[cfg(any(test, feature = "gpu"))]
pub(crate) use frames::FRAME_PIXELS;
pub(crate) use frames::{Frame, Frames};
pub use quantize::{HostQuantized, QuantizationError, Quantize, QuantizedTensor};
pub use rows::quantize::Quantized;
pub use sample::{Sample, SampleKind};
pub use statistics::Norm;
pub use tensor::{HostTensor, HostTensors, Tensor, TensorBatch};
