//! The search for the nearest neighbours of a group: up to sixteen queries that lie close together, the points of one
//! leaf for example, which share one walk.
//!
//! ```text
//! stack = [root, leaf after, leaf before, own leaf]      the own leaf comes off first and fills the lists; queries from
//!                                                        outside the cloud have none, and begin at the root
//! while an entry comes off the stack:
//!     skip it unless its box can still hold a neighbour of one of the queries      one vector: 16 queries, one box
//!     a leaf: for each query that it can serve, compare all its points             one vector: one query, 16 points
//!     a node: push the children near enough to the group's box, nearest on top     one vector: one box, 16 boxes
//! ```
//!
//! Whether a box can hold a neighbour is decided by (squared distance, smallest index) against the worst candidate
//! kept, which is exact: rounding is monotone, so no point is nearer than its box, and none has a smaller index.
//! Visiting children in that order too is what ends the search among identical points after the first leaf.

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, u32x16};

use super::SelfMode;
use super::boxes::{Bounds, FAN_OUT, MAX_LEVELS};
use super::top_k::{self, EMPTY, List, REGISTER, TopK};
use super::tree::{LEAF, Leaf, Tree};

/// The most neighbours that can be asked for.
pub(crate) const MAX_NEIGHBORS: usize = 256;
/// Registers of the longest list that is searched in registers; longer ones stay in memory.
const MOST_IN_REGISTERS: usize = 4;

/// Entries that the stack can hold at once: the leaves it starts with, and on every level the siblings of the node
/// being looked at.
const STACK: usize = MAX_LEVELS * FAN_OUT + 4;

/// Up to sixteen queries.
#[derive(Clone, Copy)]
pub(super) struct Queries<'a> {
    /// Their coordinates, and the rows that their answers go to.
    pub(super) points: &'a Leaf,
    /// How many lanes hold queries.
    pub(super) len: usize,
    /// The box around them.
    bounds: Bounds,
    /// The leaf of the tree that they are, if they are points of the cloud.
    own: Option<usize>,
}

impl<'a> Queries<'a> {
    /// The points of a leaf.
    #[inline(always)]
    pub(super) fn of_leaf(tree: &'a Tree, leaf: usize) -> Self {
        let bounds = tree.levels.bounds(0, leaf);
        Self { points: &tree.leaves[leaf], len: tree.leaf_len(leaf), bounds, own: Some(leaf) }
    }

    /// Points that need not be in the cloud.
    #[inline(always)]
    pub(super) fn elsewhere(points: &'a Leaf, len: usize) -> Self {
        Self { points, len, bounds: Bounds::of_leaf(points, len), own: None }
    }

    /// The box around them.
    #[inline(always)]
    pub(super) fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// The leaf of the tree that they are, if they are points of the cloud.
    #[inline(always)]
    pub(super) fn own(&self) -> Option<usize> {
        self.own
    }

    /// The leaves that are looked at first.
    #[inline(always)]
    fn seeds(&self, leaves: usize) -> Range<usize> {
        self.own.map_or(0..0, |own| own.saturating_sub(1)..(own + 2).min(leaves))
    }
}

/// Which points count as neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    /// So many of the nearest.
    pub(super) k: usize,
    /// No farther than this squared distance, itself included.
    pub(super) limit: f32,
    /// Whether a point of the cloud is a neighbour of itself.
    pub(super) own: SelfMode,
}

impl Reach {
    /// So many of the nearest, itself included, however far.
    #[cfg(test)]
    pub(super) fn nearest(k: usize) -> Self {
        Self { k, limit: f32::INFINITY, own: SelfMode::Include }
    }
}

/// The neighbours of a group found so far.
#[repr(align(64))]
pub(super) struct Group<const B: usize> {
    /// Candidates of each query, nearest first.
    pub(super) lists: [List<B>; LEAF],
    /// Squared distance of the worst candidate that counts; below zero for lanes without a query, so that nothing
    /// passes.
    worst: [f32; LEAF],
    worst_index: [u32; LEAF],
}

/// A box that waits to be looked at.
#[derive(Clone, Copy)]
struct Entry {
    /// Squared distance to the group's box, then smallest index.
    order: u64,
    /// 0 for leaves.
    level: u32,
    /// Which leaf or node of its level.
    index: u32,
}

impl<const B: usize> Group<B> {
    pub(super) fn new() -> Self {
        Self { lists: [[[EMPTY; REGISTER]; B]; LEAF], worst: [-1.0; LEAF], worst_index: [0; LEAF] }
    }

    /// Finds the nearest points of each query.
    ///
    /// A function of its own at every level, so that the passes that use it do not compile a copy each.
    #[inline(never)]
    pub(super) fn search<S: Simd>(&mut self, simd: S, tree: &Tree, queries: &Queries<'_>, reach: &Reach) {
        simd.vectorize(
            #[inline(always)]
            || self.walk(simd, tree, queries, reach),
        );
    }

    #[inline(always)]
    fn walk<S: Simd>(&mut self, simd: S, tree: &Tree, queries: &Queries<'_>, reach: &Reach) {
        for list in &mut self.lists {
            list[..reach.k.div_ceil(REGISTER)].fill([EMPTY; REGISTER]);
        }
        self.worst = [-1.0; LEAF];
        self.worst[..queries.len].fill(reach.limit);
        self.worst_index = [u32::MAX; LEAF];

        let top = tree.levels.count() as u32;
        // Enough curve neighbours that the lists are full before the walk begins.
        let seeds = queries.seeds(tree.leaves.len());
        let mut stack = [Entry { order: 0, level: top, index: 0 }; STACK];
        let mut depth = usize::from(top > 0);
        if let Some(own) = queries.own {
            for leaf in [own + 1, own.wrapping_sub(1), own] {
                if seeds.contains(&leaf) {
                    stack[depth] = Entry { order: 0, level: 0, index: leaf as u32 };
                    depth += 1;
                }
            }
        }
        while depth > 0 {
            depth -= 1;
            let Entry { level, index, .. } = stack[depth];
            let (level, index) = (level as usize, index as usize);
            if level < top as usize {
                let mut waiting = self.served_by(simd, queries.points, &tree.levels.bounds(level, index));
                if level == 0 {
                    let is_own = reach.own == SelfMode::Exclude && queries.own == Some(index);
                    while waiting != 0 {
                        let query = waiting.trailing_zeros() as usize;
                        waiting &= waiting - 1;
                        let left_out = u64::from(is_own) << query;
                        self.visit(simd, queries.points, query, &tree.leaves[index], left_out, reach);
                    }
                }
                if level == 0 || waiting == 0 {
                    continue;
                }
            }
            depth = self.expand(simd, tree, &queries.bounds, (level, index), &seeds, &mut stack, depth);
        }
    }

    /// A bit for each query that a box can hold a neighbour of.
    #[inline(always)]
    fn served_by<S: Simd>(&self, simd: S, queries: &Leaf, bounds: &Bounds) -> u64 {
        let mut squared = [f32x16::splat(simd, 0.0); 3];
        for (axis, from) in [&queries.x, &queries.y, &queries.z].into_iter().enumerate() {
            let query = f32x16::load_array_ref(simd, from);
            let below = f32x16::splat(simd, bounds.min[axis]) - query;
            let above = query - bounds.max[axis];
            let outside = below.max(above).max(0.0);
            squared[axis] = outside * outside;
        }
        let distance = (squared[0] + squared[1]) + squared[2];
        let worst = f32x16::load_array_ref(simd, &self.worst);
        let worst_index = u32x16::load_array_ref(simd, &self.worst_index);
        let tie = distance.simd_eq(worst) & u32x16::splat(simd, bounds.smallest_index).simd_lt(worst_index);
        (distance.simd_lt(worst) | tie).to_bitmask()
    }

    /// Compares the points of a leaf, but for those whose bits are set in `left_out`, with what one query has.
    #[inline(always)]
    fn visit<S: Simd>(&mut self, simd: S, queries: &Leaf, query: usize, leaf: &Leaf, left_out: u64, reach: &Reach) {
        let x = f32x16::load_array_ref(simd, &leaf.x) - queries.x[query];
        let y = f32x16::load_array_ref(simd, &leaf.y) - queries.y[query];
        let z = f32x16::load_array_ref(simd, &leaf.z) - queries.z[query];
        let distances = (x * x + y * y) + z * z;
        let mut passing = distances.simd_le(self.worst[query]).to_bitmask() & !left_out;
        if passing == 0 {
            return;
        }
        let [low, high] = top_k::keys(distances, u32x16::load_array_ref(simd, &leaf.index));
        let keys = [low.to_array(), high.to_array()];
        let keys = keys.as_flattened();
        let list = &mut self.lists[query];
        if B <= MOST_IN_REGISTERS {
            let mut top = TopK::load(simd, list);
            while passing != 0 {
                top.insert(simd, keys[passing.trailing_zeros() as usize % LEAF]);
                passing &= passing - 1;
            }
            top.store(list);
        } else {
            let list = &mut list[..reach.k.div_ceil(REGISTER)];
            while passing != 0 {
                top_k::insert_in_memory(simd, list, keys[passing.trailing_zeros() as usize % LEAF]);
                passing &= passing - 1;
            }
        }
        let worst = list.as_flattened()[reach.k - 1].min(top_k::key(reach.limit, u32::MAX));
        self.worst[query] = top_k::squared_distance(worst);
        self.worst_index[query] = top_k::index(worst);
    }

    /// Pushes the children of a node that are near enough to the group's box, the nearest last; returns the new depth.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "the walk's state is a few locals that stay in registers")]
    fn expand<S: Simd>(
        &self,
        simd: S,
        tree: &Tree,
        group_box: &Bounds,
        (level, index): (usize, usize),
        seeds: &Range<usize>,
        stack: &mut [Entry; STACK],
        base: usize,
    ) -> usize {
        let node = &tree.levels.nodes[tree.levels.starts[level - 1] + index];
        let mut squared = [f32x16::splat(simd, 0.0); 3];
        #[expect(clippy::needless_range_loop, reason = "several arrays by one axis")]
        for axis in 0..3 {
            let below = f32x16::load_array_ref(simd, &node.min[axis]) - group_box.max[axis];
            let above = f32x16::splat(simd, group_box.min[axis]) - f32x16::load_array_ref(simd, &node.max[axis]);
            let outside = below.max(above).max(0.0);
            squared[axis] = outside * outside;
        }
        let distance = (squared[0] + squared[1]) + squared[2];
        // The largest finite number leaves out the places past the end of a level, which are infinitely far away.
        let limit = f32x16::load_array_ref(simd, &self.worst).reduce_max().min(f32::MAX);
        let mut near = distance.simd_le(limit).to_bitmask();
        let distance = distance.to_array();
        let mut depth = base;
        while near != 0 {
            let lane = near.trailing_zeros() as usize % FAN_OUT;
            near &= near - 1;
            let child = index * FAN_OUT + lane;
            if level == 1 && seeds.contains(&child) {
                continue;
            }
            let order = u64::from(distance[lane].to_bits()) << 32 | u64::from(node.smallest_index[lane]);
            let mut place = depth;
            while place > base && stack[place - 1].order < order {
                stack[place] = stack[place - 1];
                place -= 1;
            }
            stack[place] = Entry { order, level: level as u32 - 1, index: child as u32 };
            depth += 1;
        }
        depth
    }
}
