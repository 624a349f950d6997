//! The search for the nearest neighbours of a group: the up to sixteen points of one leaf, which share one walk.
//!
//! ```text
//! stack = [root, leaf after, leaf before, own leaf]      the own leaf comes off first and fills the lists
//! while an entry comes off the stack:
//!     skip it unless its box can still hold a neighbour of one of the queries      one vector: 16 queries, one box
//!     a leaf: for each query that it can serve, compare all its points             one vector: one query, 16 points
//!     a node: push the children near enough to the group's box, nearest on top     one vector: one box, 16 boxes
//! ```
//!
//! Whether a box can hold a neighbour is decided by (squared distance, smallest index) against the worst candidate
//! kept, which is exact: rounding is monotone, so no point is nearer than its box, and none has a smaller index.
//! Visiting children in that order too is what ends the search among identical points after the first leaf.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, u32x16};

use super::boxes::{Bounds, FAN_OUT, MAX_LEVELS};
use super::top_k::{self, EMPTY, List, REGISTER, TopK};
use super::tree::{LEAF, Leaf, Tree};

/// The most neighbours that can be asked for.
pub(crate) const MAX_NEIGHBORS: usize = 32;

/// Entries that the stack can hold at once: the leaves it starts with, and on every level the siblings of the node
/// being looked at.
const STACK: usize = MAX_LEVELS * FAN_OUT + 4;

/// Queries of one leaf and the neighbours found so far.
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

    /// Finds the `k` nearest points of each point of a leaf, itself included.
    ///
    /// A function of its own at every level, so that the passes that use it do not compile a copy each.
    #[inline(never)]
    pub(super) fn search<S: Simd>(&mut self, simd: S, tree: &Tree, own: usize, k: usize) {
        simd.vectorize(
            #[inline(always)]
            || self.walk(simd, tree, own, k),
        );
    }

    #[inline(always)]
    fn walk<S: Simd>(&mut self, simd: S, tree: &Tree, own: usize, k: usize) {
        let queries = &tree.leaves[own];
        self.lists = [[[EMPTY; REGISTER]; B]; LEAF];
        self.worst = [-1.0; LEAF];
        self.worst[..tree.leaf_len(own)].fill(f32::INFINITY);
        self.worst_index = [u32::MAX; LEAF];
        let group_box = tree.levels.bounds(0, own);

        let top = tree.levels.count() as u32;
        // Enough curve neighbours that the lists are full before the walk begins.
        let seeds = own.saturating_sub(1)..(own + 2).min(tree.leaves.len());
        let mut stack = [Entry { order: 0, level: top, index: 0 }; STACK];
        let mut depth = 1;
        for leaf in [own + 1, own.wrapping_sub(1), own] {
            if seeds.contains(&leaf) {
                stack[depth] = Entry { order: 0, level: 0, index: leaf as u32 };
                depth += 1;
            }
        }
        while depth > 0 {
            depth -= 1;
            let Entry { level, index, .. } = stack[depth];
            let (level, index) = (level as usize, index as usize);
            if level < top as usize {
                let mut waiting = self.served_by(simd, queries, &tree.levels.bounds(level, index));
                if level == 0 {
                    while waiting != 0 {
                        let query = waiting.trailing_zeros() as usize;
                        waiting &= waiting - 1;
                        self.visit(simd, queries, query, &tree.leaves[index], k);
                    }
                }
                if level == 0 || waiting == 0 {
                    continue;
                }
            }
            depth = self.expand(simd, tree, &group_box, (level, index), &seeds, &mut stack, depth);
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

    /// Compares all points of a leaf with what one query has.
    #[inline(always)]
    fn visit<S: Simd>(&mut self, simd: S, queries: &Leaf, query: usize, leaf: &Leaf, k: usize) {
        let x = f32x16::load_array_ref(simd, &leaf.x) - queries.x[query];
        let y = f32x16::load_array_ref(simd, &leaf.y) - queries.y[query];
        let z = f32x16::load_array_ref(simd, &leaf.z) - queries.z[query];
        let distances = (x * x + y * y) + z * z;
        let mut passing = distances.simd_le(self.worst[query]).to_bitmask();
        if passing == 0 {
            return;
        }
        let [low, high] = top_k::keys(distances, u32x16::load_array_ref(simd, &leaf.index));
        let keys = [low.to_array(), high.to_array()];
        let list = &mut self.lists[query];
        let mut top = TopK::load(simd, list);
        while passing != 0 {
            let lane = passing.trailing_zeros() as usize;
            passing &= passing - 1;
            top.insert(simd, keys.as_flattened()[lane % LEAF]);
        }
        top.store(list);
        let worst = list.as_flattened()[k - 1];
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
        seeds: &std::ops::Range<usize>,
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
