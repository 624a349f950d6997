//! Point clouds on the CPU: the Hilbert-packed tree of boxes, exact nearest neighbours, and shape features fused with
//! them. Everything here is a pure function over slices; the device above chooses level and workers.

mod boxes;
mod feature;
mod features;
mod hilbert;
mod knn;
mod packing;
#[cfg(test)]
mod samples;
mod sort;
mod top_k;
mod tree;
mod walk;

pub use feature::Feature;
pub(crate) use features::eigen_features;
pub(crate) use hilbert::CurveScale;
pub(crate) use knn::nearest_neighbors;
pub(crate) use packing::{GPU_FAN_OUT, GpuTree};
pub(crate) use tree::Tree;
pub(crate) use walk::MAX_NEIGHBORS;
