//! How many images or tensors an array holds.

/// Whether something is one image or tensor, [`Single`], or any number of them, [`Batch`]. Operations are the same for
/// both; a batch goes through each of them as one launch.
pub trait Arity: Copy + Send + Sync + 'static + sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
}

/// One image or tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Single;

/// Any number of images or tensors, of one size or of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch;

impl sealed::Sealed for Single {}
impl sealed::Sealed for Batch {}
impl Arity for Single {}
impl Arity for Batch {}
