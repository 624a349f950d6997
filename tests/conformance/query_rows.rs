//! The rows of the table for queries of every kind.

use std::borrow::Cow;

use swath::{Device, Error, HostNeighbors, HostRadiusNeighbors, Neighbors, PointCloud, RadiusNeighbors, SelfMode};

use crate::cloud_rows::Knn;
use crate::query_cases::{QueryCase, all};
use crate::runner::{Bits, Row};
use crate::support::Mismatch;
use crate::support::neighbors::{self, List};

/// A walk may visit any point, 16 bytes each, and a block of the longest lists needs some room too.
fn whole(case: &QueryCase) -> u64 {
    (16 * case.cloud.local.len() as u64).max(64 << 10)
}

/// The longest lists asked for.
fn most(case: &QueryCase) -> usize {
    case.ks.iter().copied().max().unwrap_or(0)
}

fn nearest_for_others(case: &QueryCase) -> Vec<List> {
    let lists = neighbors::nearest_to(&case.cloud.local, &case.cloud.local, most(case) + 1);
    neighbors::without_self(lists, most(case))
}

fn nearest_within(case: &QueryCase) -> Vec<List> {
    let lists = neighbors::nearest_to(&case.cloud.local, &case.cloud.local, most(case));
    neighbors::up_to(lists, case.squared_radius())
}

fn nearest_elsewhere(case: &QueryCase) -> Vec<List> {
    neighbors::nearest_to(&case.cloud.local, &case.local_queries(), most(case))
}

/// Everything within the radius of these positions.
fn within(case: &QueryCase, positions: &[[f64; 3]]) -> Vec<List> {
    let lists = neighbors::nearest_to(&case.cloud.local, positions, case.cloud.local.len());
    neighbors::up_to(lists, case.squared_radius())
}

/// Asks for each `k` of a case: recorded first, read afterwards.
fn for_every_k(
    device: &Device,
    case: &QueryCase,
    ask: impl Fn(&PointCloud, usize) -> Result<Neighbors, Error>,
) -> Result<Knn, Error> {
    let cloud = case.cloud.upload(device)?;
    let lists: Result<Vec<_>, Error> = case.ks.iter().map(|k| ask(&cloud, *k)).collect();
    let reads: Vec<_> = lists?.iter().map(Neighbors::read).collect();
    Ok(Knn(reads.into_iter().map(|read| read.wait()).collect::<Result<_, _>>()?))
}

fn compare_lists(case: &QueryCase, positions: &[[f64; 3]], expected: &[List], got: &Knn) -> Result<(), Mismatch> {
    for (k, lists) in case.ks.iter().zip(&got.0) {
        if (lists.k(), lists.len()) != (*k, positions.len()) {
            let got = format!("{:?}", (lists.len(), lists.k()));
            return Err(Mismatch::at("the shape", got, format!("{:?}", (positions.len(), k))));
        }
        for (row, position) in positions.iter().enumerate() {
            let expected = &expected[row][..expected[row].len().min(*k)];
            check(case, (row, *position), expected, HostNeighbors::row(lists, row))?;
        }
    }
    Ok(())
}

fn check(
    case: &QueryCase,
    query: (usize, [f64; 3]),
    expected: &[(f64, u32)],
    row: (&[u32], &[f32]),
) -> Result<(), Mismatch> {
    neighbors::check_row(&case.cloud.local, case.cloud.unit, query, expected, row)
}

#[test]
fn knn_of_many() {
    Row {
        test: "knn_of_many",
        cases: all,
        whole,
        expected: |case: &QueryCase| neighbors::nearest_to(&case.cloud.local, &case.cloud.local, most(case)),
        run: |device, case| for_every_k(device, case, PointCloud::knn),
        compare: |case, expected, got, _| compare_lists(case, &case.cloud.local, expected, got),
    }
    .run();
}

#[test]
fn knn_with() {
    Row {
        test: "knn_with",
        cases: all,
        whole,
        expected: nearest_for_others,
        run: |device, case| for_every_k(device, case, |cloud, k| cloud.knn_with(k, SelfMode::Exclude)),
        compare: |case, expected, got, _| compare_lists(case, &case.cloud.local, expected, got),
    }
    .run();
}

#[test]
fn knn_within() {
    Row {
        test: "knn_within",
        cases: all,
        whole,
        expected: nearest_within,
        run: |device, case| for_every_k(device, case, |cloud, k| cloud.knn_within(k, case.radius)),
        compare: |case, expected, got, _| compare_lists(case, &case.cloud.local, expected, got),
    }
    .run();
}

#[test]
fn knn_of() {
    Row {
        test: "knn_of",
        cases: all,
        whole,
        expected: nearest_elsewhere,
        run: |device, case| for_every_k(device, case, |cloud, k| cloud.knn_of(&case.queries, k)),
        compare: |case, expected, got, _| compare_lists(case, &case.local_queries(), expected, got),
    }
    .run();
}

/// Rows of any length.
struct Rows(HostRadiusNeighbors);

impl Bits for Rows {
    fn bits(&self) -> Cow<'_, [u8]> {
        let words = [self.0.offsets(), self.0.indices(), bytemuck::cast_slice(self.0.squared_distances())];
        bytemuck::cast_slice(&words.concat()).to_vec().into()
    }
}

fn rows_of(
    device: &Device,
    case: &QueryCase,
    ask: impl Fn(&PointCloud) -> Result<RadiusNeighbors, Error>,
) -> Result<Rows, Error> {
    Ok(Rows(ask(&case.cloud.upload(device)?)?.read().wait()?))
}

fn compare_rows(case: &QueryCase, positions: &[[f64; 3]], expected: &[List], got: &Rows) -> Result<(), Mismatch> {
    if got.0.len() != positions.len() {
        return Err(Mismatch::at("the number of rows", got.0.len(), positions.len()));
    }
    for (row, position) in positions.iter().enumerate() {
        if got.0.count(row) != expected[row].len() {
            return Err(Mismatch::at(format!("the length of row {row}"), got.0.count(row), expected[row].len()));
        }
        check(case, (row, *position), &expected[row], got.0.row(row))?;
    }
    Ok(())
}

#[test]
fn within_a_radius() {
    Row {
        test: "within_a_radius",
        cases: all,
        whole,
        expected: |case: &QueryCase| within(case, &case.cloud.local),
        run: |device, case| rows_of(device, case, |cloud| cloud.within(case.radius)),
        compare: |case, expected, got, _| compare_rows(case, &case.cloud.local, expected, got),
    }
    .run();
}

#[test]
fn within_with() {
    Row {
        test: "within_with",
        cases: all,
        whole,
        expected: |case: &QueryCase| neighbors::without_self(within(case, &case.cloud.local), usize::MAX),
        run: |device, case| rows_of(device, case, |cloud| cloud.within_with(case.radius, SelfMode::Exclude)),
        compare: |case, expected, got, _| compare_rows(case, &case.cloud.local, expected, got),
    }
    .run();
}

#[test]
fn within_of() {
    Row {
        test: "within_of",
        cases: all,
        whole,
        expected: |case: &QueryCase| within(case, &case.local_queries()),
        run: |device, case| rows_of(device, case, |cloud| cloud.within_of(&case.queries, case.radius)),
        compare: |case, expected, got, _| compare_rows(case, &case.local_queries(), expected, got),
    }
    .run();
}
