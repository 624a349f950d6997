//! Exact nearest neighbours of every point of a cloud, or of points elsewhere.

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, f32x16, f64x8, u32x16};

use crate::cpu::{ScatterRows, Workers};

use super::queries::SortedQueries;
use super::top_k::REGISTER;
use super::tree::Tree;
use super::walk::{Group, MAX_NEIGHBORS, Queries, Reach};

/// Groups of queries that a worker takes at a time: a thousand queries, so that taking work costs nothing against it.
pub(super) const GROUPS: usize = 64;

/// Who asks.
#[derive(Clone, Copy)]
pub(super) enum Askers<'a> {
    /// Every point of the cloud.
    Own,
    /// Points that need not be in the cloud.
    Elsewhere(&'a SortedQueries),
}

impl Askers<'_> {
    /// How many groups they make.
    pub(super) fn groups(self, tree: &Tree) -> usize {
        match self {
            Self::Own => tree.leaves.len(),
            Self::Elsewhere(queries) => queries.groups(),
        }
    }

    /// One of the groups.
    #[inline(always)]
    pub(super) fn group<'a>(self, tree: &'a Tree, group: usize) -> Queries<'a>
    where
        Self: 'a,
    {
        match self {
            Self::Own => Queries::of_leaf(tree, group),
            Self::Elsewhere(queries) => queries.group(group),
        }
    }
}

/// What is done with the neighbours of a group.
pub(super) trait Sink: Sync {
    /// What a worker keeps from group to group.
    type Scratch;

    /// A fresh one.
    fn scratch(&self) -> Self::Scratch;

    /// Takes the lists of a group.
    fn take<S: Simd, const B: usize>(
        &self,
        simd: S,
        queries: &Queries<'_>,
        group: &Group<B>,
        scratch: &mut Self::Scratch,
    );
}

/// Finds the neighbours of all who ask and hands them on group by group, while they are in cache.
pub(super) fn for_each_group(
    tree: &Tree,
    askers: Askers<'_>,
    reach: &Reach,
    workers: &Workers,
    level: Level,
    sink: &impl Sink,
) {
    match reach.k.div_ceil(REGISTER) {
        0 => {}
        1 => search_all::<1>(tree, askers, reach, workers, level, sink),
        2 => search_all::<2>(tree, askers, reach, workers, level, sink),
        3 => search_all::<3>(tree, askers, reach, workers, level, sink),
        4 => search_all::<4>(tree, askers, reach, workers, level, sink),
        _ => search_all::<LONGEST>(tree, askers, reach, workers, level, sink),
    }
}

/// Registers of the list that serves every number of neighbours beyond those with lists of their own.
const LONGEST: usize = MAX_NEIGHBORS / REGISTER;

fn search_all<const B: usize>(
    tree: &Tree,
    askers: Askers<'_>,
    reach: &Reach,
    workers: &Workers,
    level: Level,
    sink: &impl Sink,
) {
    let groups = askers.groups(tree);
    workers.for_each(groups.div_ceil(GROUPS), |block| {
        let block = block * GROUPS..groups.min((block + 1) * GROUPS);
        let mut scratch = sink.scratch();
        dispatch!(level, simd => search_block::<_, B, _>(simd, tree, askers, block, reach, sink, &mut scratch));
    });
}

#[inline(always)]
fn search_block<S: Simd, const B: usize, K: Sink>(
    simd: S,
    tree: &Tree,
    askers: Askers<'_>,
    groups: Range<usize>,
    reach: &Reach,
    sink: &K,
    scratch: &mut K::Scratch,
) {
    let mut group = Group::<B>::new();
    for index in groups {
        let queries = askers.group(tree, index);
        group.search(simd, tree, &queries, reach);
        sink.take(simd, &queries, &group, scratch);
    }
}

/// Writes the nearest neighbours of all who ask, nearest first, rows in the order of the input.
///
/// The squared distance is `(dx*dx + dy*dy) + dz*dz`, each step rounded to `f32`, then multiplied by `squared_unit`;
/// neighbours at equal distances are in the order of their indices. Where there are fewer than `k` neighbours, rows end
/// in `u32::MAX` and infinity. Every level and any number of workers gives the same bits.
///
/// # Panics
/// Unless `1 <= k <= MAX_NEIGHBORS` and both outputs hold `k` values a query.
#[allow(clippy::too_many_arguments, reason = "a pure function over slices; the device's method gathers them")]
pub(super) fn nearest_neighbors(
    tree: &Tree,
    askers: Askers<'_>,
    reach: &Reach,
    squared_unit: f32,
    workers: &Workers,
    level: Level,
    indices: &mut [u32],
    squared_distances: &mut [f32],
) {
    let k = reach.k;
    let rows = match askers {
        Askers::Own => tree.len(),
        Askers::Elsewhere(queries) => queries.len(),
    };
    assert!((1..=MAX_NEIGHBORS).contains(&k), "k = {k} is between 1 and {MAX_NEIGHBORS}");
    assert_eq!(indices.len(), rows * k, "one index a neighbour");
    assert_eq!(squared_distances.len(), rows * k, "one distance a neighbour");
    let sink = Rows {
        k,
        squared_unit,
        indices: ScatterRows::new(indices, k),
        squared_distances: ScatterRows::new(squared_distances, k),
    };
    for_each_group(tree, askers, reach, workers, level, &sink);
}

struct Rows<'a> {
    k: usize,
    squared_unit: f32,
    indices: ScatterRows<'a, u32>,
    squared_distances: ScatterRows<'a, f32>,
}

impl Sink for Rows<'_> {
    type Scratch = ();

    fn scratch(&self) {}

    #[inline(always)]
    fn take<S: Simd, const B: usize>(&self, simd: S, queries: &Queries<'_>, group: &Group<B>, (): &mut ()) {
        for (lane, list) in group.lists[..queries.len].iter().enumerate() {
            let row = queries.points.index[lane] as usize;
            let mut indices = [0; MAX_NEIGHBORS];
            let mut distances = [0.0; MAX_NEIGHBORS];
            for first in (0..self.k.div_ceil(REGISTER)).step_by(2) {
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
        // SAFETY: every input index is in one lane of one group, and every group is searched once.
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
    use crate::points::{SelfMode, samples};

    /// The rows of brute force for every point, itself included.
    fn brute_force(points: &[[f32; 3]], k: usize) -> Vec<(u32, f32)> {
        let queries: Vec<_> = points.iter().map(|point| (*point, None)).collect();
        nearest_of(points, &queries, &Reach::nearest(k))
    }

    fn rows(points: &[[f32; 3]], k: usize, unit: f32, threads: usize, level: SimdLevel) -> (Vec<u32>, Vec<f32>) {
        let workers = Workers::new(Some(threads)).unwrap();
        let level = SimdLevel::capped(Some(level));
        let tree = Tree::build(points, &workers, level).unwrap();
        let mut indices = vec![7; points.len() * k];
        let mut distances = vec![-7.0; points.len() * k];
        nearest_neighbors(&tree, Askers::Own, &Reach::nearest(k), unit, &workers, level, &mut indices, &mut distances);
        (indices, distances)
    }

    #[test]
    fn neighbours_and_ties_are_those_of_brute_force_at_every_level() {
        for (name, points) in samples::clouds() {
            for k in [1, 2, 7, 8, 9, 16, 20, 24, 31, 32, 33, 40, 100, 256] {
                if points.len() > 2_000 && ![16, 31, 33].contains(&k) {
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

    /// Rows by comparing every pair: distances in `f32` as promised, ordered by (distance, index). Queries with a number of
    /// their own leave that point out.
    fn nearest_of(points: &[[f32; 3]], queries: &[([f32; 3], Option<u32>)], reach: &Reach) -> Vec<(u32, f32)> {
        let row = |(query, own): &([f32; 3], Option<u32>)| {
            let squared = |point: &[f32; 3]| {
                let [dx, dy, dz] = std::array::from_fn(|axis| point[axis] - query[axis]);
                (dx * dx + dy * dy) + dz * dz
            };
            let mut row: Vec<_> = (0..).zip(points.iter().map(squared)).collect();
            row.retain(|(index, d2)| Some(*index) != *own && *d2 <= reach.limit);
            row.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            row.resize(row.len().max(reach.k), (u32::MAX, f32::INFINITY));
            row.truncate(reach.k);
            row
        };
        queries.iter().flat_map(row).collect()
    }

    #[test]
    fn queries_elsewhere_limits_and_the_point_itself_are_those_of_brute_force() {
        let elsewhere: Vec<_> = samples::town(150, 3).into_iter().chain([[1e6, 0.0, 0.0], [-3.0, 4.5, 0.0]]).collect();
        for (name, points) in samples::clouds() {
            if points.len() > 3_000 {
                continue;
            }
            let workers = Workers::new(Some(2)).unwrap();
            let tree = Tree::build(&points, &workers, SimdLevel::capped(None)).unwrap();
            let queries = SortedQueries::new(&elsewhere, &tree, &workers, SimdLevel::capped(None)).unwrap();
            let other_rows: Vec<_> = elsewhere.iter().map(|query| (*query, None)).collect();
            for (k, limit) in [(5, f32::INFINITY), (16, 4.0), (70, 9.0)] {
                for own in [SelfMode::Include, SelfMode::Exclude] {
                    let reach = Reach { k, limit, own };
                    let own_number = |row| (own == SelfMode::Exclude).then_some(row);
                    let own_rows: Vec<_> = (0..).zip(&points).map(|(row, point)| (*point, own_number(row))).collect();
                    for (askers, rows) in [(Askers::Own, &own_rows), (Askers::Elsewhere(&queries), &other_rows)] {
                        let expected = nearest_of(&points, rows, &reach);
                        for level in SimdLevel::available() {
                            let level = SimdLevel::capped(Some(level));
                            let (mut indices, mut distances) = (vec![7; rows.len() * k], vec![-7.0; rows.len() * k]);
                            let to = (&mut indices, &mut distances);
                            nearest_neighbors(&tree, askers, &reach, 1.0, &workers, level, to.0, to.1);
                            assert!(
                                indices.into_iter().zip(distances).eq(expected.iter().copied()),
                                "{name}, {reach:?}, {level:?}"
                            );
                        }
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
