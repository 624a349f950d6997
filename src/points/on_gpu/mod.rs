//! Queries on a GPU: the tree in device memory, and the kernels in `shaders/points` that walk it.
//!
//! An invocation answers one query, and queries follow the curve, so that neighbouring invocations read neighbouring
//! points. Answers are rows in the order of the input. Where they exceed a binding they are written block by block of
//! rows, each by a dispatch over just the queries whose rows lie in it.

mod features;
mod index;
mod knn;
#[cfg(test)]
mod tests;
mod top_k;

pub(super) use features::GpuTable;
pub(super) use index::GpuIndex;
