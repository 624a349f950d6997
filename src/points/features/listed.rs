//! Features of neighbours that were searched before: lists in the order of the input.

use fearless_simd::{Level, dispatch};

use super::columns::Columns;
use super::covariance::Rank;
use super::fused::{Request, list_moments};
use crate::cpu::{ScatterRows, Workers};
use crate::points::Feature;
use crate::points::coordinates::squared_distance;
use crate::points::tree::{LEAF, Leaf};
use crate::points::walk::Queries;

/// Rows that a worker takes at a time, in groups of a leaf's size.
const ROWS: usize = 64 * LEAF;

/// Writes features of lists of `k` indices a point, which end in `u32::MAX` where there are fewer; as
/// [`shape_features`](super::shape_features) does for neighbours that it searches.
///
/// # Panics
/// Unless all inputs and outputs have a row a point.
#[allow(clippy::too_many_arguments, reason = "a pure function over slices; the device's method gathers them")]
pub(in crate::points) fn features_of_lists(
    points: &[[f32; 3]],
    indices: &[u32],
    k: usize,
    request: &Request,
    workers: &Workers,
    level: Level,
    columns: Vec<(Feature, &mut [f32])>,
    neighbor_counts: &mut [u32],
) {
    assert_eq!(indices.len(), points.len() * k, "one list a point");
    let columns = Columns {
        convention: request.convention,
        frame: request.frame,
        columns: columns.into_iter().map(|(feature, column)| (feature, ScatterRows::new(column, 1))).collect(),
        neighbor_counts: ScatterRows::new(neighbor_counts, 1),
    };
    workers.for_each(points.len().div_ceil(ROWS), |block| {
        let mut lists = Lists { ranks: vec![[[0.0; LEAF]; 3]; k], distances: vec![[0.0; LEAF]; k] };
        for first in (block * ROWS..points.len().min((block + 1) * ROWS)).step_by(LEAF) {
            let rows = first..points.len().min(first + LEAF);
            let queries = leaf_of(points, rows.clone());
            let counts = lists.gather(points, &queries, &indices[rows.start * k..rows.end * k], k);
            let queries = Queries::elsewhere(&queries, rows.len());
            dispatch!(level, simd => {
                let moments = list_moments(simd, &queries, &lists.ranks, &lists.distances, &counts, None);
                columns.write(simd, &queries, &moments);
            });
        }
    });
}

/// Consecutive points of the input, as a leaf.
fn leaf_of(points: &[[f32; 3]], rows: std::ops::Range<usize>) -> Leaf {
    let mut leaf = Leaf::EMPTY;
    for (lane, row) in rows.enumerate() {
        [leaf.x[lane], leaf.y[lane], leaf.z[lane]] = points[row];
        leaf.index[lane] = row as u32;
    }
    leaf
}

/// Neighbours of sixteen points, rank by rank.
struct Lists {
    ranks: Vec<Rank>,
    distances: Vec<[f32; LEAF]>,
}

impl Lists {
    /// Takes the coordinates and distances of neighbours; returns how many each point has.
    fn gather(&mut self, points: &[[f32; 3]], queries: &Leaf, indices: &[u32], k: usize) -> [usize; LEAF] {
        let mut counts = [k; LEAF];
        for (lane, list) in indices.chunks_exact(k).enumerate() {
            let query = [queries.x[lane], queries.y[lane], queries.z[lane]];
            for (rank, index) in list.iter().enumerate() {
                let Some(point) = points.get(*index as usize) else {
                    counts[lane] = rank;
                    break;
                };
                for (axis, coordinate) in self.ranks[rank].iter_mut().zip(point) {
                    axis[lane] = *coordinate;
                }
                self.distances[rank][lane] = squared_distance(*point, query);
            }
        }
        counts
    }
}
