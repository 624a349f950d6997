//! The fused pass: neighbours of a group, their moments, eigenvalues and features, written as columns.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};

use super::columns::Columns;
use super::covariance::{Rank, write_moments};
use super::fixed_point::{Sums, step};
use super::moments::Moments;
use super::optimal_k::write_optimal_counts;
use super::shape::Frame;
use crate::cpu::{ScatterRows, Workers};
use crate::points::knn::{Askers, Sink, for_each_group};
use crate::points::neighborhood::Vicinity;
use crate::points::radius;
use crate::points::top_k;
use crate::points::tree::{LEAF, Tree};
use crate::points::walk::{Group, Queries, Reach};
use crate::points::{Convention, Feature};

/// What is asked of every point.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::points) struct Request {
    pub(in crate::points) vicinity: Vicinity,
    pub(in crate::points) convention: Convention,
    pub(in crate::points) frame: Frame,
}

/// Writes features of every point's neighbourhood, itself included: each of `columns` takes its feature, in the order of
/// the input, and `neighbor_counts` how many neighbours there are.
///
/// `points` are those that the tree was built of. Every level and any number of workers gives the same bits.
///
/// # Panics
/// Unless the outputs have a value a point.
pub(in crate::points) fn shape_features(
    tree: &Tree,
    points: &[[f32; 3]],
    request: &Request,
    workers: &Workers,
    level: Level,
    columns: Vec<(Feature, &mut [f32])>,
    neighbor_counts: &mut [u32],
) {
    let len = tree.len();
    assert_eq!(points.len(), len, "the tree was built of these points");
    assert_eq!(neighbor_counts.len(), len, "one count a point");
    assert!(columns.iter().all(|(_, column)| column.len() == len), "one value a point and feature");
    let columns = Columns {
        convention: request.convention,
        frame: request.frame,
        columns: columns.into_iter().map(|(feature, column)| (feature, ScatterRows::new(column, 1))).collect(),
        neighbor_counts: ScatterRows::new(neighbor_counts, 1),
    };
    match &request.vicinity {
        Vicinity::Nearest(reach) => {
            let sink = Nearest { points, reach, smallest_k: None, columns };
            for_each_group(tree, Askers::Own, reach, workers, level, &sink);
        }
        Vicinity::Optimal { min, reach } => {
            let sink = Nearest { points, reach, smallest_k: Some(*min), columns };
            for_each_group(tree, Askers::Own, reach, workers, level, &sink);
        }
        Vicinity::Inside(ball) => {
            let start = || Sums::new(step(ball.limit.min(request.frame.span)));
            let finish = |sums: &mut Sums, queries: &Queries<'_>| {
                let moments = sums.take_moments();
                dispatch!(level, simd => columns.write(simd, queries, &moments));
            };
            radius::for_each_group(tree, Askers::Own, ball, workers, level, start, finish);
        }
    }
}

/// Features of neighbours that are listed nearest first.
struct Nearest<'a> {
    points: &'a [[f32; 3]],
    reach: &'a Reach,
    /// Of an optimal number of neighbours.
    smallest_k: Option<usize>,
    columns: Columns<'a>,
}

/// What a worker keeps from group to group.
struct Scratch {
    /// Neighbours, rank by rank.
    ranks: Vec<Rank>,
    /// Squared distances of the neighbours, rank by rank.
    distances: Vec<[f32; LEAF]>,
}

impl Sink for Nearest<'_> {
    type Scratch = Scratch;

    fn scratch(&self) -> Scratch {
        let ranks = self.reach.k.min(self.points.len());
        Scratch { ranks: vec![[[0.0; LEAF]; 3]; ranks], distances: vec![[0.0; LEAF]; ranks] }
    }

    #[inline(always)]
    fn take<S: Simd, const B: usize>(&self, simd: S, queries: &Queries<'_>, group: &Group<B>, scratch: &mut Scratch) {
        // Lanes without a query hold what the last group left there, or zeros; nobody reads what comes of them.
        let mut counts = [scratch.ranks.len(); LEAF];
        for (lane, list) in group.lists[..queries.len].iter().enumerate() {
            for (rank, key) in list.as_flattened()[..scratch.ranks.len()].iter().enumerate() {
                let Some(point) = self.points.get(top_k::index(*key) as usize) else {
                    counts[lane] = rank;
                    break;
                };
                for (axis, coordinate) in scratch.ranks[rank].iter_mut().zip(point) {
                    axis[lane] = *coordinate;
                }
                scratch.distances[rank][lane] = top_k::squared_distance(*key);
            }
        }
        let Scratch { ranks, distances } = scratch;
        let moments = list_moments(simd, queries, ranks, distances, &counts, self.smallest_k);
        self.columns.write(simd, queries, &moments);
    }
}

/// Moments of neighbours that are listed rank by rank, nearest first: of all, or of the optimal number from `smallest_k` on.
///
/// A function of its own at every level, so that it is compiled once for all lengths of lists.
#[inline(never)]
pub(super) fn list_moments<S: Simd>(
    simd: S,
    queries: &Queries<'_>,
    ranks: &[Rank],
    distances: &[[f32; LEAF]],
    counts: &[usize; LEAF],
    smallest_k: Option<usize>,
) -> Moments {
    // Lanes without a point are all zeros, for arithmetic on them to be quick.
    let mut center = [queries.points.x, queries.points.y, queries.points.z];
    for axis in &mut center {
        axis[queries.len..].fill(0.0);
    }
    let mut counts = counts.map(|count| count as f32);
    let mut moments = Moments::NONE;
    simd.vectorize(
        #[inline(always)]
        || {
            for first in (0..queries.len).step_by(S::f32s::LEN) {
                if let Some(min) = smallest_k {
                    write_optimal_counts(simd, ranks, min, &center, first, &mut counts);
                }
                let fewest = counts[first..first + S::f32s::LEN].iter().copied().fold(f32::MAX, f32::min) as usize;
                write_moments(simd, ranks, &counts, fewest, &center, first, &mut moments);
            }
        },
    );
    for (lane, reach) in moments.reach[..queries.len].iter_mut().enumerate() {
        *reach = (counts[lane] as usize).checked_sub(1).map_or(0.0, |last| distances[last][lane]);
    }
    moments
}
