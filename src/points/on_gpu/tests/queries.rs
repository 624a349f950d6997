//! Queries of every kind against the CPU's kernels: without the point itself, limited, from elsewhere, and all neighbours
//! within a radius.

use super::*;
use crate::points::SelfMode;
use crate::points::queries::SortedQueries;
use crate::points::radius::{Ball, count_neighbors, fill_neighbors};
use crate::points::within::turn_counts_into_offsets;

const UNIT: f32 = 0.25;

/// Points of the same kind of town, points of the cloud, points between them, and far away.
fn elsewhere(points: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let mut queries = samples::town(150, 3);
    queries.extend(points.iter().step_by(points.len() / 40 + 1));
    queries.extend(
        points
            .windows(2)
            .step_by(points.len() / 40 + 1)
            .map(|pair| std::array::from_fn(|axis| pair[0][axis] + (pair[1][axis] - pair[0][axis]) * 0.375)),
    );
    queries.extend([[1e6, 0.0, 0.0], [-3.0, 4.5, 0.0], [-1e9, 1e9, 1e9]]);
    queries
}

fn sorted(tree: &Tree, queries: &[[f32; 3]]) -> SortedQueries {
    SortedQueries::new(queries, tree, &workers(), SimdLevel::capped(None)).unwrap()
}

fn askers(queries: Option<&SortedQueries>) -> Askers<'_> {
    queries.map_or(Askers::Own, Askers::Elsewhere)
}

fn cpu_nearest(tree: &Tree, queries: Option<&[[f32; 3]]>, reach: &Reach) -> (Vec<u32>, Vec<f32>) {
    let places = queries.map_or(tree.len(), <[_]>::len) * reach.k;
    let (mut indices, mut distances) = (vec![7; places], vec![-7.0; places]);
    let (queries, level) = (queries.map(|queries| sorted(tree, queries)), SimdLevel::capped(None));
    let askers = askers(queries.as_ref());
    nearest_neighbors(tree, askers, reach, UNIT, &workers(), level, &mut indices, &mut distances);
    (indices, distances)
}

fn gpu_nearest(index: &GpuIndex, queries: Option<&[[f32; 3]]>, reach: &Reach) -> (Vec<u32>, Vec<f32>) {
    let bytes = 4 * queries.map_or(index.len(), <[_]>::len) * reach.k;
    let lists = index.nearest(queries, reach, UNIT).unwrap();
    let read = index.gpu().read(&lists.map(|list| (list, bytes))).unwrap().wait().unwrap();
    (read[0].as_slice().to_vec(), read[1].as_slice().to_vec())
}

#[test]
fn limits_and_the_point_itself_left_out_are_the_cpus() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    for (name, points) in clouds() {
        let (tree, exact) = (tree(&points), are_whole(&points));
        let index = index(gpu_of(&device), &tree, exact).unwrap();
        for (k, limit, own) in [
            (1, f32::INFINITY, SelfMode::Exclude),
            (5, f32::MAX, SelfMode::Exclude),
            (16, 4.0, SelfMode::Include),
            (31, 1.0, SelfMode::Exclude),
            (32, f32::INFINITY, SelfMode::Exclude),
            (64, f32::INFINITY, SelfMode::Exclude),
            (70, 9.0, SelfMode::Exclude),
            (256, 2.0, SelfMode::Include),
        ] {
            if k > 32 && points.len() > 2_000 {
                continue;
            }
            let reach = Reach { k, limit, own };
            let got = gpu_nearest(&index, None, &reach);
            let exactly = exact || is_llvmpipe(&device);
            assert_same_lists(&format!("{name}, {reach:?}"), k, &got, &cpu_nearest(&tree, None, &reach), exactly);
        }
    }
}

#[test]
fn neighbours_of_queries_from_elsewhere_are_the_cpus() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    for (name, points) in clouds() {
        let (tree, queries) = (tree(&points), elsewhere(&points));
        let index = index(gpu_of(&device), &tree, are_whole(&points)).unwrap();
        for (k, limit) in [(1, f32::INFINITY), (16, f32::INFINITY), (20, 4.0), (100, f32::INFINITY), (256, 9.0)] {
            let reach = Reach { k, limit, own: SelfMode::Include };
            let got = gpu_nearest(&index, Some(&queries), &reach);
            let expected = cpu_nearest(&tree, Some(&queries), &reach);
            assert_same_lists(&format!("{name}, {reach:?}"), k, &got, &expected, is_llvmpipe(&device));
        }
        let none = gpu_nearest(&index, Some(&[]), &Reach::nearest(4));
        assert_eq!(none, (vec![], vec![]), "{name}: no queries");
    }
}

#[test]
fn lists_for_queries_from_elsewhere_beyond_a_binding_are_the_same() {
    let points = samples::town(4_096, 77);
    let (tree, queries) = (tree(&points), samples::town(9_000, 78));
    for bytes in [64 << 10, 100_000] {
        let limits = DispatchLimits { max_groups_per_dimension: Some(3), max_binding_bytes: Some(bytes) };
        let Some(device) = device(limits) else { return };
        let index = index(gpu_of(&device), &tree, false).unwrap();
        for k in [3, 17, 33] {
            let reach = Reach::nearest(k);
            let got = gpu_nearest(&index, Some(&queries), &reach);
            let expected = cpu_nearest(&tree, Some(&queries), &reach);
            assert_same_lists("in blocks", k, &got, &expected, is_llvmpipe(&device));
        }
    }
}

/// Offsets, indices and squared distances.
type Rows = (Vec<u32>, Vec<u32>, Vec<f32>);

fn cpu_within(tree: &Tree, queries: Option<&[[f32; 3]]>, ball: &Ball) -> Rows {
    let len = queries.map_or(tree.len(), <[_]>::len);
    let (queries, level) = (queries.map(|queries| sorted(tree, queries)), SimdLevel::capped(None));
    let (askers, workers) = (askers(queries.as_ref()), workers());
    let mut offsets = vec![99; len + 1];
    count_neighbors(tree, askers, ball, &workers, level, &mut offsets[..len]);
    let total = turn_counts_into_offsets(&mut offsets).unwrap();
    let (mut indices, mut distances) = (vec![7; total], vec![-7.0; total]);
    fill_neighbors(tree, askers, ball, UNIT, &offsets, &workers, level, &mut indices, &mut distances);
    (offsets, indices, distances)
}

fn gpu_within(index: &GpuIndex, queries: Option<&[[f32; 3]]>, ball: &Ball) -> Rows {
    let read = index.gpu().read(&index.within(queries, ball, UNIT).unwrap()).unwrap().wait().unwrap();
    (read[0].as_slice().to_vec(), read[1].as_slice().to_vec(), read[2].as_slice().to_vec())
}

/// Equal rows; where a device may round differently, rows that differ in points at the border and in the order of points
/// nearly as far away at most.
fn assert_same_rows(context: &str, got: &Rows, expected: &Rows, limit: f32, exactly: bool) {
    if exactly {
        assert_eq!(got.0, expected.0, "{context}: offsets");
        let wrong = (0..expected.1.len()).find(|place| {
            (got.1[*place], got.2[*place].to_bits()) != (expected.1[*place], expected.2[*place].to_bits())
        });
        if let Some(place) = wrong {
            let row = expected.0.partition_point(|offset| *offset as usize <= place) - 1;
            panic!(
                "{context}: neighbour {} of row {row} is {} at {}, not {} at {}",
                place - expected.0[row] as usize,
                got.1[place],
                got.2[place],
                expected.1[place],
                expected.2[place]
            );
        }
        return;
    }
    assert_eq!(got.0.len(), expected.0.len(), "{context}: offsets");
    let slack = 1.0 / (1 << 20) as f32;
    for row in 0..expected.0.len() - 1 {
        let [got, expected] = [got, expected].map(|rows| &rows.2[rows.0[row] as usize..rows.0[row + 1] as usize]);
        let both = got.len().min(expected.len());
        assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() <= b * slack), "{context}: row {row}");
        let rest = got[both..].iter().chain(&expected[both..]);
        assert!(rest.into_iter().all(|d2| (d2 - limit * UNIT).abs() <= limit * UNIT * slack), "{context}: row {row}");
    }
}

#[test]
fn all_neighbours_within_a_radius_are_the_cpus() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    for (name, points) in clouds() {
        let (tree, exact, queries) = (tree(&points), are_whole(&points), elsewhere(&points));
        let index = index(gpu_of(&device), &tree, exact).unwrap();
        let limit = if points.len() > 2_500 { 0.5 } else { 6.0 };
        let mut kinds = vec![(Some(&queries[..]), SelfMode::Include), (Some(&[][..]), SelfMode::Include)];
        // Rows of thousands of points for thousands of queries are left to those from elsewhere.
        if !(points.len() > 2_500 && name.contains("identical")) {
            kinds.extend([(None, SelfMode::Include), (None, SelfMode::Exclude)]);
        }
        for (queries, own) in kinds {
            let ball = Ball { limit, own };
            let got = gpu_within(&index, queries, &ball);
            let exactly = is_llvmpipe(&device) || exact && queries.is_none();
            let context = format!("{name}, {ball:?}, elsewhere: {}", queries.is_some());
            assert_same_rows(&context, &got, &cpu_within(&tree, queries, &ball), limit, exactly);
        }
    }
}

#[test]
fn rows_that_are_too_long_to_be_ranked_are_sorted() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let mut random = Random::new(6);
    let points: Vec<_> = (0..6_000).map(|_| std::array::from_fn(|_| random.whole(30))).collect();
    let queries: Vec<_> = (0..60).map(|_| std::array::from_fn(|_| random.whole(40) - 5.0)).collect();
    let tree = tree(&points);
    let index = index(gpu_of(&device), &tree, true).unwrap();
    for limit in [300.0, 500.0, 1e6] {
        let ball = Ball { limit, own: SelfMode::Include };
        let expected = cpu_within(&tree, Some(&queries), &ball);
        let longest = expected.0.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(longest > Some(2_048), "{longest:?}");
        let got = gpu_within(&index, Some(&queries), &ball);
        assert_same_rows("long rows", &got, &expected, limit, true);
    }
}

#[test]
fn rows_beyond_a_binding_are_the_same() {
    let points = samples::town(4_096, 77);
    let (tree, queries) = (tree(&points), samples::town(9_000, 78));
    let ball = Ball { limit: 4.0, own: SelfMode::Exclude };
    let [own, others] = [None, Some(&queries[..])].map(|queries| cpu_within(&tree, queries, &ball));
    assert!(own.1.len() > 50_000, "several windows of {} neighbours", own.1.len());
    for bytes in [64 << 10, 100_000] {
        let limits = DispatchLimits { max_groups_per_dimension: Some(3), max_binding_bytes: Some(bytes) };
        let Some(device) = device(limits) else { return };
        let index = index(gpu_of(&device), &tree, false).unwrap();
        for (queries, expected) in [(None, &own), (Some(&queries[..]), &others)] {
            let got = gpu_within(&index, queries, &ball);
            assert_same_rows("in windows", &got, expected, ball.limit, is_llvmpipe(&device));
        }
    }
}

#[test]
fn the_longest_row_of_the_largest_cloud_fits() {
    let limits = DispatchLimits { max_binding_bytes: Some(64 << 10), ..DispatchLimits::default() };
    let Some(device) = device(limits) else { return };
    let tree = tree(&samples::town(4_096, 5));
    let index = index(gpu_of(&device), &tree, false).unwrap();
    let ball = Ball { limit: 1e12, own: SelfMode::Include };
    let queries = [[0.0; 3], [1e4, 1e4, 1e4], [10.0, 20.0, 30.0]];
    let got = gpu_within(&index, Some(&queries), &ball);
    assert_eq!(got.0, [0, 4_096, 8_192, 12_288]);
    assert_same_rows("all", &got, &cpu_within(&tree, Some(&queries), &ball), ball.limit, is_llvmpipe(&device));
}

#[test]
fn walks_beneath_many_boxes_find_what_one_would() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    // More than 2^15 leaves.
    let points = samples::town(600_000, 40);
    let queries: Vec<_> = points.iter().step_by(20_011).map(|point| point.map(|axis| axis + 0.125)).collect();
    let tree = tree(&points);
    let index = index(gpu_of(&device), &tree, false).unwrap();
    for limit in [0.25, 400.0, 1e5] {
        let ball = Ball { limit, own: SelfMode::Include };
        let got = gpu_within(&index, Some(&queries), &ball);
        let expected = cpu_within(&tree, Some(&queries), &ball);
        assert_same_rows(&format!("within {limit}"), &got, &expected, limit, is_llvmpipe(&device));
    }
}
