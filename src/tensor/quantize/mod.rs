//! Numbers to 8-bit integers and back, by the conventions of ONNX Runtime: `x = (q - zero_point) * scale`.
//!
//! Three stages, all on the device: the *extremes* of each channel, from them (or from a percentile of a histogram, or
//! from what is given) the *parameters* of each channel, and the mapping of every number. Extremes, bins and parameters
//! are the same bits on all devices, and so are the integers.

mod error;
mod on_cpu;
#[cfg(feature = "gpu")]
mod on_gpu;
mod options;
mod parameters;
mod percentile;
mod quantized;
#[cfg(test)]
mod tests;

pub use error::QuantizationError;
#[cfg(all(test, feature = "gpu"))]
pub(crate) use on_gpu::subjects;
pub use options::Quantize;
pub use quantized::{HostQuantized, QuantizedTensor};
