//! The fused pass: neighbours of a leaf, their covariances, eigenvalues and features, written as columns.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd};

use crate::cpu::{ScatterRows, Workers};
use crate::points::knn::{Askers, Sink, for_each_group};
use crate::points::top_k;
use crate::points::tree::{LEAF, Leaf, Tree};
use crate::points::walk::{Group, MAX_NEIGHBORS, Queries, Reach};
use crate::points::{Feature, SelfMode};

use super::covariance::covariance;
use super::formulas::feature;
use super::jacobi::eigen;

/// Fewer neighbours than this span no plane.
const MIN_NEIGHBORS: usize = 3;

/// Writes the features of every point's `k` nearest neighbours, itself included: `columns[c * n + row]` is
/// `features[c]` of the point at `row` of the input, and `neighbor_counts[row]` how many neighbours it has.
///
/// `points` are those that the tree was built of, `squared_unit` turns squared local units into those of the input.
/// Every level and any number of workers gives the same bits.
///
/// # Panics
/// Unless `1 <= k <= MAX_NEIGHBORS` and the outputs have the lengths above.
#[allow(clippy::too_many_arguments, reason = "a pure function over slices; the device's method gathers them")]
pub(crate) fn eigen_features(
    tree: &Tree,
    points: &[[f32; 3]],
    k: usize,
    squared_unit: f32,
    features: &[Feature],
    workers: &Workers,
    level: Level,
    columns: &mut [f32],
    neighbor_counts: &mut [u32],
) {
    let len = tree.len();
    assert!((1..=MAX_NEIGHBORS).contains(&k), "k = {k} is between 1 and {MAX_NEIGHBORS}");
    assert_eq!(points.len(), len, "the tree was built of these points");
    assert_eq!(columns.len(), len * features.len(), "one value a point and feature");
    assert_eq!(neighbor_counts.len(), len, "one count a point");
    let neighbors = k.min(len);
    neighbor_counts.fill(neighbors as u32);
    if neighbors < MIN_NEIGHBORS {
        columns.fill(f32::NAN);
        return;
    }
    let columns = columns.chunks_mut(len).map(|column| ScatterRows::new(column, 1));
    let sink = Columns { points, neighbors, squared_unit, columns: features.iter().copied().zip(columns).collect() };
    let reach = Reach { k, limit: f32::INFINITY, own: SelfMode::Include };
    for_each_group(tree, Askers::Own, &reach, workers, level, &sink);
}

struct Columns<'a> {
    points: &'a [[f32; 3]],
    neighbors: usize,
    squared_unit: f32,
    columns: Vec<(Feature, ScatterRows<'a, f32>)>,
}

impl Sink for Columns<'_> {
    #[inline(always)]
    fn take<S: Simd, const B: usize>(&self, simd: S, queries: &Queries<'_>, group: &Group<B>) {
        let len = queries.len;
        let mut coordinates = [[[0.0; LEAF]; 3]; MAX_NEIGHBORS];
        let coordinates = &mut coordinates[..self.neighbors];
        for (lane, list) in group.lists[..len].iter().enumerate() {
            for (neighbor, key) in coordinates.iter_mut().zip(list.as_flattened()) {
                let point = &self.points[top_k::index(*key) as usize];
                for axis in 0..3 {
                    neighbor[axis][lane] = point[axis];
                }
            }
        }
        self.write(simd, queries.points, len, coordinates);
    }
}

impl Columns<'_> {
    /// A function of its own at every level, so that it is compiled once for all numbers of neighbours.
    #[inline(never)]
    fn write<S: Simd>(&self, simd: S, queries: &Leaf, len: usize, neighbors: &[[[f32; LEAF]; 3]]) {
        simd.vectorize(
            #[inline(always)]
            || {
                // Lanes without a point are all zeros, their query too, for arithmetic on them to be quick.
                let mut center = [queries.x, queries.y, queries.z];
                for axis in &mut center {
                    axis[len..].fill(0.0);
                }
                // Registers of the level's own width: sixteen lanes in registers of four are four times the code.
                for first in (0..len).step_by(S::f32s::LEN) {
                    let eigen = eigen(simd, &covariance(simd, neighbors, &center, first));
                    let rows = &queries.index[first..len.min(first + S::f32s::LEN)];
                    for (name, column) in &self.columns {
                        let values = feature(simd, *name, &eigen, self.squared_unit);
                        for (row, value) in rows.iter().zip(values.as_slice()) {
                            #[allow(unsafe_code, reason = "rows are written in input order, along the curve")]
                            // SAFETY: every input index is in one lane of one leaf, and every leaf is searched once.
                            unsafe {
                                column.write_row(*row as usize, std::slice::from_ref(value));
                            }
                        }
                    }
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;
    use crate::points::knn::nearest_neighbors;
    use crate::points::samples;

    const UNIT: f32 = 0.5;

    fn table(points: &[[f32; 3]], k: usize, threads: usize, level: SimdLevel) -> (Vec<f32>, Vec<u32>) {
        let workers = Workers::new(Some(threads)).unwrap();
        let level = SimdLevel::capped(Some(level));
        let tree = Tree::build(points, &workers, level).unwrap();
        let mut columns = vec![-7.0; points.len() * Feature::ALL.len()];
        let mut counts = vec![99; points.len()];
        eigen_features(&tree, points, k, UNIT, &Feature::ALL, &workers, level, &mut columns, &mut counts);
        (columns, counts)
    }

    /// Eigenvalues, largest first, and the normal, in `f64`.
    fn reference(points: &[[f32; 3]], neighbors: &[u32]) -> ([f64; 3], nalgebra::Vector3<f64>) {
        let points: Vec<_> =
            neighbors.iter().map(|index| nalgebra::Vector3::from(points[*index as usize].map(f64::from))).collect();
        let count = points.len() as f64;
        let mean = points.iter().sum::<nalgebra::Vector3<f64>>() / count;
        let matrix = points.iter().map(|p| (p - mean) * (p - mean).transpose()).sum::<nalgebra::Matrix3<f64>>() / count;
        let eigen = matrix.symmetric_eigen();
        let mut order = [0, 1, 2];
        order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
        let normal = eigen.eigenvectors.column(order[2]).into_owned();
        (order.map(|place| eigen.eigenvalues[place].max(0.0)), normal)
    }

    #[test]
    fn features_are_within_their_bounds_of_f64() {
        for (name, points) in samples::clouds() {
            for k in [3, 10, 16, 30] {
                let n = points.len();
                let (columns, counts) = table(&points, k, 2, SimdLevel::None);
                let neighbors = k.min(n);
                assert!(counts.iter().all(|count| *count as usize == neighbors), "{name}");
                if neighbors < 3 {
                    assert!(columns.iter().all(|value| value.is_nan()), "{name}");
                    continue;
                }
                let workers = Workers::new(Some(1)).unwrap();
                let level = SimdLevel::capped(None);
                let tree = Tree::build(&points, &workers, level).unwrap();
                let (mut indices, mut distances) = (vec![0; n * k], vec![0.0; n * k]);
                nearest_neighbors(
                    &tree,
                    Askers::Own,
                    &Reach::nearest(k),
                    1.0,
                    &workers,
                    level,
                    &mut indices,
                    &mut distances,
                );
                for row in 0..n {
                    let got = |feature: Feature| f64::from(columns[feature as usize * n + row]);
                    let (l, normal) = reference(&points, &indices[row * k..row * k + neighbors]);
                    let [l1, l2, l3] = l;
                    let sum = l1 + l2 + l3;
                    if sum == 0.0 {
                        assert!(got(Feature::Linearity).is_nan() && got(Feature::Eigenentropy).is_nan(), "{name}");
                        assert_eq!(got(Feature::EigenvalueSum), 0.0, "{name}");
                        assert_eq!(got(Feature::NormalZ), 1.0, "{name}");
                        continue;
                    }
                    let near = |feature: Feature, expected: f64, bound: f64| {
                        let got = got(feature);
                        let ok = (got - expected).abs() <= bound;
                        assert!(ok, "{name}, k = {k}, point {row}: {feature} is {got}, not {expected} within {bound}");
                    };
                    let entropy: f64 = l.map(|l| if l > 0.0 { -l / sum * (l / sum).ln() } else { 0.0 }).iter().sum();
                    let unit = f64::from(UNIT);
                    near(Feature::Linearity, (l1 - l2) / l1, 2e-6);
                    near(Feature::Planarity, (l2 - l3) / l1, 2e-6);
                    near(Feature::Sphericity, l3 / l1, 2e-6);
                    near(Feature::Anisotropy, (l1 - l3) / l1, 2e-6);
                    near(Feature::SurfaceVariation, l3 / sum, 2e-6);
                    near(Feature::Pca1, l1 / sum, 2e-6);
                    near(Feature::Pca2, l2 / sum, 2e-6);
                    near(Feature::Eigenentropy, entropy, 1e-5);
                    near(Feature::EigenvalueSum, sum * unit, 3e-6 * l1 * unit);
                    // A cube root is steep near 0: its cube is what can be bounded.
                    let cube = (got(Feature::Omnivariance) / unit).powi(3);
                    let error = (cube - l1 * l2 * l3).abs() / l1.powi(3);
                    assert!(error <= 4e-6, "{name}, point {row}: omnivariance cubed is off by {error}");

                    let up = [Feature::NormalX, Feature::NormalY, Feature::NormalZ].map(got);
                    let up = nalgebra::Vector3::from(up);
                    assert!((up.norm() - 1.0).abs() < 1e-6, "{name}: {up}");
                    assert!(up.z >= -1e-6 && got(Feature::Verticality) >= 0.0, "{name}: {up}");
                    near(Feature::Verticality, 1.0 - up.z.abs(), 1e-7);
                    if l2 - l3 > 1e-3 * l1 {
                        let angle = up.cross(&normal).norm().asin();
                        assert!(angle <= 1e-6 * l1 / (l2 - l3) + 1e-6, "{name}, point {row}: normal off by {angle}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_level_and_worker_count_gives_the_same_bits() {
        for (name, points) in samples::clouds() {
            for k in [5, 8, 16, 20, 32] {
                let expected = table(&points, k, 1, SimdLevel::None);
                for level in SimdLevel::available() {
                    let got = table(&points, k, 3, level);
                    let differs = got.0.iter().zip(&expected.0).position(|(a, b)| a.to_bits() != b.to_bits());
                    assert_eq!(differs, None, "{name}, k = {k}, {level}");
                    assert_eq!(got.1, expected.1, "{name}, k = {k}, {level}");
                }
            }
        }
    }

    #[test]
    fn columns_come_in_the_order_asked_for() {
        let points = samples::town(100, 4);
        let all = table(&points, 8, 1, SimdLevel::None).0;
        let workers = Workers::new(Some(1)).unwrap();
        let tree = Tree::build(&points, &workers, Level::fallback()).unwrap();
        let features = [Feature::NormalZ, Feature::Linearity, Feature::NormalZ];
        let (mut columns, mut counts) = (vec![0.0; 300], vec![0; 100]);
        eigen_features(&tree, &points, 8, UNIT, &features, &workers, Level::fallback(), &mut columns, &mut counts);
        for (column, feature) in columns.chunks(100).zip(features) {
            assert_eq!(column, &all[feature as usize * 100..][..100]);
        }
    }
}
