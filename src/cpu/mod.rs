//! The CPU executor: one SIMD level, one pool of workers, one pool of host memory, and a queue that runs operations in
//! the order they were recorded, as a GPU's does.

mod host_memory;
mod host_pool;
mod level;
mod queue;
mod scatter;
pub(crate) mod stream;
mod workers;

pub(crate) use host_pool::{HostBuffer, HostPool};
pub use level::SimdLevel;
pub(crate) use queue::{CpuRead, Deferred, Queue};
pub(crate) use scatter::ScatterRows;
pub(crate) use workers::Workers;

/// What a CPU kernel runs with.
#[derive(Clone)]
pub(crate) struct Cpu {
    /// The SIMD level, decided once.
    pub(crate) level: fearless_simd::Level,
    /// The threads.
    pub(crate) workers: Workers,
    /// Where results go.
    pub(crate) pool: HostPool,
}
