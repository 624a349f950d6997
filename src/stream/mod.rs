//! Feeding many items through a device.

#[cfg(not(target_arch = "wasm32"))]
mod flight;
#[cfg(not(target_arch = "wasm32"))]
mod options;
#[cfg(not(target_arch = "wasm32"))]
mod results;
#[cfg(not(target_arch = "wasm32"))]
mod run;
#[cfg(not(target_arch = "wasm32"))]
mod shutdown;
#[cfg(not(target_arch = "wasm32"))]
mod task_group;

#[cfg(not(target_arch = "wasm32"))]
pub use options::{OnError, StreamOptions};
#[cfg(not(target_arch = "wasm32"))]
pub use results::StreamResults;
#[cfg(not(target_arch = "wasm32"))]
pub use run::Stream;
#[cfg(not(target_arch = "wasm32"))]
pub use shutdown::{Shutdown, ShutdownReport, TaskFailure};
#[cfg(not(target_arch = "wasm32"))]
pub use task_group::TaskGroup;
