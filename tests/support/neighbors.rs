//! Nearest neighbours by brute force in `f64`, and what a list may differ by.

use super::random::Random;
use super::{Mismatch, threads};

/// Clouds up to here have every query checked.
const EVERY_QUERY: usize = 20_000;
/// Queries checked of larger ones.
const SAMPLE: usize = 2_000;
/// Points that stay in a cache while a batch of queries looks at them.
const BLOCK: usize = 2_048;

/// `(squared distance, index)`, nearest first; equal distances in the order of their indices.
pub type List = Vec<(f64, u32)>;

/// The queries that are checked: all of them, or a seeded sample.
pub fn queries(points: usize) -> Vec<usize> {
    if points <= EVERY_QUERY {
        return (0..points).collect();
    }
    let mut random = Random::new(points as u64);
    (0..SAMPLE).map(|_| random.below(points as u64) as usize).collect()
}

/// The `k` nearest points of each query, itself included; fewer where there are fewer points.
pub fn nearest(points: &[[f64; 3]], queries: &[usize], k: usize) -> Vec<List> {
    let positions: Vec<_> = queries.iter().map(|query| points[*query]).collect();
    nearest_to(points, &positions, k)
}

/// The `k` points nearest to each of these positions; fewer where there are fewer points.
pub fn nearest_to(points: &[[f64; 3]], positions: &[[f64; 3]], k: usize) -> Vec<List> {
    const BATCH: usize = 64;
    let batches = threads::map(positions.len().div_ceil(BATCH), |batch| {
        let positions = &positions[batch * BATCH..positions.len().min((batch + 1) * BATCH)];
        let mut lists = vec![List::with_capacity(k.min(points.len()) + 1); positions.len()];
        for (block, candidates) in points.chunks(BLOCK).enumerate() {
            for (position, list) in positions.iter().zip(&mut lists) {
                gather(*position, candidates, (block * BLOCK) as u32, k, list);
            }
        }
        lists
    });
    batches.into_iter().flatten().collect()
}

/// Lists of the points themselves without each point itself, `k` long where they were one longer.
pub fn without_self(mut lists: Vec<List>, k: usize) -> Vec<List> {
    for (own, list) in (0..).zip(&mut lists) {
        list.retain(|(_, index)| *index != own);
        list.truncate(k);
    }
    lists
}

/// Lists that end with this squared distance.
pub fn up_to(mut lists: Vec<List>, squared_distance: f64) -> Vec<List> {
    lists.iter_mut().for_each(|list| list.retain(|(distance, _)| *distance <= squared_distance));
    lists
}

fn gather(query: [f64; 3], candidates: &[[f64; 3]], first: u32, k: usize, list: &mut List) {
    let mut worst = if list.len() < k { f64::INFINITY } else { list[k - 1].0 };
    for (index, candidate) in (first..).zip(candidates) {
        let distance = squared_distance(query, *candidate);
        // Indices ascend, so of equal distances the one kept already comes first.
        if distance < worst || list.len() < k {
            let place = list.partition_point(|(kept, _)| *kept <= distance);
            list.insert(place, (distance, index));
            list.truncate(k);
            worst = if list.len() < k { f64::INFINITY } else { list[k - 1].0 };
        }
    }
}

fn squared_distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    x * x + y * y + z * z
}

/// The lists that a device gave, row by row.
pub struct Lists<'a> {
    /// Neighbours a row.
    pub k: usize,
    /// `k` indices a row.
    pub indices: &'a [u32],
    /// `k` squared distances a row.
    pub squared_distances: &'a [f32],
}

/// Whether the lists of `queries`, which are points of the cloud, are `expected`: see [`check_row`].
pub fn check(
    local: &[[f64; 3]],
    unit: f64,
    queries: &[usize],
    expected: &[List],
    got: &Lists<'_>,
) -> Result<(), Mismatch> {
    let k = got.k;
    if got.indices.len() != local.len() * k || got.squared_distances.len() != local.len() * k {
        return Err(Mismatch::at("the length", got.indices.len(), local.len() * k));
    }
    for (query, expected) in queries.iter().zip(expected) {
        let row = query * k..(query + 1) * k;
        let row = (&got.indices[row.clone()], &got.squared_distances[row]);
        check_row(local, unit, (*query, local[*query]), expected, row)?;
    }
    Ok(())
}

/// Whether indices and squared distances of one row, that of a query with a number and a position, are the first of
/// `expected`, and the rest is empty.
///
/// Local coordinates that are whole numbers have exact squared distances below 2^24, and then every index must be
/// right. Else neighbours may swap whose squared distances differ by at most 2^-21 of their size.
pub fn check_row(
    local: &[[f64; 3]],
    unit: f64,
    (query, position): (usize, [f64; 3]),
    expected: &[(f64, u32)],
    (indices, distances): (&[u32], &[f32]),
) -> Result<(), Mismatch> {
    const EXACT: f64 = 16_777_216.0;
    let k = indices.len();
    let expected = &expected[..k.min(expected.len())];
    let is_whole = |point: &[f64; 3]| point.iter().all(|axis| axis.fract() == 0.0);
    let are_whole = expected.iter().all(|(distance, index)| *distance < EXACT && is_whole(&local[*index as usize]));
    let is_exact = are_whole && is_whole(&position);
    for rank in 0..k {
        let (index, distance) = (indices[rank], distances[rank]);
        let place = || format!("query {query}, neighbour {rank} of {k}");
        let Some((right_distance, right_index)) = expected.get(rank).copied() else {
            if (index, distance) != (u32::MAX, f32::INFINITY) {
                return Err(Mismatch::at(place(), format!("({index}, {distance})"), "(u32::MAX, infinity)"));
            }
            continue;
        };
        let wrong = || {
            let right = right_distance * unit * unit;
            Mismatch::at(place(), format!("({index}, {distance})"), format!("({right_index}, {right})"))
        };
        if index as usize >= local.len() || indices[..rank].contains(&index) {
            return Err(wrong());
        }
        let own_distance = squared_distance(position, local[index as usize]);
        let is_near = (own_distance - right_distance).abs() <= right_distance * 2_f64.powi(-21);
        let is_right = if is_exact { index == right_index } else { is_near };
        let told = f64::from(distance);
        let own_distance = own_distance * unit * unit;
        if !is_right || (told - own_distance).abs() > own_distance * 2_f64.powi(-21) {
            return Err(wrong());
        }
    }
    Ok(())
}
