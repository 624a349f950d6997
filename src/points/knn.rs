//! Exact nearest neighbours of every point of a cloud.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, f32x16, f64x8, u32x16};

use crate::cpu::{ScatterRows, Workers};

use super::top_k::REGISTER;
use super::tree::Tree;
use super::walk::{Group, MAX_NEIGHBORS};

/// Leaves that a worker takes at a time: a thousand queries, so that taking work costs nothing against it.
const LEAVES: usize = 64;

/// What is done with the neighbours of a leaf's points.
pub(super) trait Sink: Sync {
    /// Takes the lists of a leaf.
    fn take<S: Simd, const B: usize>(&self, simd: S, tree: &Tree, leaf: usize, group: &Group<B>);
}

/// Finds the `k` nearest neighbours of every point and hands them on leaf by leaf, while they are in cache.
pub(super) fn for_each_leaf(tree: &Tree, k: usize, workers: &Workers, level: Level, sink: &impl Sink) {
    match k.div_ceil(REGISTER) {
        1 => search_all::<1>(tree, k, workers, level, sink),
        2 => search_all::<2>(tree, k, workers, level, sink),
        3 => search_all::<3>(tree, k, workers, level, sink),
        4 => search_all::<4>(tree, k, workers, level, sink),
        _ => unreachable!("k is between 1 and {MAX_NEIGHBORS}"),
    }
}

fn search_all<const B: usize>(tree: &Tree, k: usize, workers: &Workers, level: Level, sink: &impl Sink) {
    let leaves = tree.leaves.len();
    workers.for_each(leaves.div_ceil(LEAVES), |block| {
        let block = block * LEAVES..leaves.min((block + 1) * LEAVES);
        dispatch!(level, simd => search_block::<_, B>(simd, tree, block, k, sink));
    });
}

#[inline(always)]
fn search_block<S: Simd, const B: usize>(
    simd: S,
    tree: &Tree,
    leaves: std::ops::Range<usize>,
    k: usize,
    sink: &impl Sink,
) {
    let mut group = Group::<B>::new();
    for leaf in leaves {
        group.search(simd, tree, leaf, k);
        sink.take(simd, tree, leaf, &group);
    }
}

/// Writes the `k` nearest neighbours of every point, itself included, nearest first, rows in the order of the input.
///
/// The squared distance is `(dx*dx + dy*dy) + dz*dz`, each step rounded to `f32`, then multiplied by `squared_unit`;
/// neighbours at equal distances are in the order of their indices. Where the cloud has fewer than `k` points, rows end
/// in `u32::MAX` and infinity. Every level and any number of workers gives the same bits.
///
/// # Panics
/// Unless `1 <= k <= MAX_NEIGHBORS` and both outputs hold `k` values a point.
pub(crate) fn nearest_neighbors(
    tree: &Tree,
    k: usize,
    squared_unit: f32,
    workers: &Workers,
    level: Level,
    indices: &mut [u32],
    squared_distances: &mut [f32],
) {
    assert!((1..=MAX_NEIGHBORS).contains(&k), "k = {k} is between 1 and {MAX_NEIGHBORS}");
    assert_eq!(indices.len(), tree.len() * k, "one index a neighbour");
    assert_eq!(squared_distances.len(), tree.len() * k, "one distance a neighbour");
    let sink = Rows {
        k,
        squared_unit,
        indices: ScatterRows::new(indices, k),
        squared_distances: ScatterRows::new(squared_distances, k),
    };
    for_each_leaf(tree, k, workers, level, &sink);
}

struct Rows<'a> {
    k: usize,
    squared_unit: f32,
    indices: ScatterRows<'a, u32>,
    squared_distances: ScatterRows<'a, f32>,
}

impl Sink for Rows<'_> {
    #[inline(always)]
    fn take<S: Simd, const B: usize>(&self, simd: S, tree: &Tree, leaf: usize, group: &Group<B>) {
        for (lane, list) in group.lists[..tree.leaf_len(leaf)].iter().enumerate() {
            let row = tree.leaves[leaf].index[lane] as usize;
            let mut indices = [0; MAX_NEIGHBORS];
            let mut distances = [0.0; MAX_NEIGHBORS];
            for first in (0..B).step_by(2) {
                let low = f64x8::load_array_ref(simd, &list[first]).bitcast::<u32x16<S>>();
                let high = f64x8::load_array_ref(simd, &list[(first + 1).min(B - 1)]).bitcast::<u32x16<S>>();
                let (index, distance) = low.deinterleave(high);
                let distance = f32x16::from_bits(distance - super::top_k::BIAS) * self.squared_unit;
                index.store_slice(&mut indices[first * REGISTER..][..16]);
                distance.store_slice(&mut distances[first * REGISTER..][..16]);
            }
            // Lists without spare places are copied with a length that the compiler knows.
            if self.k == B * REGISTER {
                self.write(row, &indices[..B * REGISTER], &distances[..B * REGISTER]);
            } else {
                self.write(row, &indices[..self.k], &distances[..self.k]);
            }
        }
    }
}

impl Rows<'_> {
    #[inline(always)]
    fn write(&self, row: usize, indices: &[u32], squared_distances: &[f32]) {
        #[allow(unsafe_code, reason = "rows are written in input order, along the curve")]
        // SAFETY: every input index is in one lane of one leaf, and every leaf is searched once.
        unsafe {
            self.indices.write_row(row, indices);
            self.squared_distances.write_row(row, squared_distances);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;
    use crate::points::samples;

    /// Rows by comparing every pair: distances in `f32` as promised, ordered by (distance, index).
    pub(super) fn brute_force(points: &[[f32; 3]], k: usize) -> Vec<(u32, f32)> {
        let mut rows = Vec::new();
        for query in points {
            let mut all: Vec<_> = points
                .iter()
                .enumerate()
                .map(|(index, point)| {
                    let [dx, dy, dz] = std::array::from_fn(|axis| point[axis] - query[axis]);
                    ((dx * dx + dy * dy) + dz * dz, index as u32)
                })
                .collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            all.resize(all.len().max(k), (f32::INFINITY, u32::MAX));
            rows.extend(all[..k].iter().map(|(distance, index)| (*index, *distance)));
        }
        rows
    }

    fn rows(points: &[[f32; 3]], k: usize, unit: f32, threads: usize, level: SimdLevel) -> (Vec<u32>, Vec<f32>) {
        let workers = Workers::new(Some(threads)).unwrap();
        let level = SimdLevel::capped(Some(level));
        let tree = Tree::build(points, &workers, level).unwrap();
        let mut indices = vec![7; points.len() * k];
        let mut distances = vec![-7.0; points.len() * k];
        nearest_neighbors(&tree, k, unit, &workers, level, &mut indices, &mut distances);
        (indices, distances)
    }

    #[test]
    fn neighbours_and_ties_are_those_of_brute_force_at_every_level() {
        for (name, points) in samples::clouds() {
            for k in [1, 2, 7, 8, 9, 16, 20, 24, 31, 32] {
                if points.len() > 2_000 && k != 16 && k != 31 {
                    continue;
                }
                let expected = brute_force(&points, k);
                for level in SimdLevel::available() {
                    let (indices, distances) = rows(&points, k, 1.0, 2, level);
                    for (place, (index, distance)) in expected.iter().enumerate() {
                        assert_eq!(
                            (indices[place], distances[place].to_bits()),
                            (*index, distance.to_bits()),
                            "{name}, k = {k}, {level}: neighbour {} of point {}",
                            place % k,
                            place / k
                        );
                    }
                }
            }
        }
    }

    /// An oracle in `f64` with arithmetic of its own: the reported distances are the true ones, up to rounding.
    #[test]
    fn distances_are_the_true_ones_and_carry_the_unit() {
        let points = samples::town(3_000, 8);
        let (k, unit) = (12, 0.25);
        let (_, distances) = rows(&points, k, unit, 1, SimdLevel::None);
        for (row, query) in points.iter().enumerate() {
            let mut all: Vec<f64> = points
                .iter()
                .map(|point| (0..3).map(|axis| (f64::from(point[axis]) - f64::from(query[axis])).powi(2)).sum())
                .collect();
            all.sort_by(f64::total_cmp);
            for (place, expected) in all[..k].iter().enumerate() {
                let got = f64::from(distances[row * k + place]);
                let expected = expected * f64::from(unit);
                assert!((got - expected).abs() <= expected * 1e-5 + 1e-9, "row {row}, {place}: {got}, not {expected}");
            }
        }
    }

    #[test]
    fn many_identical_points_end() {
        let (indices, distances) = rows(&vec![[1.0, 2.0, 3.0]; 200_000], 16, 1.0, 2, SimdLevel::available()[0]);
        assert!(indices.chunks(16).all(|row| row.iter().copied().eq(0..16)));
        assert!(distances.iter().all(|distance| *distance == 0.0));
    }
}
