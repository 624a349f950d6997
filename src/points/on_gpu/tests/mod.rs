//! What a GPU answers is what the CPU answers: on a device that does not fuse multiplications and additions, such as
//! llvmpipe, to the last bit; on others, to the bounds that [`PointCloud::knn`] and [`PointCloud::features`] promise.

use crate::cpu::{SimdLevel, Workers};
use crate::device::{Device, DeviceChoice, DeviceOptions, DispatchLimits, Executor};
use crate::error::Error;
use crate::gpu::{Gpu, Kernel};
use crate::points::hilbert::CurveScale;
use crate::points::knn::{Askers, nearest_neighbors};
use crate::points::samples::{self, Random};
use crate::points::tree::Tree;
use crate::points::walk::Reach;

use super::GpuIndex;

mod clouds;
mod features;
mod lists;
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

/// Equal numbers, where -0 is 0 and what a device may flush to zero too, or both NaN.
fn same_number(a: f32, b: f32) -> bool {
    let flushed = |value: f32| if value.abs() < f32::MIN_POSITIVE { 0.0 } else { value };
    flushed(a) == flushed(b) || (a.is_nan() && b.is_nan())
}

/// Columns of the CPU and of a GPU, equal on llvmpipe; elsewhere within a bound, or missing in the same rows.
fn assert_same_numbers(device: &Device, context: &str, got: &[f32], expected: &[f32], bound: Option<f32>) {
    assert_eq!(got.len(), expected.len(), "{context}");
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        let same = match bound {
            _ if same_number(*got, *expected) => true,
            _ if is_llvmpipe(device) => false,
            Some(bound) => (got - expected).abs() <= bound,
            None => got.is_nan() == expected.is_nan(),
        };
        assert!(same, "{context} of point {row} is {got}, not {expected}");
    }
}
