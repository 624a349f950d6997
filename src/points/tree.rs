//! The index of a cloud: points sorted along a Hilbert curve, cut into leaves of 16, under a tree of bounding boxes
//! that is packed level by level, so that a child's place is computed and no pointer is stored.

use bytemuck::{Pod, Zeroable};
use fearless_simd::Level;

use crate::cpu::Workers;
use crate::error::Error;

use super::boxes::Levels;
use super::hilbert::{CurveScale, places};
use super::sort::sorted;

/// Points of a leaf, on every device.
pub(super) const LEAF: usize = 16;

/// Sixteen consecutive points of the curve, stored by coordinate. Past the end of the cloud a leaf holds points at
/// infinity with index `u32::MAX`: at the infinite distance that stands for "no neighbour", so no kernel needs a count.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C, align(64))]
pub(super) struct Leaf {
    pub(super) x: [f32; LEAF],
    pub(super) y: [f32; LEAF],
    pub(super) z: [f32; LEAF],
    /// Indices in the input.
    pub(super) index: [u32; LEAF],
}

impl Leaf {
    /// No points.
    pub(super) const EMPTY: Self =
        Self { x: [f32::INFINITY; LEAF], y: [f32::INFINITY; LEAF], z: [f32::INFINITY; LEAF], index: [u32::MAX; LEAF] };
}

/// A cloud's index, as the CPU walks it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    pub(super) leaves: Vec<Leaf>,
    pub(super) levels: Levels,
    /// How coordinates become places along the curve.
    pub(super) scale: CurveScale,
    len: usize,
}

impl Tree {
    /// Sorts and packs `points`, whose coordinates must be finite. Every level and every number of workers gives the
    /// same tree; no points give an empty one.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more points than a `u32` can number; [`Error::OutOfMemory`].
    pub(crate) fn build(points: &[[f32; 3]], workers: &Workers, level: Level) -> Result<Self, Error> {
        let len = points.len();
        if len >= u32::MAX as usize {
            return Err(Error::TooLarge {
                what: "a point cloud".to_owned(),
                requested: len as u64,
                unit: "points",
                limit_name: "the largest 32-bit index",
                limit: u64::from(u32::MAX) - 1,
                advice: "split the cloud",
            });
        }
        let scale = CurveScale::of(points, workers);
        let leaves = sorted_leaves(points, scale, workers, level)?;
        let levels = Levels::above(&leaves, len, workers)?;
        Ok(Self { leaves, levels, scale, len })
    }

    /// How many points there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How many of a leaf's lanes hold points.
    #[inline(always)]
    pub(super) fn leaf_len(&self, leaf: usize) -> usize {
        LEAF.min(self.len - leaf * LEAF)
    }
}

/// Points along the curve, sixteen a leaf.
pub(super) fn sorted_leaves(
    points: &[[f32; 3]],
    scale: CurveScale,
    workers: &Workers,
    level: Level,
) -> Result<Vec<Leaf>, Error> {
    let mut order = zeroed(points.len())?;
    places(points, scale, workers, level, &mut order);
    let order = sorted(order, workers)?;
    let mut leaves: Vec<Leaf> = zeroed(points.len().div_ceil(LEAF))?;
    workers.for_each_chunk(&mut leaves, 256, |chunk, leaves| {
        let order = &order[chunk * 256 * LEAF..];
        for (leaf, order) in leaves.iter_mut().zip(order.chunks(LEAF)) {
            *leaf = Leaf::EMPTY;
            for (lane, [_, _, index]) in order.iter().enumerate() {
                let [x, y, z] = points[*index as usize];
                (leaf.x[lane], leaf.y[lane], leaf.z[lane], leaf.index[lane]) = (x, y, z, *index);
            }
        }
    });
    Ok(leaves)
}

/// Zeroed memory, or an error where there is none.
pub(super) fn zeroed<T: Zeroable>(len: usize) -> Result<Vec<T>, Error> {
    bytemuck::allocation::try_zeroed_vec(len).map_err(|()| Error::OutOfMemory {
        space: "host",
        requested: len as u64 * size_of::<T>() as u64,
        state: "this was for a point index, which is not pooled".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;
    use crate::points::boxes::{Bounds, FAN_OUT};
    use crate::points::samples;

    #[test]
    fn every_level_and_worker_count_builds_the_same_tree() {
        for (name, points) in samples::clouds() {
            let expected = Tree::build(&points, &Workers::new(Some(1)).unwrap(), Level::fallback()).unwrap();
            for level in SimdLevel::available() {
                let level = SimdLevel::capped(Some(level));
                let tree = Tree::build(&points, &Workers::new(Some(3)).unwrap(), level).unwrap();
                assert_eq!(tree, expected, "{name}");
            }
        }
    }

    #[test]
    fn every_point_is_in_one_leaf_and_every_box_holds_what_is_beneath_it() {
        for (name, points) in samples::clouds() {
            let tree = Tree::build(&points, &Workers::new(Some(2)).unwrap(), SimdLevel::capped(None)).unwrap();
            let mut seen = vec![0; points.len()];
            for (leaf_index, leaf) in tree.leaves.iter().enumerate() {
                for lane in 0..LEAF {
                    if lane < tree.leaf_len(leaf_index) {
                        let index = leaf.index[lane] as usize;
                        seen[index] += 1;
                        assert_eq!([leaf.x[lane], leaf.y[lane], leaf.z[lane]], points[index], "{name}");
                    } else {
                        assert_eq!((leaf.x[lane], leaf.index[lane]), (f32::INFINITY, u32::MAX), "{name}");
                    }
                }
            }
            assert!(seen.iter().all(|count| *count == 1), "{name}");

            let mut below: Vec<_> =
                (0..tree.leaves.len()).map(|leaf| Bounds::of_leaf(&tree.leaves[leaf], tree.leaf_len(leaf))).collect();
            for level in 0..tree.levels.count() {
                for (index, bounds) in below.iter().enumerate() {
                    assert_eq!(tree.levels.bounds(level, index), *bounds, "{name}, level {level}");
                }
                below = below
                    .chunks(FAN_OUT)
                    .map(|children| children.iter().fold(Bounds::NOTHING, |all, child| all.joined(child)))
                    .collect();
            }
            assert!(below.len() <= 1, "{name}: the last level is one node");
        }
    }

    #[test]
    fn equal_places_keep_the_order_of_the_input() {
        let tree = Tree::build(&[[5.0; 3]; 100], &Workers::new(Some(2)).unwrap(), SimdLevel::capped(None)).unwrap();
        let order: Vec<_> = tree.leaves.iter().flat_map(|leaf| leaf.index).take(100).collect();
        assert!(order.into_iter().eq(0..100));
    }
}
