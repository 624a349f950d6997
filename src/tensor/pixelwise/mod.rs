//! Chains of per-pixel operations, computed in one pass when their result is needed.
//!
//! An operation is a [`Step`]: a WGSL snippet and its twin on the CPU. A [`Chain`] is a source and the steps over it;
//! an [`Output`] says what comes out at its end. [`Lazy`] holds a chain until somebody needs the result, computes it
//! once, and keeps it. Chains of chains are one chain, so nothing in between is ever written to memory unless somebody
//! asks for it.

mod lazy;
mod on_cpu;
#[cfg(feature = "gpu")]
mod on_gpu;
mod step;

pub(crate) use lazy::Lazy;
#[cfg(all(test, feature = "gpu"))]
pub(crate) use on_gpu::subject;
pub(crate) use step::{Chain, Number, Output, Parameters, Placement, Planes, Resize, RowKernel, Step, Words};
