//! Rows of numbers on the CPU: what images and tensors are converted, measured and counted with. Every function takes
//! the SIMD level that it runs at, and gives the same bits at all of them.

pub(crate) mod half_floats;
pub(crate) mod histogram;
pub(crate) mod loss;
pub(crate) mod moments;
pub(crate) mod planes;
pub(crate) mod quantize;
pub(crate) mod rescale;
