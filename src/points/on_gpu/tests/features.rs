//! Tables of features: every neighbourhood and convention, the variation of normals, colours and heights.

use super::{are_whole, assert_same_numbers, clouds, device, gpu_of, index, is_llvmpipe, tree, workers};
use crate::cpu::SimdLevel;
use crate::device::{Device, DispatchLimits};
use crate::points::attributes::Attributes;
use crate::points::feature::Needs;
use crate::points::features::{Frame, Request, normal_variation, shape_features};
use crate::points::neighborhood::Vicinity;
use crate::points::radius::Ball;
use crate::points::walk::Reach;
use crate::points::{Convention, Feature, Features, SelfMode, samples};

const UNIT: f32 = 0.25;

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

fn all_nearest(k: usize) -> Request {
    request(nearest(k, f32::INFINITY), Convention::Swath)
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

/// Columns, one after the other, and counts.
type Table = (Vec<f32>, Vec<u32>);

fn cpu_table(points: &[[f32; 3]], request: &Request, features: &[Feature]) -> Table {
    let (tree, workers, level) = (tree(points), workers(), SimdLevel::capped(None));
    let (mut columns, mut counts) = (vec![-7.0; points.len() * features.len()], vec![99; points.len()]);
    let mut normals = vec![-7.0; 3 * points.len()];
    let (mut of_shapes, mut of_normals) = (Vec::new(), Vec::new());
    for (feature, column) in features.iter().zip(columns.chunks_mut(points.len().max(1))) {
        match feature.needs() {
            Needs::Shape => of_shapes.push((*feature, column)),
            _ => of_normals.push(column),
        }
    }
    let axes = [Feature::NormalX, Feature::NormalY, Feature::NormalZ].into_iter();
    let axes = axes.zip(normals.chunks_mut(points.len().max(1)));
    let of_shapes = of_shapes.into_iter().map(|(feature, column)| (feature, &mut *column)).chain(axes).collect();
    shape_features(&tree, points, request, &workers, level, of_shapes, &mut counts);
    let normals = [0, 1, 2].map(|axis| &normals[axis * points.len()..(axis + 1) * points.len()]);
    for column in of_normals {
        normal_variation(&tree, request, normals, &counts, &workers, level, column);
    }
    (columns, counts)
}

/// The same on a GPU, where the table fits a binding.
fn gpu_table(device: &Device, points: &[[f32; 3]], request: &Request, features: &[Feature]) -> Table {
    let (gpu, len) = (gpu_of(device), points.len());
    let index = index(gpu, &tree(points), are_whole(points)).unwrap();
    let table = index.features(request, features, &Attributes::default(), &[]).unwrap();
    assert!(table.rows_per_block >= len);
    let read = [(table.columns, 4 * len * features.len()), (table.neighbor_counts, 4 * len)];
    let read = gpu.read(&read).unwrap().wait().unwrap();
    (read[0].as_slice().to_vec(), read[1].as_slice().to_vec())
}

/// How far a feature may be from the CPU's on a device that fuses or divides differently; `None` where the neighbours may
/// differ or the value is at the mercy of rounding.
fn bound(feature: Feature) -> Option<f32> {
    match feature {
        Feature::Eigenentropy => Some(1e-5),
        Feature::Linearity | Feature::Planarity | Feature::Sphericity | Feature::Anisotropy => Some(4e-6),
        Feature::SurfaceVariation | Feature::Pca1 | Feature::Pca2 => Some(4e-6),
        _ => None,
    }
}

fn assert_same_tables(device: &Device, name: &str, points: &[[f32; 3]], request: &Request, features: &[Feature]) {
    let (got, expected) = (gpu_table(device, points, request, features), cpu_table(points, request, features));
    let context = format!("{name}, {:?}, {}", request.vicinity, request.convention);
    // An optimal number is chosen by the least of entropies, which may be equal but for rounding.
    let is_certain = is_llvmpipe(device) || !request.frame.chooses_k;
    assert!(!is_certain || got.1 == expected.1, "{context}: counts");
    let bound_of = |feature| bound(feature).filter(|_| is_certain && are_whole(points));
    for (column, feature) in features.iter().enumerate() {
        let rows = column * points.len()..(column + 1) * points.len();
        let [got, expected] = [&got.0[rows.clone()], &expected.0[rows]];
        assert_same_numbers(device, &format!("{context}: {feature}"), got, expected, bound_of(*feature));
    }
}

#[test]
fn shapes_of_the_nearest_are_those_of_the_cpu() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    for (name, points) in clouds() {
        for k in [1, 3, 8, 20, 32, 33, 100] {
            if k < 100 || points.len() < 1_000 {
                assert_same_tables(&device, &name, &points, &all_nearest(k), &shapes());
            }
        }
        for limit in [1.0, 16.0] {
            let request = request(nearest(12, limit), Convention::Swath);
            assert_same_tables(&device, &name, &points, &request, &shapes());
        }
    }
}

#[test]
fn shapes_of_an_optimal_number_are_those_of_the_cpu() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    for (name, points) in clouds() {
        for (min, max) in [(3, 9), (10, 40)] {
            assert_same_tables(&device, &name, &points, &request(optimal(min, max), Convention::Swath), &shapes());
        }
    }
}

#[test]
fn shapes_within_a_radius_are_those_of_the_cpu() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    for (name, points) in clouds() {
        for limit in [0.04, 2.0, 30.5] {
            if limit < 1.0 || points.len() < 3_000 {
                assert_same_tables(&device, &name, &points, &request(inside(limit), Convention::Swath), &shapes());
            }
        }
    }
}

#[test]
fn conventions_are_those_of_the_cpu_in_every_neighbourhood() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    for (name, points) in clouds().into_iter().filter(|(_, points)| points.len() < 1_500) {
        for convention in Convention::ALL {
            for vicinity in [nearest(2, f32::INFINITY), nearest(9, 4.0), inside(3.0), optimal(4, 12)] {
                assert_same_tables(&device, &name, &points, &request(vicinity, *convention), &shapes());
            }
        }
    }
}

#[test]
fn normals_look_at_the_viewpoint_as_on_the_cpu() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let mut from_below = all_nearest(10);
    from_below.frame.viewpoint = Some([10.0, 10.0, -50.0]);
    assert_same_tables(&device, "a town", &samples::town(900, 31), &from_below, &Features::eigen());
}

#[test]
fn variation_of_normals_is_that_of_the_cpu() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let features = [Feature::NormalVariation, Feature::NormalZ, Feature::NormalVariation];
    for (name, points) in clouds() {
        for vicinity in [nearest(9, f32::INFINITY), nearest(40, 1.0), inside(0.8), optimal(5, 12)] {
            if points.len() < 3_000 || vicinity != inside(0.8) {
                assert_same_tables(&device, &name, &points, &request(vicinity, Convention::Swath), &features);
            }
        }
    }
}

#[test]
fn too_few_neighbours_are_nan_as_written_by_the_host() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let (columns, counts) = gpu_table(&device, &samples::town(40, 2), &all_nearest(2), &Features::eigen());
    assert!(columns.iter().all(|value| value.to_bits() == f32::NAN.to_bits()));
    assert_eq!(counts, [2; 40]);
}

#[test]
fn columns_come_in_the_order_asked_for() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let points = samples::town(300, 4);
    let all = gpu_table(&device, &points, &all_nearest(8), &Features::eigen()).0;
    let features = [Feature::NormalZ, Feature::Linearity, Feature::NormalZ];
    let columns = gpu_table(&device, &points, &all_nearest(8), &features).0;
    for (column, feature) in columns.chunks(300).zip(features) {
        assert_eq!(column, &all[feature as usize * 300..][..300]);
    }
}

#[test]
fn a_block_that_no_binding_holds_is_an_error() {
    let limits = DispatchLimits { max_binding_bytes: Some(0), ..DispatchLimits::default() };
    let Some(device) = device(limits) else { return };
    let gpu = gpu_of(&device);
    let most = gpu.limits().max_binding as usize;
    let index = index(gpu, &tree(&samples::town(most / 64, 3)), false).unwrap();
    let table = |features: &[Feature]| index.features(&all_nearest(8), features, &Attributes::default(), &[]);
    let Err(error) = table(&vec![Feature::Pca1; most]) else { panic!("the table was accepted") };
    assert!(error.to_string().starts_with("a block of the table of features needs "), "{error}");
    assert!(table(&[Feature::Pca1]).is_ok());
}
