//! Queries from elsewhere, sorted on the device along the curve of the cloud, as `shaders/points/queries.wgsl` reads them.

use std::ops::Range;
use std::sync::Arc;

use super::build::{BYTES_PER_POINT, pack_along_curve};
use super::index::{Asking, GpuIndex, rows_per_block};
use crate::error::Error;
use crate::gpu::Lease;
use crate::points::SelfMode;

/// Queries that are bound at once. Their places are sorted; their rows follow those of the blocks before.
pub(super) struct QueryBlock {
    pub(super) queries: Arc<Lease>,
    /// Rows of the answers, of which the block counts its own from 0.
    pub(super) rows: Range<usize>,
    pub(super) asking: Asking,
}

impl GpuIndex {
    /// The points of the cloud, in one block.
    pub(super) fn own_queries(&self, own: SelfMode) -> QueryBlock {
        QueryBlock { queries: self.points.clone(), rows: 0..self.len(), asking: Asking::own(own) }
    }

    /// Sends queries to the device and sorts them, in blocks whose arrays of so many bytes a row fit a binding. None for
    /// no queries.
    pub(super) fn queries_from(
        &self,
        queries: &[[f32; 3]],
        what: &str,
        bytes_per_row: u64,
    ) -> Result<Vec<QueryBlock>, Error> {
        let widest = bytes_per_row.max(BYTES_PER_POINT);
        let rows_per_block = rows_per_block(self.gpu(), what, widest, queries.len())?;
        let mut blocks = Vec::new();
        for (block, queries) in queries.chunks(rows_per_block).enumerate() {
            let first = block * rows_per_block;
            let packed = self.gpu().lease(queries.len() as u64 * BYTES_PER_POINT)?;
            pack_along_curve(self.gpu(), queries, self.scale, &packed)?;
            blocks.push(QueryBlock { queries: packed, rows: first..first + queries.len(), asking: Asking::Elsewhere });
        }
        Ok(blocks)
    }
}
