//! GPU compute for images and point clouds over WebGPU, with a CPU SIMD executor that gives the same answers.

mod cpu;
mod error;
mod memory;
mod points;

pub use cpu::SimdLevel;
pub use error::Error;
pub use memory::{DeviceStats, PoolStats};
pub use points::Feature;
