//! All neighbours within a radius: the walk with a fixed limit, and rows of any length made in two passes.
//!
//! The first pass counts, a scan of the counts tells where each row starts, and the second pass fills the rows. Nothing is
//! capped, and what is held besides the result is one row for each of sixteen queries a worker.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, f32x16};

use crate::cpu::{ScatterRows, Workers};

use super::SelfMode;
use super::boxes::{Bounds, FAN_OUT, MAX_LEVELS, Node};
use super::knn::{Askers, GROUPS};
use super::top_k;
use super::tree::{LEAF, Leaf, Tree};
use super::walk::Queries;

/// Entries that the stack can hold at once: on every level the siblings of the node being looked at.
const STACK: usize = MAX_LEVELS * FAN_OUT + 1;

/// Which points count as neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ball {
    /// The squared radius; a point at that distance is inside.
    pub(super) limit: f32,
    /// Whether a point of the cloud is a neighbour of itself.
    pub(super) own: SelfMode,
}

/// What is done with the neighbours of a group, which come leaf by leaf in no particular order.
pub(super) trait Hits {
    /// Takes points of `leaf` that are neighbours of the query in lane `query`: a bit of `inside` for each.
    fn take(&mut self, queries: &Leaf, query: usize, leaf: &Leaf, inside: u64, squared_distances: &[f32; LEAF]);
}

/// Finds all neighbours of a group.
///
/// A function of its own at every level, so that the passes that use it are compiled once each.
#[inline(never)]
pub(super) fn search<S: Simd>(simd: S, tree: &Tree, queries: &Queries<'_>, ball: &Ball, hits: &mut impl Hits) {
    simd.vectorize(
        #[inline(always)]
        || walk(simd, tree, queries, ball, hits),
    );
}

#[inline(always)]
fn walk<S: Simd>(simd: S, tree: &Tree, queries: &Queries<'_>, ball: &Ball, hits: &mut impl Hits) {
    let top = tree.levels.count();
    let mut stack = [(0_u32, 0_u32); STACK];
    stack[0] = (top as u32, 0);
    let mut depth = usize::from(top > 0);
    while depth > 0 {
        depth -= 1;
        let (level, index) = (stack[depth].0 as usize, stack[depth].1 as usize);
        if level == 0 {
            let is_own = ball.own == SelfMode::Exclude && queries.own() == Some(index);
            visit(simd, queries, &tree.leaves[index], is_own, ball.limit, hits);
            continue;
        }
        let node = &tree.levels.nodes[tree.levels.starts[level - 1] + index];
        let mut near = near(simd, node, queries.bounds(), ball.limit);
        while near != 0 {
            let lane = near.trailing_zeros() as usize;
            near &= near - 1;
            stack[depth] = (level as u32 - 1, (index * FAN_OUT + lane) as u32);
            depth += 1;
        }
    }
}

/// A bit for each child near enough to the group's box.
#[inline(always)]
fn near<S: Simd>(simd: S, node: &Node, group: &Bounds, limit: f32) -> u64 {
    let mut squared = [f32x16::splat(simd, 0.0); 3];
    #[expect(clippy::needless_range_loop, reason = "several arrays by one axis")]
    for axis in 0..3 {
        let below = f32x16::load_array_ref(simd, &node.min[axis]) - group.max[axis];
        let above = f32x16::splat(simd, group.min[axis]) - f32x16::load_array_ref(simd, &node.max[axis]);
        let outside = below.max(above).max(0.0);
        squared[axis] = outside * outside;
    }
    let distance = (squared[0] + squared[1]) + squared[2];
    // The largest finite number leaves out the places past the end of a level, which are infinitely far away.
    distance.simd_le(limit.min(f32::MAX)).to_bitmask()
}

#[inline(always)]
fn visit<S: Simd>(simd: S, queries: &Queries<'_>, leaf: &Leaf, is_own: bool, limit: f32, hits: &mut impl Hits) {
    let points = queries.points;
    for query in 0..queries.len {
        let x = f32x16::load_array_ref(simd, &leaf.x) - points.x[query];
        let y = f32x16::load_array_ref(simd, &leaf.y) - points.y[query];
        let z = f32x16::load_array_ref(simd, &leaf.z) - points.z[query];
        let distances = (x * x + y * y) + z * z;
        // Places past the end of the cloud are infinitely far away.
        let inside = distances.simd_le(limit.min(f32::MAX)).to_bitmask() & !(u64::from(is_own) << query);
        if inside != 0 {
            hits.take(points, query, leaf, inside, &distances.to_array());
        }
    }
}

/// Searches for all who ask; a worker's `start` is filled group by group, and given to `finish` after each.
pub(super) fn for_each_group<H: Hits>(
    tree: &Tree,
    askers: Askers<'_>,
    ball: &Ball,
    workers: &Workers,
    level: Level,
    start: impl Fn() -> H + Sync + Send,
    finish: impl Fn(&mut H, &Queries<'_>) + Sync + Send,
) {
    let groups = askers.groups(tree);
    workers.for_each(groups.div_ceil(GROUPS), |block| {
        let mut hits = start();
        for group in block * GROUPS..groups.min((block + 1) * GROUPS) {
            let queries = askers.group(tree, group);
            dispatch!(level, simd => search(simd, tree, &queries, ball, &mut hits));
            finish(&mut hits, &queries);
        }
    });
}

/// Writes how many neighbours each of those who ask has.
pub(super) fn count_neighbors(
    tree: &Tree,
    askers: Askers<'_>,
    ball: &Ball,
    workers: &Workers,
    level: Level,
    counts: &mut [u32],
) {
    let table = ScatterRows::new(counts, 1);
    for_each_group(tree, askers, ball, workers, level, Counts::default, |counts, queries| {
        for lane in 0..queries.len {
            #[allow(unsafe_code, reason = "rows are written in input order, along the curve")]
            // SAFETY: every input index is in one lane of one group, and every group is searched once.
            unsafe {
                table.write_row(queries.points.index[lane] as usize, &[counts.0[lane]]);
            }
        }
        *counts = Counts::default();
    });
}

#[derive(Default)]
struct Counts([u32; LEAF]);

impl Hits for Counts {
    #[inline(always)]
    fn take(&mut self, _: &Leaf, query: usize, _: &Leaf, inside: u64, _: &[f32; LEAF]) {
        self.0[query] += inside.count_ones();
    }
}

/// Writes the neighbours of all who ask, nearest first, into the rows that `offsets` tells.
///
/// # Panics
/// Unless the offsets are those of the counts.
#[allow(clippy::too_many_arguments, reason = "a pure function over slices; the device's method gathers them")]
pub(super) fn fill_neighbors(
    tree: &Tree,
    askers: Askers<'_>,
    ball: &Ball,
    squared_unit: f32,
    offsets: &[u32],
    workers: &Workers,
    level: Level,
    indices: &mut [u32],
    squared_distances: &mut [f32],
) {
    let (indices, distances) = (ScatterRows::new(indices, 1), ScatterRows::new(squared_distances, 1));
    for_each_group(tree, askers, ball, workers, level, Lists::default, |lists, queries| {
        for (lane, list) in lists.0[..queries.len].iter_mut().enumerate() {
            // Keys are positive, so that their order is that of their bits.
            list.sort_unstable_by_key(|key| key.to_bits());
            let row = queries.points.index[lane] as usize;
            let first = offsets[row] as usize;
            assert_eq!(list.len(), (offsets[row + 1] - offsets[row]) as usize, "as many neighbours as were counted");
            for (place, key) in list.drain(..).enumerate() {
                let distance = top_k::squared_distance(key) * squared_unit;
                #[allow(unsafe_code, reason = "rows are written in input order, along the curve")]
                // SAFETY: every input index is in one lane of one group, every group is searched once, and the rows of
                // two indices do not overlap, as each ends where the next one starts.
                unsafe {
                    indices.write_row(first + place, &[top_k::index(key)]);
                    distances.write_row(first + place, &[distance]);
                }
            }
        }
    });
}

#[derive(Default)]
struct Lists([Vec<f64>; LEAF]);

impl Hits for Lists {
    #[inline(always)]
    fn take(&mut self, _: &Leaf, query: usize, leaf: &Leaf, mut inside: u64, squared_distances: &[f32; LEAF]) {
        while inside != 0 {
            let lane = inside.trailing_zeros() as usize % LEAF;
            inside &= inside - 1;
            self.0[query].push(top_k::key(squared_distances[lane], leaf.index[lane]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;
    use crate::points::queries::SortedQueries;
    use crate::points::samples;
    use crate::points::within::turn_counts_into_offsets;

    /// Rows by comparing every pair, ordered by (distance, index).
    fn brute_force(points: &[[f32; 3]], queries: &[[f32; 3]], limit: f32) -> Vec<Vec<(f32, u32)>> {
        let row = |query: &[f32; 3]| {
            let squared = |point: &[f32; 3]| {
                let [dx, dy, dz] = std::array::from_fn(|axis| point[axis] - query[axis]);
                (dx * dx + dy * dy) + dz * dz
            };
            let mut row: Vec<_> = points.iter().map(squared).zip(0..).filter(|(d2, _)| *d2 <= limit).collect();
            row.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            row
        };
        queries.iter().map(row).collect()
    }

    fn rows(
        tree: &Tree,
        askers: Askers<'_>,
        len: usize,
        ball: &Ball,
        level: SimdLevel,
    ) -> (Vec<u32>, Vec<u32>, Vec<f32>) {
        let (workers, level) = (Workers::new(Some(2)).unwrap(), SimdLevel::capped(Some(level)));
        let mut offsets = vec![99; len + 1];
        count_neighbors(tree, askers, ball, &workers, level, &mut offsets[..len]);
        let total = turn_counts_into_offsets(&mut offsets).unwrap();
        let (mut indices, mut distances) = (vec![7; total], vec![-7.0; total]);
        fill_neighbors(tree, askers, ball, 0.25, &offsets, &workers, level, &mut indices, &mut distances);
        (offsets, indices, distances)
    }

    fn check(name: &str, got: &(Vec<u32>, Vec<u32>, Vec<f32>), expected: &[Vec<(f32, u32)>]) {
        let (offsets, indices, distances) = got;
        assert_eq!(offsets.len(), expected.len() + 1, "{name}");
        for (row, expected) in expected.iter().enumerate() {
            let places = offsets[row] as usize..offsets[row + 1] as usize;
            let row_indices: Vec<_> = expected.iter().map(|neighbor| neighbor.1).collect();
            let row_distances: Vec<_> = expected.iter().map(|neighbor| neighbor.0 * 0.25).collect();
            assert_eq!(indices[places.clone()], row_indices, "{name}, row {row}");
            assert_eq!(distances[places], row_distances, "{name}, row {row}");
        }
    }

    #[test]
    fn rows_are_those_of_brute_force_at_every_level_for_points_and_for_queries_elsewhere() {
        let elsewhere: Vec<_> = samples::town(200, 3).into_iter().chain([[1e6, 0.0, 0.0], [-3.0, 4.5, 0.0]]).collect();
        for (name, points) in samples::clouds() {
            let limit = if points.len() > 2_500 { 0.5 } else { 6.0 };
            let workers = Workers::new(Some(2)).unwrap();
            let tree = Tree::build(&points, &workers, SimdLevel::capped(None)).unwrap();
            let own = brute_force(&points, &points, limit);
            let others = brute_force(&points, &elsewhere, limit);
            let without_self: Vec<Vec<_>> = (0..)
                .zip(&own)
                .map(|(row, neighbors)| neighbors.iter().copied().filter(|neighbor| neighbor.1 != row).collect())
                .collect();
            for level in SimdLevel::available() {
                let include = Ball { limit, own: SelfMode::Include };
                let exclude = Ball { limit, own: SelfMode::Exclude };
                check(&name, &rows(&tree, Askers::Own, points.len(), &include, level), &own);
                check(&name, &rows(&tree, Askers::Own, points.len(), &exclude, level), &without_self);
                let queries = SortedQueries::new(&elsewhere, &tree, &workers, SimdLevel::capped(None)).unwrap();
                let askers = Askers::Elsewhere(&queries);
                check(&name, &rows(&tree, askers, elsewhere.len(), &include, level), &others);
            }
        }
    }
}
