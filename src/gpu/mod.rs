//! The GPU executor: the only rooms that know `wgpu`.
//!
//! [`Gpu`] is the handle. A [`Kernel`] is shader text with the bindings it takes; [`Gpu::launch`] records one dispatch
//! of it into the open command encoder, [`Gpu::read`] records copies into staging memory and submits. Memory comes as
//! [`Lease`]s from a pool and goes back when the last handle is dropped *and* the work that uses it was submitted,
//! because the queue's order makes reuse safe only afterwards.

mod adapter;
mod context;
mod grid;
mod health;
mod kernel;
mod pool;
mod recorder;
mod scope;
mod transfer;

pub(crate) use adapter::{Candidate, Kind, candidates, open, wrap};
use context::WeakGpu;
pub(crate) use context::{Gpu, GpuOptions};
pub(crate) use grid::{Limits, Split};
pub(crate) use kernel::{Binding, Kernel};
pub(crate) use pool::{Lease, PoolOptions, Sharing};
pub(crate) use recorder::{Launch, Window};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use transfer::SLOT_BYTES;
pub(crate) use transfer::{GpuRead, Writer};
