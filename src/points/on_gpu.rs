//! Queries on a GPU: the tree in device memory and the kernels that walk it.

use std::sync::Arc;

use super::feature::Feature;
use super::packing::GpuTree;
use super::tree::Tree;
use crate::error::Error;
use crate::gpu::{Gpu, Lease};

/// The tree of a cloud in device memory.
pub(super) struct GpuIndex {
    gpu: Gpu,
}

/// A table of features in device memory.
pub(super) struct GpuTable {
    /// Blocks of rows, each with all columns one after the other.
    pub(super) columns: Arc<Lease>,
    /// One count a row.
    pub(super) neighbor_counts: Arc<Lease>,
    /// Rows of every block but the last.
    pub(super) rows_per_block: usize,
}

impl GpuIndex {
    /// Sends a tree to the device.
    pub(super) fn upload(gpu: &Gpu, tree: &Tree) -> Result<Self, Error> {
        let _ = GpuTree::pack(tree)?;
        Ok(Self { gpu: gpu.clone() })
    }

    /// Records the search for every point's `k` nearest neighbours: indices and squared distances.
    pub(super) fn knn(&self, _k: usize, _squared_unit: f32) -> Result<[Arc<Lease>; 2], Error> {
        Err(Error::Gpu { operation: "knn".into(), message: "not yet".into() })
    }

    /// Records the fused computation of features.
    pub(super) fn features(&self, _k: usize, _squared_unit: f32, _features: &[Feature]) -> Result<GpuTable, Error> {
        Err(Error::Gpu { operation: "features".into(), message: "not yet".into() })
    }
}
