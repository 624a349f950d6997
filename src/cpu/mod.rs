//! The CPU executor: one SIMD level, one pool of workers, one pool of host memory.

mod host_pool;
mod level;
mod scatter;
mod workers;

pub(crate) use host_pool::{HostBuffer, HostPool};
pub use level::SimdLevel;
pub(crate) use scatter::ScatterRows;
pub(crate) use workers::Workers;
