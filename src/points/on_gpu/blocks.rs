//! Outputs that exceed a binding are written block by block of rows. Which queries write to which block is found on the
//! device, with the sort that builds the index.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::build::for_each;
use super::sort::{Pairs, Sorter};
use crate::error::Error;
use crate::gpu::{Binding, Gpu, Kernel, Lease};

/// `Params` of `shaders/points/on_gpu/blocks.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Params {
    points: u32,
    rows_per_block: u32,
}

const KERNEL: Kernel = Kernel {
    label: "queries by block of rows",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/on_gpu/blocks.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Write, Binding::Write],
};

/// Which queries write to which block of rows.
pub(super) struct Blocks {
    /// Places along the curve, block by block and in the curve's order within each; `None` for one block, whose queries
    /// are all points in the order of the curve.
    pub(super) slots: Option<Arc<Lease>>,
    /// For each block, where its queries are in the list, or on the curve.
    pub(super) places: Vec<Range<usize>>,
}

impl Blocks {
    /// Records the listing, if there is more than one block. `points` holds the row of every place along the curve.
    pub(super) fn new(gpu: &Gpu, points: &Arc<Lease>, len: usize, rows_per_block: usize) -> Result<Self, Error> {
        // Every row is written by one query, so a block has as many queries as rows.
        let places: Vec<_> =
            (0..len).step_by(rows_per_block).map(|first| first..len.min(first + rows_per_block)).collect();
        if places.len() <= 1 {
            return Ok(Self { slots: None, places });
        }
        let last_block = places.len() as u32 - 1;
        let pairs = Pairs::lease(gpu, len)?;
        let params = Params { points: len as u32, rows_per_block: rows_per_block as u32 };
        for_each(gpu, &KERNEL, &params, len as u32, &[points, &pairs.keys, &pairs.values])?;
        let sorted = Sorter::new(gpu, len)?.sort(pairs, u32::BITS - last_block.leading_zeros())?;
        Ok(Self { slots: Some(sorted.values), places })
    }
}

/// The kernel, for the test of all shaders.
#[cfg(test)]
pub(super) fn subject() -> crate::shaders::Subject {
    let params = Some(crate::shaders::layout!(Params { points, rows_per_block }));
    crate::shaders::Subject { kernel: KERNEL, params }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DispatchLimits;
    use crate::points::on_gpu::tests::{device, gpu_of};
    use crate::points::samples::Random;

    /// The blocks of a cloud whose rows follow the curve so, their list read back.
    fn blocks(gpu: &Gpu, rows: &[u32], rows_per_block: usize) -> (Option<Vec<u32>>, Vec<Range<usize>>) {
        let points: Vec<_> = rows.iter().map(|row| [7, 7, 7, *row]).collect();
        let points = gpu.upload(bytemuck::cast_slice(&points)).unwrap();
        let Blocks { slots, places } = Blocks::new(gpu, &points, rows.len(), rows_per_block).unwrap();
        let read = |slots| gpu.read(&[(slots, 4 * rows.len())]).unwrap().wait().unwrap()[0].as_slice().to_vec();
        (slots.map(read), places)
    }

    #[test]
    fn blocks_list_the_queries_of_their_rows_along_the_curve() {
        let Some(device) = device(DispatchLimits::default()) else { return };
        let got = blocks(gpu_of(&device), &[3, 6, 0, 1, 5, 4, 2], 3);
        assert_eq!(got, (Some(vec![2, 3, 6, 0, 4, 5, 1]), vec![0..3, 3..6, 6..7]));
    }

    #[test]
    fn many_blocks_are_listed_as_a_stable_sort_would() {
        let Some(device) = device(DispatchLimits::default()) else { return };
        let mut random = Random::new(4);
        let mut rows: Vec<u32> = (0..10_000).collect();
        rows.sort_by_cached_key(|_| random.whole(1 << 24) as u32);
        // 157 blocks fit one digit, 2,500 do not.
        for rows_per_block in [64, 4] {
            let mut expected: Vec<u32> = (0..10_000).collect();
            expected.sort_by_key(|slot| rows[*slot as usize] as usize / rows_per_block);
            let (slots, places) = blocks(gpu_of(&device), &rows, rows_per_block);
            assert_eq!(slots.unwrap(), expected, "{rows_per_block} rows a block");
            for (block, places) in places.into_iter().enumerate() {
                for slot in &expected[places] {
                    assert_eq!(rows[*slot as usize] as usize / rows_per_block, block);
                }
            }
        }
    }

    #[test]
    fn one_block_needs_no_list_and_no_points_no_block() {
        let Some(device) = device(DispatchLimits::default()) else { return };
        assert_eq!(blocks(gpu_of(&device), &[1, 0], 2), (None, std::iter::once(0..2).collect()));
        assert_eq!(blocks(gpu_of(&device), &[], 1), (None, vec![]));
    }
}
