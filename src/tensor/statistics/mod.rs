//! Mean, variance, extremes and norms of samples, channel by channel: what statistics and normalization are made of.
//!
//! Samples lie in one array, in *runs*: a run is one image or one tensor. A run is cut into pieces of a fixed size,
//! whatever the number of threads; a piece gives one *sum* a channel, and the sums of a run are joined in order to one
//! *record* a channel. All runs go through one launch a stage, however many there are. The twin on a GPU does the same.
//!
//! Whole numbers are summed exactly: their records are equal on all devices, and so is what is derived from them.
//! Numbers in `f32` are summed in `f64` on the CPU, in an order that depends on nothing but their count; on a GPU in
//! `f32` by Chan's pairwise joining of means and deviations.

mod exact;
mod moments;
mod on_cpu;
#[cfg(feature = "gpu")]
mod on_gpu;
#[cfg(feature = "gpu")]
mod plan;
mod real;
mod rescale;
mod summary;
#[cfg(test)]
pub(crate) mod tests;
mod whole;

pub(crate) use moments::{Moments, Run, Samples, moments};
#[cfg(all(test, feature = "gpu"))]
pub(crate) use on_gpu::subjects;
#[cfg(feature = "gpu")]
pub(crate) use plan::Plan;
pub use rescale::Norm;
pub(crate) use rescale::{Rescale, WORDS, rescale_parameters};
pub(crate) use summary::Summary;
