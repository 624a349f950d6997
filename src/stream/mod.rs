//! Feeding many items through a device.

#[cfg(not(target_arch = "wasm32"))]
mod shutdown;
#[cfg(not(target_arch = "wasm32"))]
mod task_group;

#[cfg(not(target_arch = "wasm32"))]
pub use shutdown::{Shutdown, ShutdownReport, TaskFailure};
#[cfg(not(target_arch = "wasm32"))]
pub use task_group::TaskGroup;
