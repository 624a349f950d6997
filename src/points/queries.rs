//! Queries from outside the cloud, sorted along the curve of its tree, so that sixteen of them can share one walk.

use fearless_simd::Level;

use crate::cpu::Workers;
use crate::error::Error;

use super::tree::{LEAF, Leaf, Tree, sorted_leaves};
use super::walk::Queries;

/// Queries along the curve, sixteen a group.
pub(super) struct SortedQueries {
    leaves: Vec<Leaf>,
    len: usize,
}

impl SortedQueries {
    /// Sorts `points`, whose coordinates are local to the cloud of `tree`.
    pub(super) fn new(points: &[[f32; 3]], tree: &Tree, workers: &Workers, level: Level) -> Result<Self, Error> {
        Ok(Self { leaves: sorted_leaves(points, tree.scale, workers, level)?, len: points.len() })
    }

    /// How many queries there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// How many groups they make.
    pub(super) fn groups(&self) -> usize {
        self.leaves.len()
    }

    /// One of the groups.
    #[inline(always)]
    pub(super) fn group(&self, group: usize) -> Queries<'_> {
        Queries::elsewhere(&self.leaves[group], LEAF.min(self.len - group * LEAF))
    }
}
