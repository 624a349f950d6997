//! Tensors, and the engine for chains of per-pixel operations that images and tensors share.

mod frames;
pub(crate) mod pixelwise;
#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "nothing but its tests resizes, until chains can start with a resize")
)]
pub(crate) mod resample;
mod sample;
#[expect(clippy::module_inception, reason = "the type that gives the room its name")]
mod tensor;

pub(crate) use frames::{FRAME_PIXELS, Frame, Frames};
pub use sample::{Sample, SampleKind};
pub use tensor::{HostTensor, Tensor};
