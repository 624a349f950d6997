//! Features of all kinds of neighbourhoods against the same in `f64`, and against one another.

use nalgebra::{Matrix3, Vector3};

use super::{Frame, Request, normal_variation, shape_features};
use crate::cpu::{SimdLevel, Workers};
use crate::points::feature::Needs;
use crate::points::knn::{Askers, nearest_neighbors};
use crate::points::neighborhood::Vicinity;
use crate::points::radius::Ball;
use crate::points::tree::Tree;
use crate::points::walk::Reach;
use crate::points::{Convention, Feature, SelfMode, samples};

const UNIT: f32 = 0.5;

fn request(vicinity: Vicinity, convention: Convention) -> Request {
    let radius = match &vicinity {
        Vicinity::Inside(ball) => Some(ball.limit.sqrt()),
        _ => None,
    };
    let chooses_k = matches!(vicinity, Vicinity::Optimal { .. });
    let frame = Frame { unit: UNIT, squared_unit: UNIT * UNIT, radius, span: f32::MAX, chooses_k, viewpoint: None };
    Request { vicinity, convention, frame }
}

fn nearest(k: usize, limit: f32) -> Vicinity {
    Vicinity::Nearest(Reach { k, limit, own: SelfMode::Include })
}

fn inside(limit: f32) -> Vicinity {
    Vicinity::Inside(Ball { limit, own: SelfMode::Include })
}

fn optimal(min: usize, k: usize) -> Vicinity {
    Vicinity::Optimal { min, reach: Reach::nearest(k) }
}

/// Every feature of shapes.
fn shapes() -> Vec<Feature> {
    Feature::ALL.iter().copied().filter(|feature| feature.needs() == Needs::Shape).collect()
}

/// A column for each of [`shapes`], and the counts.
fn table(points: &[[f32; 3]], request: &Request, threads: usize, level: SimdLevel) -> (Vec<Vec<f32>>, Vec<u32>) {
    let workers = Workers::new(Some(threads)).unwrap();
    let level = SimdLevel::capped(Some(level));
    let tree = Tree::build(points, &workers, level).unwrap();
    let features = shapes();
    let mut columns = vec![vec![-7.0; points.len()]; features.len()];
    let mut counts = vec![99; points.len()];
    let to = features.into_iter().zip(columns.iter_mut().map(Vec::as_mut_slice)).collect();
    shape_features(&tree, points, request, &workers, level, to, &mut counts);
    (columns, counts)
}

/// Indices of the neighbours of a point by brute force, nearest first.
fn neighbors(points: &[[f32; 3]], query: usize, count: usize) -> Vec<usize> {
    let squared = |index: &usize| {
        let [dx, dy, dz] = std::array::from_fn(|axis| points[*index][axis] - points[query][axis]);
        (dx * dx + dy * dy) + dz * dz
    };
    let mut order: Vec<_> = (0..points.len()).collect();
    order.sort_by(|a, b| squared(a).total_cmp(&squared(b)).then(a.cmp(b)));
    order.truncate(count);
    order
}

/// A neighbourhood in `f64`, in units of the input.
struct Reference {
    count: f64,
    values: [f64; 3],
    vectors: [Vector3<f64>; 3],
    mean: Vector3<f64>,
    variance_of_z: f64,
    reach: f64,
    height_range: f64,
}

impl Reference {
    fn new(points: &[[f32; 3]], query: usize, neighbors: &[usize]) -> Self {
        let at = |index: usize| Vector3::from(points[index].map(f64::from)) * f64::from(UNIT);
        let offsets: Vec<_> = neighbors.iter().map(|index| at(*index) - at(query)).collect();
        let count = offsets.len() as f64;
        let mean = offsets.iter().sum::<Vector3<f64>>() / count;
        let matrix = offsets.iter().map(|p| (p - mean) * (p - mean).transpose()).sum::<Matrix3<f64>>() / count;
        let eigen = matrix.symmetric_eigen();
        let mut order = [0, 1, 2];
        order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
        let heights = offsets.iter().map(|offset| offset.z);
        Self {
            count,
            values: order.map(|place| eigen.eigenvalues[place].max(0.0)),
            vectors: order.map(|place| eigen.eigenvectors.column(place).into_owned()),
            mean,
            variance_of_z: matrix[(2, 2)],
            reach: offsets.iter().map(|offset| offset.norm()).fold(0.0, f64::max),
            height_range: heights.clone().fold(f64::MIN, f64::max) - heights.fold(f64::MAX, f64::min),
        }
    }

    /// The value by Swath's definition and how far a result may be off; `None` where rounding decides.
    fn value(&self, feature: Feature, radius: Option<f64>) -> Option<(f64, f64)> {
        let [l1, l2, l3] = self.values;
        let sum = l1 + l2 + l3;
        let entropy: f64 = self.values.map(|l| if l > 0.0 { -l / sum * (l / sum).ln() } else { 0.0 }).iter().sum();
        let normal = self.vectors[2];
        // Vectors are certain as far as their values are apart.
        let certain = |gap: f64| (gap > 1e-3 * l1).then(|| 2e-6 * l1 / gap + 2e-6);
        let normal_bound = certain(l2 - l3);
        let (vertical, level) = (1.0 - normal.z.abs(), normal.z.abs());
        let planarity = (l2 - l3) / l1;
        let length = |squared: f64| Some((squared.sqrt(), 2e-6 * l1.sqrt()));
        let root =
            |value: f64, bound: f64| (value.max(0.0).sqrt(), (value + bound).sqrt() - value.max(0.0).sqrt() + 1e-6);
        match feature {
            Feature::Linearity => Some(((l1 - l2) / l1, 2e-6)),
            Feature::Planarity => Some((planarity, 2e-6)),
            Feature::Sphericity => Some((l3 / l1, 2e-6)),
            Feature::Anisotropy => Some(((l1 - l3) / l1, 2e-6)),
            Feature::SurfaceVariation => Some((l3 / sum, 2e-6)),
            Feature::Pca1 => Some((l1 / sum, 2e-6)),
            Feature::Pca2 => Some((l2 / sum, 2e-6)),
            Feature::Eigenentropy => Some((entropy, 1e-5)),
            Feature::EigenvalueSum => Some((sum, 3e-6 * l1)),
            Feature::Eigenvalue1 => Some((l1, 2e-6 * l1)),
            Feature::Eigenvalue2 => Some((l2, 2e-6 * l1)),
            Feature::Eigenvalue3 => Some((l3, 2e-6 * l1)),
            Feature::Length => length(l1),
            Feature::Surface if l2 > 1e-3 * l1 => Some(((l1 * l2).sqrt().sqrt(), 1e-5 * l1.sqrt())),
            Feature::Volume if l3 > 1e-3 * l1 => Some(((l1 * l2 * l3).cbrt().sqrt(), 1e-3 * l1.sqrt())),
            Feature::Omnivariance if l3 > 1e-3 * l1 => Some(((l1 * l2 * l3).cbrt(), 1e-3 * l1)),
            Feature::DegreeOfPlanarity if l3 > 1e-3 * l1 => Some(((l1 / l3).ln(), 2e-3)),
            Feature::Verticality => normal_bound.map(|bound| (vertical, bound)),
            Feature::Horizontality => normal_bound.map(|bound| (level, bound)),
            Feature::WallLikelihood => normal_bound.map(|bound| root(vertical * planarity, bound + 2e-6)),
            Feature::RoofLikelihood => normal_bound.map(|bound| root(level * planarity, bound + 2e-6)),
            Feature::Roughness => {
                normal_bound.map(|bound| (self.mean.dot(&normal).abs(), bound * self.mean.norm() + 1e-6 * l1.sqrt()))
            }
            Feature::GuinardVerticality if l2 - l3 > 1e-2 * l1 && l1 - l2 > 1e-2 * l1 => {
                let unary: Vector3<f64> = (0..3).map(|which| self.vectors[which].abs() * self.values[which]).sum();
                Some((unary.z / unary.norm(), 1e-3))
            }
            Feature::FirstOrderMoment if l2 - l3 > 1e-2 * l1 && l1 - l2 > 1e-2 * l1 => {
                let along = self.mean.dot(&self.vectors[1]);
                Some((self.count * along * along / (l2 + along * along), 2e-3 * self.count))
            }
            Feature::KthDistance => Some((self.reach, 1e-6 * self.reach)),
            Feature::NeighborCount => Some((self.count, 0.0)),
            Feature::HeightRange => Some((self.height_range, 1e-6 * self.reach)),
            Feature::VerticalStd => Some(root(self.variance_of_z, 2e-6 * l1)),
            Feature::Density => {
                let radius = radius.unwrap_or(self.reach);
                let density = self.count / (4.0 / 3.0 * std::f64::consts::PI * radius.powi(3));
                Some((density, 1e-5 * density))
            }
            _ => None,
        }
    }
}

fn check(name: &str, points: &[[f32; 3]], request: &Request) {
    let (columns, counts) = table(points, request, 2, SimdLevel::None);
    let radius = request.frame.radius.map(|radius| f64::from(radius * UNIT));
    let mut compared = 0;
    // Brute force is quadratic: of large clouds some rows, the last and first among them.
    let step = points.len() / 300 + 1;
    for (row, count) in counts.iter().enumerate().rev().step_by(step) {
        let value = |feature: Feature| {
            let place = shapes().iter().position(|name| *name == feature).unwrap();
            f64::from(columns[place][row])
        };
        assert_eq!(value(Feature::NeighborCount), f64::from(*count), "{name}");
        if *count < 3 {
            assert!(value(Feature::Linearity).is_nan() && value(Feature::NormalZ).is_nan(), "{name}");
            continue;
        }
        let near = neighbors(points, row, *count as usize);
        let reference = Reference::new(points, row, &near);
        if reference.reach == 0.0 {
            assert!(value(Feature::Linearity).is_nan() && value(Feature::Eigenentropy).is_nan(), "{name}");
            assert_eq!(
                [Feature::EigenvalueSum, Feature::Verticality, Feature::Roughness].map(value),
                [0.0; 3],
                "{name}"
            );
            assert_eq!(value(Feature::NormalZ), 1.0, "{name}");
            assert_eq!(value(Feature::Density).is_infinite(), radius.is_none(), "{name}");
            continue;
        }
        for feature in shapes() {
            let Some((expected, bound)) = reference.value(feature, radius) else { continue };
            let got = value(feature);
            let ok = (got - expected).abs() <= bound;
            assert!(
                ok,
                "{name}, {:?}, point {row}: {feature} is {got}, not {expected} within {bound}",
                request.vicinity
            );
            compared += 1;
        }
        let up = Vector3::from([Feature::NormalX, Feature::NormalY, Feature::NormalZ].map(value));
        assert!((up.norm() - 1.0).abs() < 1e-6 && up.z >= -1e-6, "{name}: {up}");
    }
    assert!(
        compared > 0 || points.len() < 3 || counts.iter().all(|count| *count < 3) || columns[0][0].is_nan(),
        "{name}"
    );
}

#[test]
fn features_of_every_neighbourhood_are_within_their_bounds_of_f64() {
    for (name, points) in samples::clouds() {
        if points.len() > 3_000 {
            continue;
        }
        for k in [3, 16, 40, 256] {
            let vicinity = nearest(k, f32::INFINITY);
            check(&name, &points, &request(vicinity, Convention::Swath));
        }
        let vicinities = [nearest(12, 4.0), inside(2.0), inside(30.0), optimal(6, 24)];
        for vicinity in vicinities {
            check(&name, &points, &request(vicinity, Convention::Swath));
        }
    }
}

#[test]
fn counts_are_those_of_brute_force() {
    let points = samples::town(400, 12);
    for limit in [0.25, 1.0, 9.0] {
        let within = |row: usize| {
            let squared = |point: &[f32; 3]| {
                let [dx, dy, dz] = std::array::from_fn(|axis| point[axis] - points[row][axis]);
                (dx * dx + dy * dy) + dz * dz
            };
            points.iter().filter(|point| squared(point) <= limit).count() as u32
        };
        let expected: Vec<_> = (0..points.len()).map(within).collect();
        let (_, counts) = table(&points, &request(inside(limit), Convention::Swath), 2, SimdLevel::None);
        assert_eq!(counts, expected);
        let (_, counts) = table(&points, &request(nearest(7, limit), Convention::Swath), 2, SimdLevel::None);
        assert!(counts.iter().zip(&expected).all(|(count, all)| count == all.min(&7)));
    }
}

#[test]
fn every_level_and_worker_count_gives_the_same_bits() {
    for (name, points) in samples::clouds() {
        for vicinity in
            [nearest(5, f32::INFINITY), nearest(32, 20.0), nearest(50, f32::INFINITY), inside(3.0), optimal(5, 20)]
        {
            if points.len() > 3_000 && vicinity == inside(3.0) {
                continue;
            }
            let conventions = if vicinity == optimal(5, 20) { Convention::ALL } else { &[Convention::Swath] };
            for convention in conventions {
                let request = request(vicinity, *convention);
                let expected = table(&points, &request, 1, SimdLevel::None);
                for level in SimdLevel::available() {
                    let got = table(&points, &request, 3, level);
                    let bits = |columns: &[Vec<f32>]| {
                        columns.iter().flatten().map(|value| value.to_bits()).collect::<Vec<_>>()
                    };
                    assert!(bits(&got.0) == bits(&expected.0), "{name}, {request:?}, {level}");
                    assert_eq!(got.1, expected.1, "{name}, {request:?}, {level}");
                }
            }
        }
    }
}

/// The least entropy among all `k` in `f64`, and rows that are those of the `k` chosen.
#[test]
fn the_optimal_k_has_the_least_entropy_and_the_features_of_that_k() {
    let points = samples::town(600, 21);
    let (min, max) = (6, 30);
    let (columns, counts) = table(&points, &request(optimal(min, max), Convention::Swath), 2, SimdLevel::None);
    let entropy = |row: usize, k: usize| {
        let reference = Reference::new(&points, row, &neighbors(&points, row, k));
        reference.value(Feature::Eigenentropy, None).unwrap().0
    };
    for (row, count) in counts.iter().enumerate() {
        let least = (min..=max).map(|k| entropy(row, k)).fold(f64::MAX, f64::min);
        assert!(entropy(row, *count as usize) <= least + 2e-5, "point {row}: {count}");
    }
    let all = shapes();
    for k in [min, 9, 17, max] {
        let (of_k, _) = table(&points, &request(nearest(k, f32::INFINITY), Convention::Swath), 2, SimdLevel::None);
        for (place, feature) in all.iter().enumerate().filter(|(_, feature)| **feature != Feature::OptimalK) {
            for row in (0..points.len()).filter(|row| counts[*row] as usize == k) {
                assert_eq!(columns[place][row].to_bits(), of_k[place][row].to_bits(), "{feature} of point {row}");
            }
        }
    }
}

#[test]
fn normals_look_at_the_viewpoint() {
    let points = samples::town(500, 31);
    let mut from_below = request(nearest(10, f32::INFINITY), Convention::Swath);
    from_below.frame.viewpoint = Some([10.0, 10.0, -50.0]);
    let (columns, _) = table(&points, &from_below, 1, SimdLevel::None);
    for (row, point) in points.iter().enumerate() {
        let normal = [Feature::NormalX, Feature::NormalY, Feature::NormalZ].map(|axis| columns[axis as usize][row]);
        let dot: f32 = (0..3).map(|axis| ([10.0, 10.0, -50.0][axis] - point[axis]) * normal[axis]).sum();
        assert!(dot >= -1e-4, "point {row} looks away: {dot}");
    }
}

#[test]
fn variation_is_the_mean_difference_of_normals() {
    let points = samples::town(700, 41);
    for vicinity in [nearest(9, f32::INFINITY), nearest(9, 1.0), inside(2.0), optimal(5, 12)] {
        let request = request(vicinity, Convention::Swath);
        let (columns, counts) = table(&points, &request, 1, SimdLevel::None);
        let normals = [Feature::NormalX, Feature::NormalY, Feature::NormalZ].map(|axis| &*columns[axis as usize]);
        let at = |row: usize| Vector3::from(normals.map(|axis| f64::from(axis[row])));
        let workers = Workers::new(Some(2)).unwrap();
        let tree = Tree::build(&points, &workers, SimdLevel::capped(None)).unwrap();
        for level in SimdLevel::available() {
            let level = SimdLevel::capped(Some(level));
            let mut got = vec![-7.0; points.len()];
            normal_variation(&tree, &request, normals, &counts, &workers, level, &mut got);
            for (row, got) in got.iter().enumerate() {
                let lengths: Vec<_> = neighbors(&points, row, counts[row] as usize)
                    .into_iter()
                    .map(|neighbor| (at(neighbor) - at(row)).norm())
                    .filter(|length| !length.is_nan())
                    .collect();
                let expected = lengths.iter().sum::<f64>() / lengths.len() as f64;
                let same = got.is_nan() && expected.is_nan() || (f64::from(*got) - expected).abs() <= 1e-6;
                assert!(same, "{vicinity:?}, point {row}: {got}, not {expected}");
            }
        }
    }
}

/// A longer list than is searched in registers, and one that ends with the cloud, against the lists themselves.
#[test]
fn counts_of_nearest_are_those_of_the_lists() {
    let points = samples::town(90, 51);
    let workers = Workers::new(Some(1)).unwrap();
    let level = SimdLevel::capped(None);
    let tree = Tree::build(&points, &workers, level).unwrap();
    let reach = Reach { k: 100, limit: 25.0, own: SelfMode::Include };
    let (mut indices, mut distances) = (vec![0; 9_000], vec![0.0; 9_000]);
    nearest_neighbors(&tree, Askers::Own, &reach, 1.0, &workers, level, &mut indices, &mut distances);
    let (_, counts) = table(&points, &request(Vicinity::Nearest(reach), Convention::Swath), 1, SimdLevel::None);
    for (row, count) in indices.chunks(100).zip(counts) {
        assert_eq!(row.iter().filter(|index| **index != u32::MAX).count(), count as usize);
    }
}

/// Lists that were searched before give the same bits as the fused pass, through the public calls.
#[test]
fn features_of_lists_are_those_of_the_fused_pass() {
    let device = crate::Device::cpu().unwrap();
    for (name, points) in samples::clouds() {
        let xyz: Vec<[f64; 3]> = points.iter().map(|point| point.map(f64::from)).collect();
        let cloud = device.points(&xyz).unwrap();
        let options = crate::FeatureOptions::default();
        for k in [1, 5, 16, 40] {
            let fused = cloud.features(crate::Neighborhood::Knn(k), &shapes()).unwrap().read().wait().unwrap();
            let near = cloud.knn(k).unwrap();
            let listed = cloud.features_of(&near, &shapes(), &options).unwrap().read().wait().unwrap();
            assert_eq!(listed.neighbor_counts(), fused.neighbor_counts(), "{name}");
            for feature in shapes() {
                let bits = |table: &crate::HostFeatures| -> Vec<u32> {
                    table.column(feature).unwrap().iter().map(|value| value.to_bits()).collect()
                };
                assert_eq!(bits(&listed), bits(&fused), "{name}, k = {k}: {feature}");
            }
        }
        let elsewhere = cloud.knn_of(&[[0.0; 3]], 3).unwrap();
        let error = cloud.features_of(&elsewhere, &shapes(), &options).unwrap_err();
        assert_eq!(error, crate::Error::ForeignNeighbors);
    }
}

/// A radius that holds everything is as exact as one that just does.
#[test]
fn a_radius_beyond_the_cloud_loses_nothing() {
    let points: Vec<[f64; 3]> =
        samples::town(256, 61).iter().map(|point| point.map(|axis| f64::from(axis) * 1e-3)).collect();
    let cloud = crate::Device::cpu().unwrap().points(&points).unwrap();
    let table = |neighborhood| cloud.features(neighborhood, &shapes()).unwrap().read().wait().unwrap();
    let near = table(crate::Neighborhood::Knn(256));
    for radius in [1e3, 1e9, 1e30] {
        let far = table(crate::Neighborhood::Radius(radius));
        for feature in
            [Feature::Linearity, Feature::Planarity, Feature::Sphericity, Feature::NormalZ, Feature::Roughness]
        {
            let pairs = far.column(feature).unwrap().iter().zip(near.column(feature).unwrap());
            for (row, (far, near)) in pairs.enumerate() {
                assert!((far - near).abs() <= 4e-6, "radius {radius}, point {row}: {feature} is {far}, not {near}");
            }
        }
    }
}
