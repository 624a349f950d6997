//! GPU compute for images and point clouds over WebGPU, with a CPU SIMD executor that gives the same answers.

mod cpu;
mod device;
mod error;
#[cfg(feature = "gpu")]
mod gpu;
mod image;
mod memory;
mod points;
mod tensor;

pub use crate::image::{Gray8, HostImage, Image, ImageView, Normalize, Pixel, Rgb8, Rgba8, Threshold};
pub use cpu::SimdLevel;
#[cfg(not(target_arch = "wasm32"))]
pub use device::adapters;
pub use device::{
    AdapterSummary, Array, Device, DeviceChoice, DeviceInfo, DeviceOptions, DispatchLimits, Element, HostArray,
    Readback,
};
pub use error::Error;
pub use memory::{DeviceStats, PoolStats};
pub use points::{
    Feature, FeatureTable, HostFeatures, HostNeighbors, Neighborhood, Neighbors, PointCloud, PointsOptions,
};
pub use tensor::{HostTensor, Tensor};
