//! Rows of all neighbours put in order on a GPU: nearest first, at equal distances by index.
//!
//! Short rows are ranked: each neighbour counts those of its row that come before it, which takes as many comparisons as
//! the row is long. Rows that are too long for that are sorted, a window at once: by index, by squared distance, by row.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::build::WORKGROUP_SIZE;
use super::sort::{Pairs, Sorter};
use crate::error::Error;
use crate::gpu::{Binding, Gpu, Kernel, Launch, Lease, Window};

/// The longest row that is ranked. Sorting a neighbour takes about ten passes over memory, ranking it reads its row, which
/// stays in cache, and one dispatch must not run for long.
const LONGEST_RANKED: u32 = 2_048;
/// Comparisons of one dispatch.
const COMPARISONS: usize = 1 << 31;

/// `Params` of `shaders/points/within/rows.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Params {
    first_row: u32,
    rows: u32,
    first: u32,
    neighbors: u32,
    shift: u32,
    key: u32,
    squared_unit: f32,
}

/// What long rows are sorted by, one after the other; `INDEX` and so on in `shaders/points/within/keys.wgsl`.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Key {
    Index = 0,
    SquaredDistance = 1,
    Row = 2,
}

const RANK: Kernel = Kernel {
    label: "ranking neighbours",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/within/rows.wgsl"),
        include_str!("../../../shaders/points/within/rank.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Write, Binding::Write],
};
const KEYS: Kernel = Kernel {
    label: "keys of neighbours",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/within/rows.wgsl"),
        include_str!("../../../shaders/points/within/keys.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Write, Binding::Write],
};
const SORTED: Kernel = Kernel {
    label: "neighbours in order",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/within/rows.wgsl"),
        include_str!("../../../shaders/points/within/sorted.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Write, Binding::Write],
};

/// Rows as they were found, in a window that fits a binding.
pub(super) struct FoundRows<'a> {
    pub(super) gpu: &'a Gpu,
    /// Squared distances and indices in the input.
    pub(super) neighbors: &'a Arc<Lease>,
    /// How many of them there are.
    pub(super) len: usize,
    /// Where the first of them goes in the lists.
    pub(super) first: usize,
    /// Where rows start, those of the window and others.
    pub(super) offsets: &'a Arc<Lease>,
    /// Which of those rows they are.
    pub(super) rows: Range<usize>,
    /// The most neighbours of a row.
    pub(super) longest: u32,
    /// Points in the cloud.
    pub(super) points: usize,
    pub(super) squared_unit: f32,
}

impl FoundRows<'_> {
    /// Records the rows in order, into the lists of indices and squared distances.
    pub(super) fn put_in_order(&self, lists: &[Arc<Lease>; 2]) -> Result<(), Error> {
        // Windows begin where a binding may.
        let unit = (self.gpu.limits().alignment as usize / 4).max(1);
        let start = self.first / unit * unit;
        let shift = self.first - start;
        let lists = lists.each_ref().map(|list| Window::of(list, 4 * start as u64, 4 * (shift + self.len) as u64));
        let params = Params {
            first_row: self.rows.start as u32,
            rows: self.rows.len() as u32,
            first: 0,
            neighbors: self.len as u32,
            shift: shift as u32,
            key: 0,
            squared_unit: self.squared_unit,
        };
        if self.longest <= LONGEST_RANKED { self.rank(params, lists) } else { self.sort(params, lists) }
    }

    fn rank(&self, params: Params, lists: [Window<'_>; 2]) -> Result<(), Error> {
        let step = COMPARISONS / self.longest.max(1) as usize;
        for first in (0..self.len).step_by(step) {
            let neighbors = step.min(self.len - first) as u32;
            self.launch(&RANK, Params { first: first as u32, neighbors, ..params }, &lists)?;
        }
        Ok(())
    }

    fn sort(&self, params: Params, lists: [Window<'_>; 2]) -> Result<(), Error> {
        let mut pairs = Pairs::lease(self.gpu, self.len)?;
        let mut sorter = Sorter::new(self.gpu, self.len)?;
        let bits = |count: usize| u32::BITS - (count as u32).leading_zeros();
        // The sign of a squared distance is not set.
        for (key, bits) in
            [(Key::Index, bits(self.points)), (Key::SquaredDistance, u32::BITS - 1), (Key::Row, bits(self.rows.len()))]
        {
            let to = [&pairs.values, &pairs.keys].map(Window::all);
            self.launch(&KEYS, Params { key: key as u32, ..params }, &to)?;
            pairs = sorter.sort(pairs, bits)?;
        }
        self.launch(&SORTED, params, &[Window::all(&pairs.values), lists[0], lists[1]])
    }

    fn launch(&self, kernel: &Kernel, params: Params, windows: &[Window<'_>]) -> Result<(), Error> {
        let mut all = [self.offsets, self.neighbors].map(Window::all).to_vec();
        all.extend_from_slice(windows);
        let (groups, params) = (params.neighbors.div_ceil(WORKGROUP_SIZE), bytemuck::bytes_of(&params));
        self.gpu.launch(&Launch { kernel, params, windows: &all, groups })
    }
}

/// The kernels, for the test of all shaders.
#[cfg(test)]
pub(super) fn subjects() -> [crate::shaders::Subject; 3] {
    use crate::shaders::{Subject, layout};

    [RANK, KEYS, SORTED].map(|kernel| {
        let params = Some(layout!(Params { first_row, rows, first, neighbors, shift, key, squared_unit }));
        Subject { kernel, params }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::points::on_gpu::tests::constant;

    #[test]
    fn the_shaders_keys_and_workgroups_are_the_hosts() {
        for (name, key) in [("INDEX", Key::Index), ("SQUARED_DISTANCE", Key::SquaredDistance), ("ROW", Key::Row)] {
            assert_eq!(constant(&KEYS, name), key as u32, "{name}");
        }
        for kernel in [RANK, KEYS, SORTED] {
            assert_eq!(constant(&kernel, "WORKGROUP_SIZE"), WORKGROUP_SIZE, "{}", kernel.label);
        }
    }
}
