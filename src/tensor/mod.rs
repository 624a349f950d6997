//! Tensors, and the engine for chains of per-pixel operations that images and tensors share.

pub(crate) mod pixelwise;
#[expect(clippy::module_inception, reason = "the type that gives the room its name")]
mod tensor;

pub use tensor::{HostTensor, Tensor};
