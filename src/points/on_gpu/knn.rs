//! Lists of nearest neighbours on a GPU.

use std::sync::Arc;

use super::index::{GpuIndex, Query, kernel};
use super::top_k;
use crate::error::Error;
use crate::gpu::Lease;
use crate::points::radius::Ball;
use crate::points::walk::Reach;

impl GpuIndex {
    /// Records the search for every point's `k` nearest neighbours: indices and squared distances.
    pub(in crate::points) fn nearest(
        &self,
        _queries: Option<&[[f32; 3]]>,
        reach: &Reach,
        squared_unit: f32,
    ) -> Result<[Arc<Lease>; 2], Error> {
        let k = reach.k;
        let bytes_per_row = 4 * k as u64;
        let rows_per_block = self.rows_per_block("a block of the lists of neighbours", bytes_per_row)?;
        let bytes = self.len() as u64 * bytes_per_row;
        let lists = [self.gpu().lease(bytes)?, self.gpu().lease(bytes)?];
        let kernel = kernel("nearest neighbours", shader(top_k::length_for(k)));
        let outputs = [(&lists[0], bytes_per_row), (&lists[1], bytes_per_row)];
        self.launch(&Query { kernel: &kernel, k, squared_unit, outputs, rows_per_block })?;
        Ok(lists)
    }

    pub(in crate::points) fn within(
        &self,
        _queries: Option<&[[f32; 3]]>,
        _ball: &Ball,
        _squared_unit: f32,
    ) -> Result<[(Arc<Lease>, usize); 3], Error> {
        Err(Error::NoFeatures)
    }
}

/// The text of the kernel that keeps `length` neighbours.
pub(crate) fn shader(length: usize) -> String {
    let mut text = String::from(include_str!("../../../shaders/points/tree.wgsl"));
    text.push_str(include_str!("../../../shaders/points/walk.wgsl"));
    text.push_str(include_str!("../../../shaders/points/knn.wgsl"));
    text.push_str(&top_k::list(length, false));
    text.push_str(&top_k::for_each(length, "write_list", "start", "params.k", |place, rank| {
        format!("write_neighbor(start + {rank}, distance_{place}, index_{place});")
    }));
    text
}
