//! Tensors, and the engine for chains of per-pixel operations that images and tensors share.

pub(crate) mod pixelwise;
mod tensor;

pub use tensor::{HostTensor, Tensor};
