//! All neighbours within a radius on a GPU: rows of any length, made in two passes over the tree.
//!
//! ```text
//! count     how many neighbours each query has; the host waits for the counts, which tell how large the result is
//! fill      window by window of rows that fit a binding: the neighbours of each, in the order they are found in
//! order     the rows of the window, nearest first (`rows`)
//! ```
//!
//! A pass walks beneath one box after the other of a level that keeps each walk short.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::index::{GpuIndex, Params};
use super::queries::QueryBlock;
use super::rows::FoundRows;
use crate::error::Error;
use crate::gpu::{Binding, Kernel, Lease, Window};
use crate::points::radius::Ball;
use crate::points::tree::zeroed;
use crate::points::walk::Reach;
use crate::points::within::turn_counts_into_offsets;

/// Walks stay beneath boxes of this level or the root: at most 37,449 boxes, a round of a loop each. llvmpipe (as of Mesa
/// 22.3) ends the loops of an invocation after 65,535.
const TOP_LEVEL: usize = 5;
/// Bytes of a neighbour as found: its squared distance and its index.
const BYTES_PER_FOUND: u64 = 8;

const COUNT: Kernel = Kernel {
    label: "counting neighbours within a radius",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/points/tree.wgsl"),
        include_str!("../../../shaders/points/queries.wgsl"),
        include_str!("../../../shaders/points/radius.wgsl"),
        include_str!("../../../shaders/points/within/count.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Read, Binding::Write],
};
const FILL: Kernel = Kernel {
    label: "all neighbours within a radius",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/points/tree.wgsl"),
        include_str!("../../../shaders/points/queries.wgsl"),
        include_str!("../../../shaders/points/radius.wgsl"),
        include_str!("../../../shaders/points/within/fill.wgsl")
    )),
    bindings: &[
        Binding::Uniform,
        Binding::Read,
        Binding::Read,
        Binding::Read,
        Binding::Read,
        Binding::Read,
        Binding::Write,
        Binding::Write,
    ],
};

impl GpuIndex {
    /// Searches for all neighbours of `queries`, in local coordinates, or of the cloud's own points: offsets, indices and
    /// squared distances with their bytes. Waits for the neighbours to be counted; the rest is recorded.
    pub(in crate::points) fn within(
        &self,
        queries: Option<&[[f32; 3]]>,
        ball: &Ball,
        squared_unit: f32,
    ) -> Result<[(Arc<Lease>, usize); 3], Error> {
        const BYTES_PER_OFFSET: u64 = 4;
        let blocks = match queries {
            Some(queries) => self.queries_from(queries, "a block of the queries", BYTES_PER_OFFSET)?,
            None => vec![self.own_queries(ball.own)],
        };
        let len = queries.map_or(self.len(), <[_]>::len);
        let mut offsets = self.counts(&blocks, ball, len)?;
        let total = turn_counts_into_offsets(&mut offsets)?;
        let lists = [self.gpu().lease(4 * total as u64)?, self.gpu().lease(4 * total as u64)?];
        for block in &blocks {
            let offsets = &offsets[block.rows.start..=block.rows.end];
            self.fill(block, ball, squared_unit, offsets, &lists)?;
        }
        let [indices, squared_distances] = lists;
        let offsets_there = self.gpu().upload(bytemuck::cast_slice(&offsets))?;
        Ok([(offsets_there, 4 * offsets.len()), (indices, 4 * total), (squared_distances, 4 * total)])
    }

    /// How many neighbours each query has, and one place more.
    fn counts(&self, blocks: &[QueryBlock], ball: &Ball, len: usize) -> Result<Vec<u32>, Error> {
        let mut leases = Vec::new();
        for block in blocks {
            let counts = self.gpu().lease(4 * block.rows.len() as u64)?;
            self.gpu().clear(&counts)?;
            let params = self.params(&reach(ball), block.asking, 1.0);
            self.walk(&COUNT, block, params, &[Window::all(&counts)])?;
            leases.push((counts, 4 * block.rows.len()));
        }
        let read = self.gpu().read(&leases)?.wait()?;
        let mut counts = zeroed(len + 1)?;
        for (block, read) in blocks.iter().zip(&read) {
            counts[block.rows.clone()].copy_from_slice(read.as_slice());
        }
        Ok(counts)
    }

    /// Records the rows of a block of queries, which start at `offsets`.
    fn fill(
        &self,
        block: &QueryBlock,
        ball: &Ball,
        squared_unit: f32,
        offsets: &[u32],
        lists: &[Arc<Lease>; 2],
    ) -> Result<(), Error> {
        let gpu = self.gpu();
        let fitting = gpu.limits().max_binding / BYTES_PER_FOUND;
        let filled = gpu.lease(4 * block.rows.len() as u64)?;
        gpu.clear(&filled)?;
        let offsets_there = gpu.upload(bytemuck::cast_slice(offsets))?;
        for rows in windows(offsets, fitting) {
            let len = (offsets[rows.end] - offsets[rows.start]) as usize;
            if len == 0 {
                continue;
            }
            let found = gpu.lease(len as u64 * BYTES_PER_FOUND)?;
            let params = self.params(&reach(ball), block.asking, squared_unit).of_rows(rows.clone());
            self.walk(&FILL, block, params, &[&offsets_there, &filled, &found].map(Window::all))?;
            let lengths = offsets[rows.start..=rows.end].windows(2).map(|pair| pair[1] - pair[0]);
            let found = FoundRows {
                gpu,
                longest: lengths.max().unwrap_or(0),
                first: offsets[rows.start] as usize,
                len,
                rows,
                offsets: &offsets_there,
                neighbors: &found,
                points: self.len(),
                squared_unit,
            };
            found.put_in_order(lists)?;
        }
        Ok(())
    }

    /// Records a pass for a block of queries.
    fn walk(&self, kernel: &Kernel, block: &QueryBlock, params: Params, outputs: &[Window<'_>]) -> Result<(), Error> {
        let Some(root) = self.levels.len().checked_sub(1) else { return Ok(()) };
        let mut windows = self.inputs(&self.points).to_vec();
        windows.push(Window::all(&block.queries));
        windows.extend_from_slice(outputs);
        let top_level = root.min(TOP_LEVEL);
        for top in 0..self.levels[top_level][1] {
            self.dispatch(kernel, params.beneath(top_level, top), &windows, 0..block.rows.len())?;
        }
        Ok(())
    }
}

/// The ball as the parameters of a search take it.
fn reach(ball: &Ball) -> Reach {
    Reach { k: 0, limit: ball.limit, own: ball.own }
}

/// Ranges of rows with at most so many neighbours each. A single row always fits: a neighbour takes half the bytes of a
/// point, and all points are bound at once.
fn windows(offsets: &[u32], fitting: u64) -> Vec<Range<usize>> {
    let (mut windows, mut first) = (Vec::new(), 0);
    while first + 1 < offsets.len() {
        let start = offsets[first];
        let rows = offsets[first + 1..].partition_point(|end| u64::from(end - start) <= fitting).max(1);
        windows.push(first..first + rows);
        first += rows;
    }
    windows
}

/// The kernels of the walk, for the test of all shaders.
#[cfg(test)]
pub(super) fn subjects() -> [crate::shaders::Subject; 2] {
    [COUNT, FILL].map(|kernel| crate::shaders::Subject { kernel, params: Some(super::index::params_layout()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::points::on_gpu::index::Asking;
    use crate::points::on_gpu::tests::constant;
    use crate::points::packing::GPU_FAN_OUT;
    use crate::points::tree::LEAF;

    #[test]
    fn windows_take_as_many_rows_as_fit() {
        assert_eq!(windows(&[0], 4), []);
        assert_eq!(windows(&[0, 3, 4, 4, 8, 9], 4), [0..3, 3..4, 4..5]);
        assert_eq!(windows(&[7, 7, 7], 4).len(), 1);
        assert_eq!(windows(&[0, 4, 8, 8], 4), [0..1, 1..3]);
    }

    #[test]
    fn the_shaders_askers_leaves_and_fan_out_are_the_hosts() {
        for kernel in [COUNT, FILL] {
            for (name, value) in [
                ("POINTS", Asking::Points as u32),
                ("POINTS_FOR_OTHERS", Asking::PointsForOthers as u32),
                ("ELSEWHERE", Asking::Elsewhere as u32),
                ("LEAF", LEAF as u32),
                ("FAN_OUT", GPU_FAN_OUT as u32),
            ] {
                assert_eq!(constant(&kernel, name), value, "{name}");
            }
        }
    }

    #[test]
    fn a_walk_ends_long_before_its_loop_is_ended() {
        let boxes: usize = (0..=TOP_LEVEL as u32).map(|level| GPU_FAN_OUT.pow(level)).sum();
        assert!(boxes < 40_000, "{boxes}");
    }
}
