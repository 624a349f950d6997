//! The tree in device memory, and the launches of queries over it.

use std::ops::Range;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::blocks::Blocks;
use crate::error::Error;
use crate::gpu::{Gpu, Kernel, Launch, Lease, Window};
use crate::points::SelfMode;
use crate::points::hilbert::CurveScale;
use crate::points::tree::LEAF;
use crate::points::walk::Reach;

/// Queries of a workgroup; `QUERIES_PER_GROUP` in the shaders. Few, because a group ends with its longest walk.
const QUERIES_PER_GROUP: u32 = 64;
/// Queries of one dispatch, so that none runs for long on a slow device.
const QUERIES_PER_DISPATCH: usize = 1 << 18;
/// Levels that 2^32 points need: 2^28 leaves, eight to a box.
const MAX_LEVELS: usize = 11;
/// One unit in the last place for each of the eight roundings of a squared distance: a compiler that fuses them here but
/// not there changes it by less.
const SLACK: f32 = 1.0 - 1.0 / (1 << 21) as f32;

/// `Params` of `shaders/points/tree.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Params {
    queries: u32,
    first: u32,
    listed: u32,
    first_row: u32,
    rows: u32,
    k: u32,
    neighbors: u32,
    points: u32,
    leaves: u32,
    levels: u32,
    squared_unit: f32,
    slack: f32,
    limit: f32,
    asking: u32,
    top_level: u32,
    top: u32,
    level: [[u32; 4]; MAX_LEVELS],
}

impl Params {
    /// For these rows alone.
    pub(super) fn of_rows(self, rows: Range<usize>) -> Self {
        Self { first_row: rows.start as u32, rows: rows.len() as u32, ..self }
    }

    /// For a walk beneath one box of a level.
    pub(super) fn beneath(self, level: usize, top: u32) -> Self {
        Self { top_level: level as u32, top, ..self }
    }
}

/// Who asks; `POINTS` and so on in `shaders/points/tree.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Asking {
    /// The cloud's points.
    Points = 0,
    /// The cloud's points, none of them a neighbour of itself.
    PointsForOthers = 1,
    /// Points from elsewhere.
    Elsewhere = 2,
}

impl Asking {
    /// The points of the cloud.
    pub(super) fn own(own: SelfMode) -> Self {
        match own {
            SelfMode::Include => Self::Points,
            SelfMode::Exclude => Self::PointsForOthers,
        }
    }
}

/// The tree of a cloud in device memory; `points/packing.rs` says what lies where.
pub(in crate::points) struct GpuIndex {
    pub(super) gpu: Gpu,
    pub(super) points: Arc<Lease>,
    pub(super) boxes: Arc<Lease>,
    /// First box and number of boxes of every level, the leaves' first.
    pub(super) levels: Vec<[u32; 2]>,
    pub(super) len: usize,
    /// Whether squared distances need no allowance for rounding.
    pub(super) exact: bool,
    /// How coordinates become places along the curve.
    pub(super) scale: CurveScale,
}

/// A query for every point.
pub(super) struct Query<'a> {
    pub(super) kernel: &'a Kernel,
    /// From [`GpuIndex::params`].
    pub(super) params: Params,
    /// What the kernel is bound to behind points, boxes and the list of queries.
    pub(super) arrays: &'a [Array<'a>],
    /// Rows of every block but the last, from [`GpuIndex::rows_per_block`].
    pub(super) rows_per_block: usize,
}

/// An array that a kernel is bound to.
#[derive(Clone, Copy)]
pub(super) enum Array<'a> {
    /// All of it.
    Whole(&'a Arc<Lease>),
    /// The rows of a block, of so many bytes each.
    Rows(&'a Arc<Lease>, u64),
}

impl<'a> Array<'a> {
    fn window(self, rows: &Range<usize>) -> Window<'a> {
        match self {
            Self::Whole(lease) => Window::all(lease),
            Self::Rows(lease, bytes_per_row) => {
                let [first, bytes] = [rows.start, rows.len()].map(|rows| rows as u64 * bytes_per_row);
                Window::of(lease, first, bytes)
            }
        }
    }
}

impl GpuIndex {
    /// How many points there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Where the tree is.
    pub(super) fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// How many rows of so many bytes, in the widest output, a block holds; a row a point.
    pub(super) fn rows_per_block(&self, what: &str, bytes_per_row: u64) -> Result<usize, Error> {
        rows_per_block(&self.gpu, what, bytes_per_row, self.len())
    }

    /// Records the query. Without points there is nothing to record.
    pub(super) fn launch(&self, query: &Query<'_>) -> Result<(), Error> {
        let len = self.len();
        let blocks = Blocks::new(&self.gpu, &self.points, len, query.rows_per_block)?;
        let listed = blocks.slots.as_ref();
        for (block, places) in blocks.places.iter().enumerate() {
            let first_row = block * query.rows_per_block;
            let rows = first_row..len.min(first_row + query.rows_per_block);
            // Where there is no list, anything stands for it: it is not read.
            let mut windows = self.inputs(listed.unwrap_or(&self.points)).to_vec();
            windows.extend(query.arrays.iter().map(|array| array.window(&rows)));
            let params = Params { listed: u32::from(listed.is_some()), ..query.params.of_rows(rows) };
            self.dispatch(query.kernel, params, &windows, places.clone())?;
        }
        Ok(())
    }

    /// What every kernel reads.
    pub(super) fn inputs<'a>(&'a self, slots: &'a Arc<Lease>) -> [Window<'a>; 3] {
        [&self.points, &self.boxes, slots].map(Window::all)
    }

    /// Records a kernel for the queries at these places, in the list or along the curve.
    pub(super) fn dispatch(
        &self,
        kernel: &Kernel,
        params: Params,
        windows: &[Window<'_>],
        places: Range<usize>,
    ) -> Result<(), Error> {
        for start in places.clone().step_by(QUERIES_PER_DISPATCH) {
            let queries = places.end.min(start + QUERIES_PER_DISPATCH) - start;
            let params = Params { queries: queries as u32, first: start as u32, ..params };
            let (bytes, groups) = (bytemuck::bytes_of(&params), params.queries.div_ceil(QUERIES_PER_GROUP));
            self.gpu.launch(&Launch { kernel, params: bytes, windows, groups })?;
        }
        Ok(())
    }

    /// What all dispatches of a search share.
    pub(super) fn params(&self, reach: &Reach, asking: Asking, squared_unit: f32) -> Params {
        let mut level = [[0; 4]; MAX_LEVELS];
        for (to, [first, count]) in level.iter_mut().zip(&self.levels) {
            *to = [*first, *count, 0, 0];
        }
        // Queries from elsewhere are not rounded to the unit of the points.
        let exact = self.exact && asking != Asking::Elsewhere;
        Params {
            k: reach.k as u32,
            neighbors: reach.k.min(self.len()) as u32,
            points: self.len() as u32,
            leaves: self.len().div_ceil(LEAF) as u32,
            levels: self.levels.len() as u32,
            squared_unit,
            slack: if exact { 1.0 } else { SLACK },
            // A shader may assume that infinity never occurs.
            limit: reach.limit.min(f32::MAX),
            asking: asking as u32,
            level,
            ..Params::zeroed()
        }
    }
}

/// How many rows of so many bytes, in the widest of the arrays bound, a block holds: all of them if one binding does,
/// else as many as start every block where a binding may.
pub(super) fn rows_per_block(gpu: &Gpu, what: &str, bytes_per_row: u64, rows: usize) -> Result<usize, Error> {
    let limits = gpu.limits();
    let fitting = usize::try_from(limits.max_binding / bytes_per_row).unwrap_or(usize::MAX);
    if rows <= fitting {
        return Ok(rows.max(1));
    }
    // Rows are whole words, so that so many of them take a multiple of the alignment.
    let unit = (limits.alignment as usize / 4).max(1);
    bindable(gpu, what, unit as u64 * bytes_per_row)?;
    Ok(fitting / unit * unit)
}

/// `Error::TooLarge` unless one binding holds so many bytes.
pub(super) fn bindable(gpu: &Gpu, what: &str, bytes: u64) -> Result<(), Error> {
    let limit = gpu.limits().max_binding;
    if bytes <= limit {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: what.into(),
        requested: bytes,
        unit: "bytes",
        limit_name: "the device's largest storage binding",
        limit,
        advice: "process the cloud in tiles, or use the CPU executor",
    })
}

/// How Rust lays out the parameters, for the test of all shaders.
#[cfg(test)]
pub(super) fn params_layout() -> crate::shaders::Layout {
    crate::shaders::layout!(Params {
        queries,
        first,
        listed,
        first_row,
        rows,
        k,
        neighbors,
        points,
        leaves,
        levels,
        squared_unit,
        slack,
        limit,
        asking,
        top_level,
        top,
        level
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shaders_workgroups_are_the_hosts() {
        for subject in crate::points::on_gpu::subjects() {
            if subject.params != Some(params_layout()) {
                continue;
            }
            let module = naga::front::wgsl::parse_str(&subject.kernel.source).unwrap();
            assert_eq!(module.entry_points[0].workgroup_size, [QUERIES_PER_GROUP, 1, 1], "{}", subject.kernel.label);
        }
    }
}
