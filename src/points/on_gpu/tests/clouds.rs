//! The same calls on a GPU and on the CPU, through the public methods.

use super::{assert_same_lists, assert_same_numbers, device, is_llvmpipe};
use crate::device::{Device, DispatchLimits};
use crate::points::feature::Needs;
use crate::points::samples::{self, Random};
use crate::points::{Feature, Features, Neighborhood, PointCloud, PointsOptions};

/// Coordinates as a user gives them: half of the time whole multiples of a unit.
fn assert_same_answers(device: &Device, xyz: &[[f64; 3]], unit: Option<f64>, k: usize, features: &[Feature]) {
    let options = PointsOptions { unit, origin: None };
    let [(lists, table), (expected_lists, expected_table)] = [device, &Device::cpu().unwrap()].map(|device| {
        let cloud = device.points_with(xyz, &options).unwrap();
        let (lists, table) = (cloud.knn(k).unwrap(), cloud.features(Neighborhood::Knn(k), features).unwrap());
        (lists.read().wait().unwrap(), table.read().wait().unwrap())
    });
    let context = format!("{} points, unit {unit:?}", xyz.len());
    let lists = (lists.indices().to_vec(), lists.squared_distances().to_vec());
    let expected = (expected_lists.indices().to_vec(), expected_lists.squared_distances().to_vec());
    assert_same_lists(&context, k, &lists, &expected, unit.is_some() || is_llvmpipe(device));
    assert_eq!(table.neighbor_counts(), expected_table.neighbor_counts(), "{context}");
    for feature in features {
        let [got, expected] = [&table, &expected_table].map(|table| table.column(*feature).unwrap());
        assert_same_numbers(device, &format!("{context}: {feature}"), got, expected, None);
    }
}

#[test]
fn clouds_of_few_points_give_short_lists_and_no_shape() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    for len in 0..5 {
        let xyz: Vec<_> = (0..len).map(|i| [f64::from(i), f64::from(i * i), 1.0]).collect();
        assert_same_answers(&device, &xyz, Some(1.0), 3, &[Feature::Linearity, Feature::NormalX]);
    }
}

#[test]
fn tables_beyond_a_binding_come_back_whole() {
    let xyz: Vec<[f64; 3]> =
        samples::town(4_096, 31).iter().map(|point| point.map(|axis| f64::from((axis * 100.0).round()))).collect();
    for bytes in [64 << 10, 100_000] {
        let limits = DispatchLimits { max_groups_per_dimension: Some(3), max_binding_bytes: Some(bytes) };
        let Some(device) = device(limits) else { return };
        assert_same_answers(&device, &xyz, Some(1.0), 16, &Features::eigen());
        assert_same_answers(&device, &xyz, None, 9, &[Feature::NormalZ; 5]);
    }
}

/// A town with colours, near infrared and ground; coordinates are whole centimetres.
fn painted(device: &Device, count: usize, unit: Option<f64>) -> PointCloud {
    let points = samples::town(count, 8);
    let xyz: Vec<_> = points.iter().map(|point| point.map(|axis| f64::from((axis * 100.0).round()) / 100.0)).collect();
    let mut random = Random::new(17);
    let mut value = || random.whole(1 << 16) as u16;
    // Black too, of which there are no ratios.
    let rgb: Vec<_> = (0..count).map(|i| if i % 7 == 0 { [0; 3] } else { [value(), value(), value()] }).collect();
    let infrared: Vec<_> = rgb.iter().map(|[red, ..]| red / 300).collect();
    let is_ground: Vec<_> = points.iter().enumerate().map(|(row, point)| row == 0 || point[2] < 1.0).collect();
    let cloud = device.points_with(&xyz, &PointsOptions { unit, origin: None }).unwrap();
    let cloud = cloud.with_colors(&rgb, 65_535).unwrap().with_near_infrared(&infrared, 255).unwrap();
    cloud.with_ground(&is_ground).unwrap()
}

fn assert_same_tables(
    device: &Device,
    cloud: impl Fn(&Device) -> PointCloud,
    near: Neighborhood,
    features: &[Feature],
) {
    let [got, expected] = [device, &Device::cpu().unwrap()]
        .map(|device| cloud(device).features(near, features).unwrap().read().wait().unwrap());
    assert_eq!(got.neighbor_counts(), expected.neighbor_counts(), "{near:?}");
    for feature in features {
        let [got, expected] = [&got, &expected].map(|table| table.column(*feature).unwrap());
        // Of colours nothing can differ but the rounding of quotients.
        let bound = (feature.needs() != Needs::Shape).then_some(1e-6);
        assert_same_numbers(device, &format!("{near:?}: {feature}"), got, expected, bound);
    }
}

#[test]
fn colours_and_heights_are_those_of_the_cpu() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let mut features = Features::spectral();
    features.extend([Feature::HeightAboveGround, Feature::Linearity]);
    for count in [1, 2, 255, 257, 3_000] {
        let cloud = |device: &Device| painted(device, count, Some(0.01));
        assert_same_tables(&device, cloud, Neighborhood::Knn(5), &features);
        assert_same_tables(&device, cloud, Neighborhood::Knn(5), &[Feature::Red, Feature::Red]);
    }
}

#[test]
fn features_of_all_kinds_come_back_whole_from_blocks_of_rows() {
    for bytes in [70_000, 200_000] {
        let limits = DispatchLimits { max_groups_per_dimension: Some(3), max_binding_bytes: Some(bytes) };
        let Some(device) = device(limits) else { return };
        for near in [
            Neighborhood::Knn(9),
            Neighborhood::Radius(0.7),
            Neighborhood::KnnWithin { k: 12, radius: 0.5 },
            Neighborhood::OptimalK { min: 4, max: 10 },
        ] {
            assert_same_tables(&device, |device| painted(device, 4_096, Some(0.01)), near, Feature::ALL);
        }
    }
}
