//! Bounding boxes above the leaves: nodes of 16 child boxes each, stored by coordinate so that one vector holds one
//! coordinate of all children.

use bytemuck::{Pod, Zeroable};

use crate::cpu::Workers;
use crate::error::Error;

use super::tree::{LEAF, Leaf, zeroed};

/// Children of a node. Sixteen fill the widest register; a walk tests a node once for sixteen queries, so a smaller
/// fan-out would save next to nothing.
pub(super) const FAN_OUT: usize = 16;
/// Levels that 2^32 points need: 2^28 leaves, 16 to a node.
pub(super) const MAX_LEVELS: usize = 7;

/// One box and the smallest input index of the points in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) min: [f32; 3],
    pub(super) max: [f32; 3],
    pub(super) smallest_index: u32,
}

impl Bounds {
    /// The box of nothing: it grows to whatever is joined to it, and is infinitely far from everything.
    pub(super) const NOTHING: Self =
        Self { min: [f32::INFINITY; 3], max: [f32::NEG_INFINITY; 3], smallest_index: u32::MAX };

    /// The box of the first `count` points of a leaf.
    pub(super) fn of_leaf(leaf: &Leaf, count: usize) -> Self {
        let mut bounds = Self::NOTHING;
        for lane in 0..count {
            let point = [leaf.x[lane], leaf.y[lane], leaf.z[lane]];
            bounds = bounds.joined(&Self { min: point, max: point, smallest_index: leaf.index[lane] });
        }
        bounds
    }

    /// The smallest box that holds both.
    pub(super) fn joined(&self, other: &Self) -> Self {
        let mut joined = *self;
        for axis in 0..3 {
            // Written out, because `f32::min` may give either of 0 and -0, and boxes are compared bit for bit.
            if other.min[axis] < joined.min[axis] {
                joined.min[axis] = other.min[axis];
            }
            if other.max[axis] > joined.max[axis] {
                joined.max[axis] = other.max[axis];
            }
        }
        joined.smallest_index = joined.smallest_index.min(other.smallest_index);
        joined
    }
}

/// Sixteen boxes. Those past the end of their level hold [`Bounds::NOTHING`].
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C, align(64))]
pub(super) struct Node {
    pub(super) min: [[f32; FAN_OUT]; 3],
    pub(super) max: [[f32; FAN_OUT]; 3],
    pub(super) smallest_index: [u32; FAN_OUT],
}

impl Node {
    /// One of the boxes.
    #[inline(always)]
    pub(super) fn child(&self, lane: usize) -> Bounds {
        Bounds {
            min: [self.min[0][lane], self.min[1][lane], self.min[2][lane]],
            max: [self.max[0][lane], self.max[1][lane], self.max[2][lane]],
            smallest_index: self.smallest_index[lane],
        }
    }

    fn set_child(&mut self, lane: usize, bounds: &Bounds) {
        for axis in 0..3 {
            self.min[axis][lane] = bounds.min[axis];
            self.max[axis][lane] = bounds.max[axis];
        }
        self.smallest_index[lane] = bounds.smallest_index;
    }

    fn joined(&self) -> Bounds {
        (0..FAN_OUT).fold(Bounds::NOTHING, |joined, lane| joined.joined(&self.child(lane)))
    }
}

/// The nodes of all levels, the lowest first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Levels {
    pub(super) nodes: Vec<Node>,
    /// Where each level starts in `nodes`; one more at the end. The last level is one node. Empty without points.
    pub(super) starts: Vec<usize>,
}

impl Levels {
    /// Boxes of `leaves`, which hold `len` points, then boxes of boxes until one node is left.
    pub(super) fn above(leaves: &[Leaf], len: usize, workers: &Workers) -> Result<Self, Error> {
        if leaves.is_empty() {
            return Ok(Self { nodes: Vec::new(), starts: Vec::new() });
        }
        let mut starts = vec![0];
        let mut boxes = leaves.len();
        while boxes > 1 || starts.len() == 1 {
            boxes = boxes.div_ceil(FAN_OUT);
            starts.push(starts[starts.len() - 1] + boxes);
        }
        let mut nodes: Vec<Node> = zeroed(starts[starts.len() - 1])?;
        workers.for_each_chunk(&mut nodes[..starts[1]], 64, |chunk, nodes| {
            for (offset, node) in nodes.iter_mut().enumerate() {
                let first = (chunk * 64 + offset) * FAN_OUT;
                for lane in 0..FAN_OUT {
                    let leaf = first + lane;
                    let bounds = leaves
                        .get(leaf)
                        .map_or(Bounds::NOTHING, |points| Bounds::of_leaf(points, LEAF.min(len - leaf * LEAF)));
                    node.set_child(lane, &bounds);
                }
            }
        });
        for level in 1..starts.len() - 1 {
            let (below, level_nodes) =
                nodes[starts[level - 1]..starts[level + 1]].split_at_mut(starts[level] - starts[level - 1]);
            for (index, node) in level_nodes.iter_mut().enumerate() {
                for lane in 0..FAN_OUT {
                    let bounds = below.get(index * FAN_OUT + lane).map_or(Bounds::NOTHING, Node::joined);
                    node.set_child(lane, &bounds);
                }
            }
        }
        Ok(Self { nodes, starts })
    }

    /// How many levels there are.
    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// A box of a level; those of level 0 are the leaves'.
    #[inline(always)]
    pub(super) fn bounds(&self, level: usize, index: usize) -> Bounds {
        self.nodes[self.starts[level] + index / FAN_OUT].child(index % FAN_OUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_leaves_fit_the_most_levels() {
        assert!(FAN_OUT.pow(MAX_LEVELS as u32) >= (1 << 32) / LEAF);
    }
}
