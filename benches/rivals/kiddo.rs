//! Nearest neighbours by kiddo's immutable k-d tree, on the pool that Swath uses.

use std::num::NonZeroUsize;
use std::sync::Arc;

use ::kiddo::batch::{BatchGroups, Executor};
use ::kiddo::{ImmutableKdTree, QueryResultItem, SquaredEuclidean};
use rayon::prelude::*;

use crate::executors::pool;

/// One neighbour, as kiddo gives it.
pub type Found = QueryResultItem<(), u32, f32>;

/// Queries that one task answers: few enough to balance, many enough that handing them out costs nothing.
const BLOCK: usize = 256;

/// A tree and the order of its queries along a Morton curve.
pub struct Kiddo {
    tree: ImmutableKdTree<f32, 3>,
    in_curve_order: Vec<[f32; 3]>,
}

/// Neighbours as dense rows, like Swath's.
pub struct Rows {
    pub indices: Vec<u32>,
    pub squared_distances: Vec<f32>,
}

impl Rows {
    pub fn new(queries: usize, k: usize) -> Self {
        Self { indices: vec![u32::MAX; queries * k], squared_distances: vec![f32::INFINITY; queries * k] }
    }
}

/// Builds the tree with every thread of the pool.
pub fn build(points: &[[f32; 3]]) -> ImmutableKdTree<f32, 3> {
    pool().install(|| ImmutableKdTree::new_from_slice_parallel(points)).expect("a k-d tree")
}

impl Kiddo {
    pub fn new(points: &[[f32; 3]]) -> Self {
        Self { tree: build(points), in_curve_order: sorted_along_curve(points) }
    }

    /// The queries as an application that sorts them for better caching would pass them.
    pub fn in_curve_order(&self) -> &[[f32; 3]] {
        &self.in_curve_order
    }

    /// See [`fill`].
    pub fn fill(&self, queries: &[[f32; 3]], k: usize, rows: &mut Rows) {
        fill(&self.tree, queries, k, rows);
    }

    /// All queries through kiddo's own batch call.
    pub fn batch(&self, queries: &[[f32; 3]], k: usize) -> BatchGroups<Found> {
        let nearest = NonZeroUsize::new(k).expect("k is at least 1");
        let executor = Executor::parallel_in_pool(Arc::clone(pool()));
        self.tree.query_batch(queries).nearest_n::<SquaredEuclidean<f32>>(nearest).with_executor(&executor).execute()
    }
}

/// One query at a time, in parallel blocks, written into `rows`, which are those of the caller from run to run.
pub fn fill(tree: &ImmutableKdTree<f32, 3>, queries: &[[f32; 3]], k: usize, rows: &mut Rows) {
    let nearest = NonZeroUsize::new(k).expect("k is at least 1");
    let indices = rows.indices.par_chunks_mut(BLOCK * k);
    let blocks = indices.zip(rows.squared_distances.par_chunks_mut(BLOCK * k)).zip(queries.par_chunks(BLOCK));
    pool().install(|| {
        blocks.for_each(|((indices, distances), queries)| {
            for (row, query) in queries.iter().enumerate() {
                let found = tree.query(query).nearest_n::<SquaredEuclidean<f32>>(nearest).execute();
                for (place, item) in found.iter().enumerate() {
                    indices[row * k + place] = item.item;
                    distances[row * k + place] = item.distance;
                }
            }
        });
    });
}

fn sorted_along_curve(points: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let largest = points.iter().flatten().fold(f32::MIN_POSITIVE, |largest, value| largest.max(*value));
    let scale = 65_535.0 / largest;
    let mut sorted = points.to_vec();
    sorted.par_sort_by_cached_key(|point| {
        let [x, y, z] = point.map(|value| spread((value * scale) as u64));
        x | (y << 1) | (z << 2)
    });
    sorted
}

/// The lowest 16 bits of `value`, each followed by two zero bits.
fn spread(value: u64) -> u64 {
    (0..16).fold(0, |spread, bit| spread | ((value >> bit & 1) << (3 * bit)))
}
