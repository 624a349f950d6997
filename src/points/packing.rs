//! The tree as shaders build and read it: points and boxes as vectors of four 32-bit words, coordinates bit-cast, because
//! small integers in `f32` lanes would be denormals, which a shader may flush to zero.
//!
//! * Points: `[x, y, z, index in the input]`, in the order of the curve. As many as there are points.
//! * Boxes: two vectors each, `[min x, min y, min z, smallest index beneath]` and `[max x, max y, max z, 0]`. Those of the
//!   leaves come first, then those of every eight of them, up to a level of one box.

#[cfg(test)]
use super::boxes::Bounds;
#[cfg(test)]
use super::tree::{LEAF, Tree};

/// Children of a node on the GPU.
pub(crate) const GPU_FAN_OUT: usize = 8;

/// For each level above so many leaves, the leaves' own first: `[its first box, its number of boxes]`, counted in boxes.
/// Empty without leaves.
pub(super) fn level_ranges(leaves: usize) -> Vec<[u32; 2]> {
    let mut levels = Vec::new();
    let (mut first, mut count) = (0, leaves);
    while count > 0 {
        levels.push([first as u32, count as u32]);
        first += count;
        count = if count > 1 { count.div_ceil(GPU_FAN_OUT) } else { 0 };
    }
    levels
}

/// A tree in this layout, packed by the host: what a GPU's build must equal, bit for bit.
#[cfg(test)]
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GpuTree {
    pub(crate) points: Vec<[u32; 4]>,
    pub(crate) boxes: Vec<[u32; 4]>,
    pub(crate) levels: Vec<[u32; 2]>,
}

#[cfg(test)]
impl GpuTree {
    /// Packs a tree. Order, leaves and their boxes are the CPU's; the levels above have a fan-out of their own.
    pub(crate) fn pack(tree: &Tree) -> Self {
        let mut points = vec![[0; 4]; tree.len()];
        for (leaf, points) in tree.leaves.iter().zip(points.chunks_mut(LEAF)) {
            for (lane, point) in points.iter_mut().enumerate() {
                let [x, y, z] = [leaf.x[lane], leaf.y[lane], leaf.z[lane]].map(f32::to_bits);
                *point = [x, y, z, leaf.index[lane]];
            }
        }
        let levels = level_ranges(tree.leaves.len());
        let mut bounds: Vec<_> = (0..tree.leaves.len()).map(|leaf| tree.levels.bounds(0, leaf)).collect();
        for level in levels.windows(2) {
            let [first, count] = level[0].map(|value| value as usize);
            for start in (first..first + count).step_by(GPU_FAN_OUT) {
                let children = &bounds[start..(first + count).min(start + GPU_FAN_OUT)];
                bounds.push(children.iter().fold(Bounds::NOTHING, |all, child| all.joined(child)));
            }
        }
        let words = |bounds: &Bounds| {
            let ([x0, y0, z0], [x1, y1, z1]) = (bounds.min.map(f32::to_bits), bounds.max.map(f32::to_bits));
            [[x0, y0, z0, bounds.smallest_index], [x1, y1, z1, 0]]
        };
        Self { points, boxes: bounds.iter().flat_map(words).collect(), levels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::{SimdLevel, Workers};
    use crate::points::samples;

    #[test]
    fn levels_shrink_eightfold_to_one_box() {
        assert_eq!(level_ranges(0), [[0; 2]; 0]);
        assert_eq!(level_ranges(1), [[0, 1]]);
        assert_eq!(level_ranges(8), [[0, 8], [8, 1]]);
        assert_eq!(level_ranges(65), [[0, 65], [65, 9], [74, 2], [76, 1]]);
    }

    #[test]
    fn points_keep_the_curves_order_and_boxes_hold_their_points() {
        for (name, points) in samples::clouds() {
            let tree = Tree::build(&points, &Workers::new(Some(2)).unwrap(), SimdLevel::capped(None)).unwrap();
            let packed = GpuTree::pack(&tree);
            assert_eq!(packed.points.len(), points.len(), "{name}");
            for (slot, [x, y, z, index]) in packed.points.iter().enumerate() {
                assert_eq!([*x, *y, *z].map(f32::from_bits), points[*index as usize], "{name}");
                assert_eq!(*index, tree.leaves[slot / LEAF].index[slot % LEAF], "{name}");
            }
            let mut points_of_a_box = LEAF;
            for [first, count] in &packed.levels {
                for index in 0..*count as usize {
                    let inside = packed.points.chunks(points_of_a_box).nth(index).unwrap();
                    let words = &packed.boxes[(*first as usize + index) * 2..][..2];
                    for axis in 0..3 {
                        let values = inside.iter().map(|point| f32::from_bits(point[axis]));
                        assert_eq!(f32::from_bits(words[0][axis]), values.clone().fold(f32::INFINITY, f32::min));
                        assert_eq!(f32::from_bits(words[1][axis]), values.fold(f32::NEG_INFINITY, f32::max));
                    }
                    assert_eq!(words[0][3], inside.iter().map(|point| point[3]).min().unwrap(), "{name}");
                    assert_eq!(words[1][3], 0, "{name}");
                }
                assert_eq!(*count as usize, points.len().div_ceil(points_of_a_box), "{name}");
                points_of_a_box *= GPU_FAN_OUT;
            }
            let total: u32 = packed.levels.iter().map(|level| level[1]).sum();
            assert_eq!(packed.boxes.len(), total as usize * 2, "{name}");
        }
    }
}
