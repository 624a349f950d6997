//! How much the normals of neighbours differ from a point's own: a second pass, over the normals of the first.
//!
//! Lengths are summed as whole numbers, which give the same bits in any order. Twin:
//! `shaders/points/features/variation.wgsl`.

use fearless_simd::{Level, Simd};

use super::fused::Request;
use crate::cpu::{ScatterRows, Workers};
use crate::points::knn::{Askers, Sink, for_each_group};
use crate::points::neighborhood::Vicinity;
use crate::points::radius::{self, Hits};
use crate::points::top_k;
use crate::points::tree::{LEAF, Leaf, Tree};
use crate::points::walk::{Group, Queries};

/// Steps of a length, which is at most 2: all 24 bits of an `f32` below 1.
const STEPS: f32 = 16_777_216.0;

/// Normals of all points by coordinate, in the order of the input.
pub(in crate::points) type Normals<'a> = [&'a [f32]; 3];

/// Writes the mean length of the difference between the normals of a point's neighbours and its own; NaN where it has
/// none. Neighbours without a normal are left out.
#[allow(clippy::too_many_arguments, reason = "a pure function over slices; the device's method gathers them")]
pub(in crate::points) fn normal_variation(
    tree: &Tree,
    request: &Request,
    normals: Normals<'_>,
    neighbor_counts: &[u32],
    workers: &Workers,
    level: Level,
    column: &mut [f32],
) {
    let pass = Pass { normals, neighbor_counts, column: ScatterRows::new(column, 1) };
    match &request.vicinity {
        Vicinity::Nearest(reach) | Vicinity::Optimal { reach, .. } => {
            for_each_group(tree, Askers::Own, reach, workers, level, &pass);
        }
        Vicinity::Inside(ball) => {
            let start = || Sums { normals, lanes: [Sum::default(); LEAF] };
            let finish = |sums: &mut Sums<'_>, queries: &Queries<'_>| {
                for lane in 0..queries.len {
                    pass.write(queries.points.index[lane], std::mem::take(&mut sums.lanes[lane]));
                }
            };
            radius::for_each_group(tree, Askers::Own, ball, workers, level, start, finish);
        }
    }
}

struct Pass<'a> {
    normals: Normals<'a>,
    neighbor_counts: &'a [u32],
    column: ScatterRows<'a, f32>,
}

impl Pass<'_> {
    fn write(&self, row: u32, sum: Sum) {
        #[allow(unsafe_code, reason = "rows are written in input order, along the curve")]
        // SAFETY: every input index is in one lane of one group, and every group is searched once.
        unsafe {
            self.column.write_row(row as usize, &[sum.mean()]);
        }
    }
}

impl Sink for Pass<'_> {
    type Scratch = ();

    fn scratch(&self) {}

    #[inline(always)]
    fn take<S: Simd, const B: usize>(&self, _: S, queries: &Queries<'_>, group: &Group<B>, (): &mut ()) {
        for (lane, list) in group.lists[..queries.len].iter().enumerate() {
            let row = queries.points.index[lane];
            let mut sum = Sum::default();
            // Of an optimal number of neighbours the first pass has chosen so many.
            let count = self.neighbor_counts[row as usize] as usize;
            for key in list.as_flattened()[..count].iter().take_while(|key| **key < top_k::EMPTY) {
                sum.add(self.normals, row, top_k::index(*key));
            }
            self.write(row, sum);
        }
    }
}

struct Sums<'a> {
    normals: Normals<'a>,
    lanes: [Sum; LEAF],
}

impl Hits for Sums<'_> {
    #[inline(always)]
    fn take(&mut self, queries: &Leaf, query: usize, leaf: &Leaf, mut inside: u64, _: &[f32; LEAF]) {
        while inside != 0 {
            let lane = inside.trailing_zeros() as usize % LEAF;
            inside &= inside - 1;
            self.lanes[query].add(self.normals, queries.index[query], leaf.index[lane]);
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    count: u32,
    steps: u64,
}

impl Sum {
    #[inline(always)]
    fn add(&mut self, normals: Normals<'_>, row: u32, neighbor: u32) {
        let [x, y, z] = normals.map(|axis| axis[neighbor as usize] - axis[row as usize]);
        let length = ((x * x + y * y) + z * z).sqrt();
        if !length.is_nan() {
            self.count += 1;
            self.steps += u64::from((length * STEPS) as u32);
        }
    }

    /// As a device without 64-bit numbers computes it.
    fn mean(self) -> f32 {
        if self.count == 0 {
            return f32::NAN;
        }
        let steps = (self.steps >> 32) as f32 * 4_294_967_296.0 + self.steps as u32 as f32;
        steps / STEPS / self.count as f32
    }
}
