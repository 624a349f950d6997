//! Lists of nearest neighbours.

use super::{are_whole, assert_same_lists, clouds, device, gpu_of, index, is_llvmpipe, tree, workers};
use crate::cpu::SimdLevel;
use crate::device::DispatchLimits;
use crate::gpu::Gpu;
use crate::points::knn::{Askers, nearest_neighbors};
use crate::points::samples;
use crate::points::tree::Tree;
use crate::points::walk::Reach;

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
