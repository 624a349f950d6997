//! What a GPU answers is what the CPU answers: on a device that does not fuse multiplications and additions, such as
//! llvmpipe, to the last bit; on others, to the bounds that [`PointCloud::knn`] and [`PointCloud::features`] promise.

use crate::cpu::{SimdLevel, Workers};
use crate::device::{Device, DeviceChoice, DeviceOptions, DispatchLimits, Executor};
use crate::error::Error;
use crate::gpu::{Gpu, Kernel};
use crate::points::features::{Frame, Request, shape_features};
use crate::points::hilbert::CurveScale;
use crate::points::knn::{Askers, nearest_neighbors};
use crate::points::neighborhood::Vicinity;
use crate::points::samples::{self, Random};
use crate::points::tree::Tree;
use crate::points::walk::Reach;
use crate::points::{Convention, Feature, Features, Neighborhood, PointsOptions};

use super::{GpuIndex, variants};

mod queries;
mod work;

/// A GPU, or `None` where the tests of one are to be left out.
pub(super) fn device(dispatch: DispatchLimits) -> Option<Device> {
    if std::env::var_os("SWATH_TEST_GPU").is_some_and(|value| value == "off") {
        eprintln!("left out, because SWATH_TEST_GPU=off: {:?}", std::thread::current().name());
        return None;
    }
    let options = DeviceOptions { choice: DeviceChoice::Gpu, dispatch, ..DeviceOptions::default() };
    Some(Device::with_options(&options).unwrap_or_else(|error| {
        panic!(
            "{error}; this test needs a GPU adapter: install Mesa's software driver (apt-get install \
             mesa-vulkan-drivers), or leave GPU tests out with SWATH_TEST_GPU=off"
        )
    }))
}

pub(super) fn gpu_of(device: &Device) -> &Gpu {
    match device.executor() {
        Executor::Gpu(gpu) => gpu,
        Executor::Cpu => unreachable!("a GPU was asked for"),
    }
}

/// A constant of a shader.
pub(super) fn constant(kernel: &Kernel, name: &str) -> u32 {
    let module = naga::front::wgsl::parse_str(&kernel.source).unwrap();
    let constant = module.constants.iter().find(|(_, constant)| constant.name.as_deref() == Some(name));
    let value = &module.global_expressions[constant.unwrap_or_else(|| panic!("{name} is a constant")).1.init];
    match value {
        naga::Expression::Literal(naga::Literal::U32(value)) => *value,
        other => panic!("{name} is a number, not {other:?}"),
    }
}

/// Whether answers must be equal to the last bit.
fn is_llvmpipe(device: &Device) -> bool {
    device.info().name.to_lowercase().contains("llvmpipe")
}

pub(super) fn workers() -> Workers {
    Workers::new(Some(2)).unwrap()
}

pub(super) fn tree(points: &[[f32; 3]]) -> Tree {
    Tree::build(points, &workers(), SimdLevel::capped(None)).unwrap()
}

/// The index of the points of a tree, built on the GPU.
fn index(gpu: &Gpu, tree: &Tree, exact: bool) -> Result<GpuIndex, Error> {
    let mut points = vec![[0.0; 3]; tree.len()];
    for (leaf_index, leaf) in tree.leaves.iter().enumerate() {
        for lane in 0..tree.leaf_len(leaf_index) {
            points[leaf.index[lane] as usize] = [leaf.x[lane], leaf.y[lane], leaf.z[lane]];
        }
    }
    GpuIndex::build(gpu, &points, CurveScale::of(&points, &workers()), exact)
}

fn cpu_knn(tree: &Tree, k: usize, unit: f32) -> (Vec<u32>, Vec<f32>) {
    let (mut indices, mut distances) = (vec![7; tree.len() * k], vec![-7.0; tree.len() * k]);
    let (reach, level) = (Reach::nearest(k), SimdLevel::capped(None));
    nearest_neighbors(tree, Askers::Own, &reach, unit, &workers(), level, &mut indices, &mut distances);
    (indices, distances)
}

fn gpu_knn(gpu: &Gpu, tree: &Tree, exact: bool, k: usize, unit: f32) -> (Vec<u32>, Vec<f32>) {
    let bytes = 4 * tree.len() * k;
    let [indices, distances] = index(gpu, tree, exact).unwrap().nearest(None, &Reach::nearest(k), unit).unwrap();
    let read = gpu.read(&[(indices, bytes), (distances, bytes)]).unwrap().wait().unwrap();
    (read[0].as_slice().to_vec(), read[1].as_slice().to_vec())
}

/// Whether all coordinates are whole numbers, near enough that all squared distances are exact.
fn are_whole(points: &[[f32; 3]]) -> bool {
    points.as_flattened().iter().all(|value| value.fract() == 0.0 && value.abs() < 1_024.0)
}

/// Clouds of whole numbers full of ties, and those of [`samples::clouds`].
fn clouds() -> Vec<(String, Vec<[f32; 3]>)> {
    let mut clouds = samples::clouds();
    let mut random = Random::new(12);
    let mut whole = |count: usize, limits: [u32; 3]| -> Vec<[f32; 3]> {
        (0..count).map(|_| limits.map(|limit| random.whole(limit))).collect()
    };
    clouds.push(("129 points of a grid".into(), whole(129, [5, 5, 5])));
    clouds.push(("whole numbers of a terrain".into(), whole(5_000, [1_000, 1_000, 30])));
    clouds.push(("5,000 points of a small grid".into(), whole(5_000, [10, 10, 10])));
    clouds.push(("5,000 identical points".into(), vec![[4.0, 5.0, 6.0]; 5_000]));
    clouds.push(("a line of whole numbers".into(), (0..1_000).map(|step| [step as f32, 0.0, 0.0]).collect()));
    clouds.push(("a line of few whole numbers".into(), (0..900).map(|step| [(step * 7 % 90) as f32; 3]).collect()));
    clouds
}

/// Lists of the CPU and of a GPU, which may swap neighbours at all but equal distances unless `exactly`.
fn assert_same_lists(
    context: &str,
    k: usize,
    got: &(Vec<u32>, Vec<f32>),
    expected: &(Vec<u32>, Vec<f32>),
    exactly: bool,
) {
    assert_eq!(got.0.len(), expected.0.len(), "{context}");
    for place in 0..expected.0.len() {
        let [(index, distance), (index_expected, distance_expected)] =
            [got, expected].map(|lists| (lists.0[place], lists.1[place]));
        let same = if exactly {
            index == index_expected && distance.to_bits() == distance_expected.to_bits()
        } else {
            distance == distance_expected
                || (distance - distance_expected).abs() <= distance_expected / (1 << 20) as f32
        };
        assert!(
            same,
            "{context}, k = {k}: neighbour {} of point {} is {index} at {distance}, not {index_expected} at \
             {distance_expected}",
            place % k,
            place / k
        );
    }
}

#[test]
fn lists_and_ties_are_those_of_the_cpu() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    for (name, points) in clouds() {
        let (tree, exact) = (tree(&points), are_whole(&points));
        for k in [1, 3, 8, 16, 17, 32, 33, 64, 100, 256] {
            if points.len() > 2_000 && ![16, 17, 64].contains(&k) {
                continue;
            }
            let got = gpu_knn(gpu_of(&device), &tree, exact, k, 0.25);
            assert_same_lists(&name, k, &got, &cpu_knn(&tree, k, 0.25), exact || is_llvmpipe(&device));
        }
    }
}

#[test]
fn lists_beyond_a_binding_are_the_same() {
    let small =
        |groups, bytes| DispatchLimits { max_groups_per_dimension: Some(groups), max_binding_bytes: Some(bytes) };
    // 64 KiB of points; lists of 512 KiB and less.
    let points = samples::town(4_096, 77);
    let tree = tree(&points);
    for limits in [small(2, 64 << 10), small(3, 128 << 10), small(5, 100_000)] {
        let Some(device) = device(limits) else { return };
        for k in [5, 17, 32] {
            let got = gpu_knn(gpu_of(&device), &tree, false, k, 1.0);
            assert_same_lists("in blocks", k, &got, &cpu_knn(&tree, k, 1.0), is_llvmpipe(&device));
        }
    }
}

#[test]
fn a_cloud_beyond_a_binding_is_an_error_and_the_device_goes_on() {
    let limits = DispatchLimits { max_binding_bytes: Some(64 << 10), ..DispatchLimits::default() };
    let Some(device) = device(limits) else { return };
    let gpu = gpu_of(&device);
    let error = index(gpu, &tree(&samples::town(4_097, 3)), false).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the array of points needs 65552 bytes, but the device's largest storage binding is 65536; process the cloud \
         in tiles, or use the CPU executor"
    );
    assert!(index(gpu, &tree(&samples::town(4_096, 3)), false).is_ok());
}

/// For the `k` nearest neighbours.
fn request(k: usize, unit: f32) -> Request {
    let frame = Frame { unit, squared_unit: unit * unit, radius: None, chooses_k: false, viewpoint: None };
    Request { vicinity: Vicinity::Nearest(Reach::nearest(k)), convention: Convention::Swath, frame }
}

fn cpu_features(tree: &Tree, points: &[[f32; 3]], k: usize, unit: f32, features: &[Feature]) -> (Vec<f32>, Vec<u32>) {
    let (mut columns, mut counts) = (vec![-7.0; points.len() * features.len()], vec![99; points.len()]);
    let level = SimdLevel::capped(None);
    let to = features.iter().copied().zip(columns.chunks_mut(points.len().max(1))).collect();
    shape_features(tree, points, &request(k, unit), &workers(), level, to, &mut counts);
    (columns, counts)
}

/// Whole columns: the tables of these tests fit a binding.
fn gpu_features(
    gpu: &Gpu,
    tree: &Tree,
    exact: bool,
    k: usize,
    unit: f32,
    features: &[Feature],
) -> (Vec<f32>, Vec<u32>) {
    let len = tree.len();
    let table = index(gpu, tree, exact).unwrap().features(&request(k, unit), features).unwrap();
    assert!(table.rows_per_block >= len);
    let read = [(table.columns, 4 * len * features.len()), (table.neighbor_counts, 4 * len)];
    let read = gpu.read(&read).unwrap().wait().unwrap();
    (read[0].as_slice().to_vec(), read[1].as_slice().to_vec())
}

/// Equal numbers, where -0 is 0 and what a device may flush to zero too, or both NaN.
fn same_number(a: f32, b: f32) -> bool {
    let flushed = |value: f32| if value.abs() < f32::MIN_POSITIVE { 0.0 } else { value };
    flushed(a) == flushed(b) || (a.is_nan() && b.is_nan())
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

#[test]
fn features_are_those_of_the_cpu() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    for (name, points) in clouds() {
        let (tree, exact) = (tree(&points), are_whole(&points));
        for k in [1, 3, 8, 20, 32] {
            let got = gpu_features(gpu_of(&device), &tree, exact, k, 0.25, &Features::eigen());
            let expected = cpu_features(&tree, &points, k, 0.25, &Features::eigen());
            assert_eq!(got.1, expected.1, "{name}, k = {k}: counts");
            for (place, (got, expected)) in got.0.iter().zip(&expected.0).enumerate() {
                let (feature, row) = (Features::eigen()[place / points.len()], place % points.len());
                let same = match bound(feature) {
                    _ if same_number(*got, *expected) => true,
                    _ if is_llvmpipe(&device) => false,
                    Some(bound) if exact => (got - expected).abs() <= bound,
                    _ => got.is_nan() == expected.is_nan(),
                };
                assert!(same, "{name}, k = {k}: {feature} of point {row} is {got}, not {expected}");
            }
        }
    }
}

#[test]
fn too_few_neighbours_are_nan_as_written_by_the_host() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let points = samples::town(40, 2);
    let (columns, counts) = gpu_features(gpu_of(&device), &tree(&points), false, 2, 1.0, &Features::eigen());
    assert!(columns.iter().all(|value| value.to_bits() == f32::NAN.to_bits()));
    assert_eq!(counts, [2; 40]);
}

#[test]
fn columns_come_in_the_order_asked_for() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let points = samples::town(300, 4);
    let tree = tree(&points);
    let all = gpu_features(gpu_of(&device), &tree, false, 8, 1.0, &Features::eigen()).0;
    let features = [Feature::NormalZ, Feature::Linearity, Feature::NormalZ];
    let columns = gpu_features(gpu_of(&device), &tree, false, 8, 1.0, &features).0;
    for (column, feature) in columns.chunks(300).zip(features) {
        assert_eq!(column, &all[feature as usize * 300..][..300]);
    }
}

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
        assert_eq!(got.len(), xyz.len());
        for row in 0..got.len() {
            let same = same_number(got[row], expected[row]);
            let near = !is_llvmpipe(device) && got[row].is_nan() == expected[row].is_nan();
            assert!(same || near, "{context}: {feature} of point {row} is {}, not {}", got[row], expected[row]);
        }
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

#[test]
fn a_block_that_no_binding_holds_is_an_error() {
    let limits = DispatchLimits { max_binding_bytes: Some(0), ..DispatchLimits::default() };
    let Some(device) = device(limits) else { return };
    let gpu = gpu_of(&device);
    let most = gpu.limits().max_binding as usize;
    let points = samples::town(most / 64, 3);
    let index = index(gpu, &tree(&points), false).unwrap();
    let Err(error) = index.features(&request(8, 1.0), &vec![Feature::Pca1; most]) else {
        panic!("the table was accepted")
    };
    assert!(error.to_string().starts_with("a block of the table of features needs "), "{error}");
    assert!(index.features(&request(8, 1.0), &[Feature::Pca1]).is_ok());
}

#[test]
fn every_kernel_is_valid_everywhere() {
    let capabilities = naga::valid::Capabilities::empty();
    for (name, text) in variants() {
        let mut module = naga::front::wgsl::parse_str(&text).unwrap_or_else(|error| {
            panic!("{name}: {}", error.emit_to_string(&text));
        });
        let mut validator = naga::valid::Validator::new(naga::valid::ValidationFlags::all(), capabilities);
        let info = validator.validate(&module).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let options = naga::back::spv::Options::default();
        naga::back::spv::write_vec(&module, &info, &options, None).unwrap_or_else(|error| panic!("{name}: {error}"));
        let options = naga::back::msl::Options { fake_missing_bindings: true, ..Default::default() };
        naga::back::msl::write_string(&module, &info, &options, &Default::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let options = naga::back::hlsl::Options { fake_missing_bindings: true, ..Default::default() };
        let mut hlsl = String::new();
        naga::back::hlsl::Writer::new(&mut hlsl, &options, &Default::default())
            .write(&module, &info, None)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        naga::compact::compact(&mut module, naga::compact::KeepUnused::No);
        let storage = module
            .global_variables
            .iter()
            .filter(|(_, variable)| matches!(variable.space, naga::AddressSpace::Storage { .. }));
        let expected = if name.starts_with("knn") { 6 } else { 5 };
        assert_eq!(storage.count(), expected, "{name} uses every binding");
    }
}
