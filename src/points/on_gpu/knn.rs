//! Lists of nearest neighbours on a GPU.

use std::borrow::Cow;
use std::sync::Arc;

use super::index::{Array, Asking, GpuIndex, Query};
use super::queries::QueryBlock;
use super::top_k;
use crate::error::Error;
use crate::gpu::{Binding, Kernel, Lease, Window};
use crate::points::walk::Reach;

/// What a block of lists is called in errors.
const BLOCK: &str = "a block of the lists of neighbours";
/// Parameters, points, boxes, the list of queries, the queries and two outputs.
const BINDINGS: &[Binding] =
    &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Read, Binding::Write, Binding::Write];

impl GpuIndex {
    /// Records the search for the nearest neighbours of `queries`, in local coordinates, or of the cloud's own points:
    /// `reach.k` indices and squared distances a row.
    pub(in crate::points) fn nearest(
        &self,
        queries: Option<&[[f32; 3]]>,
        reach: &Reach,
        squared_unit: f32,
    ) -> Result<[Arc<Lease>; 2], Error> {
        self.nearest_by(&kernel(shader(top_k::length_for(reach.k))), queries, reach, squared_unit)
    }

    /// As [`GpuIndex::nearest`], with a kernel for lists that are long enough.
    pub(super) fn nearest_by(
        &self,
        kernel: &Kernel,
        queries: Option<&[[f32; 3]]>,
        reach: &Reach,
        squared_unit: f32,
    ) -> Result<[Arc<Lease>; 2], Error> {
        let bytes_per_row = 4 * reach.k as u64;
        let bytes = queries.map_or(self.len(), <[_]>::len) as u64 * bytes_per_row;
        let lists = [self.gpu().lease(bytes)?, self.gpu().lease(bytes)?];
        if let Some(queries) = queries {
            for block in self.queries_from(queries, BLOCK, bytes_per_row)? {
                self.search_block(kernel, &block, reach, squared_unit, &lists)?;
            }
        } else {
            let rows_per_block = self.rows_per_block(BLOCK, bytes_per_row)?;
            let params = self.params(reach, Asking::own(reach.own), squared_unit);
            let [indices, distances] = lists.each_ref().map(|list| Array::Rows(list, bytes_per_row));
            let arrays = &[Array::Whole(&self.points), indices, distances];
            self.launch(&Query { kernel, params, arrays, rows_per_block })?;
        }
        Ok(lists)
    }

    /// Records the search for a block of queries from elsewhere.
    fn search_block(
        &self,
        kernel: &Kernel,
        block: &QueryBlock,
        reach: &Reach,
        squared_unit: f32,
        lists: &[Arc<Lease>; 2],
    ) -> Result<(), Error> {
        let (rows, bytes_per_row) = (block.rows.len(), 4 * reach.k as u64);
        let [first, bytes] = [block.rows.start, rows].map(|rows| rows as u64 * bytes_per_row);
        let mut windows = self.inputs(&self.points).to_vec();
        windows.push(Window::all(&block.queries));
        windows.extend(lists.iter().map(|list| Window::of(list, first, bytes)));
        let params = self.params(reach, block.asking, squared_unit).of_rows(0..rows);
        self.dispatch(kernel, params, &windows, 0..rows)
    }
}

/// A kernel with this text.
pub(super) fn kernel(source: String) -> Kernel {
    Kernel { label: "nearest neighbours", source: Cow::Owned(source), bindings: BINDINGS }
}

/// The text of the kernel that keeps `length` neighbours.
pub(crate) fn shader(length: usize) -> String {
    let mut text = String::from(include_str!("../../../shaders/points/tree.wgsl"));
    text.push_str(include_str!("../../../shaders/points/queries.wgsl"));
    text.push_str(include_str!("../../../shaders/points/walk.wgsl"));
    text.push_str(include_str!("../../../shaders/points/knn.wgsl"));
    text.push_str(&top_k::list(length, false));
    text.push_str(&top_k::for_each(length, "write_list", "start", "params.k", |kept| {
        format!("write_neighbor(start + {}, {}, {});", kept.rank, kept.distance, kept.index)
    }));
    text
}
