//! GPU compute for images and point clouds over WebGPU, with a CPU SIMD executor that gives the same answers.
//!
//! A [`Device`] is a GPU or the CPU. [`Image`]s and [`PointCloud`]s live on it; operations on them record work and
//! return at once, and a [`Readback`] brings a result to the host, by [`wait`](Readback::wait) or `.await`.
//!
//! ```
//! use swath::{Device, Feature, Neighborhood};
//!
//! let device = Device::new()?; // the best GPU, or the CPU where there is none
//! println!("{}", device.info()); // what was chosen, and why
//!
//! let slope: Vec<[f64; 3]> = (0..400).map(|i| [f64::from(i % 20), f64::from(i / 20), f64::from(i % 20)]).collect();
//! let table = device.points(&slope)?.features(Neighborhood::Knn(12), &[Feature::NormalZ])?;
//! let normal_z = table.read().wait()?;
//! assert!(normal_z.column(Feature::NormalZ).unwrap().iter().all(|z| (z - 0.5_f32.sqrt()).abs() < 1e-5));
//! # Ok::<(), swath::Error>(())
//! ```
//!
//! # How it is built
//!
//! Lower floors know nothing of upper ones. On the ground, memory policy and errors; above it the two executors (`cpu`:
//! SIMD level, workers, an ordered queue; `gpu`: the only rooms that know `wgpu`); then `device`, which chooses one of
//! them and says why; on top the operations, one room each, with a shader of the same path under `shaders/`.
//!
//! Per-pixel operations are snippets: chained, they become one kernel and one pass over memory, computed when somebody
//! reads the result, and kept. Points are sorted along a Hilbert curve under a tree of boxes that both executors walk.
//!
//! On the top floor a [`Stream`] keeps several items on their way through a device, delivers each once and in order,
//! and goes on with another device where one is lost. `docs/transfers.md` follows a byte from host to host.
//!
//! # Features
//!
//! * `gpu` (default): the GPU executor, through `wgpu`.
//! * `parallel` (default): the CPU executor uses a pool of threads; without it, the calling thread.
//! * `image` (default): conversions from and to the `image` crate.

mod cancel;
mod cpu;
mod device;
mod environment;
mod error;
#[cfg(feature = "gpu")]
mod gpu;
mod image;
mod job;
mod memory;
mod points;
mod progress;
#[cfg(all(test, feature = "gpu"))]
mod shaders;
mod stream;
mod tensor;

pub use crate::image::{
    Bgr8, Bgr16, BgrF32, Bgra8, Bgra16, BgraF32, Color, Gray, Gray8, Gray16, GrayF32, HostImage, HostImages,
    HostStatistics, Image, ImageBatch, ImageView, ImageViewMut, Luma, Normalize, Pixel, Resize, Rgb8, Rgb16, RgbF32,
    Rgba8, Rgba16, RgbaF32, Statistics, Threshold, ThresholdKind,
};
pub use cancel::CancelToken;
pub use cpu::SimdLevel;
#[cfg(not(target_arch = "wasm32"))]
pub use device::adapters;
pub use device::{
    AdapterSummary, Array, ArrayWriter, Device, DeviceChoice, DeviceInfo, DeviceOptions, DispatchLimits, Element,
    HostArray, Readback, UnifiedMemory,
};
pub use error::{CancelReason, Error};
pub use memory::{
    Allocation, DeviceStats, Leaks, PoolStats, RingStats, StreamStats, TransferCapabilities, TransferDevice,
    TransferLoad, TransferPlan, TransferStats, TransferStrategy, TransferThresholds, TrimLevel,
};
pub use points::{
    Convention, Feature, FeatureOptions, FeatureTable, Features, HostFeatures, HostNeighbors, HostRadiusNeighbors,
    Neighborhood, Neighbors, PointCloud, PointsOptions, RadiusNeighbors, SelfMode, TileFeatures, TileOptions, TilePart,
    TiledCloud,
};
pub use progress::Progress;
#[cfg(not(target_arch = "wasm32"))]
pub use stream::{OnError, Shutdown, ShutdownReport, Stream, StreamOptions, StreamResults, TaskFailure, TaskGroup};
pub use tensor::{
    Arity, Batch, HostQuantized, HostTensor, HostTensors, Norm, QuantizationError, Quantize, Quantized,
    QuantizedTensor, Sample, SampleKind, Single, Tensor, TensorBatch,
};

/// The README's code compiles and runs.
#[cfg(all(doctest, not(target_arch = "wasm32")))]
#[doc = include_str!("../README.md")]
struct Readme;

/// So does that of the page on transfers.
#[cfg(all(doctest, not(target_arch = "wasm32")))]
#[doc = include_str!("../docs/transfers.md")]
struct Transfers;
