//! Random clouds against the same references as the table; random images are in `image_rows/properties.rs`.

use proptest::prelude::*;
use swath::{Device, Neighborhood};

use crate::support::clouds::Cloud;
use crate::support::executors::{self, Executor};
use crate::support::neighbors::{self, Lists};
use crate::support::{Mismatch, features};

/// An executor, by a number that shrinks towards the plainest.
pub fn executor(choice: usize) -> &'static Executor {
    let all = executors::all();
    &all[choice % all.len()]
}

/// One that binds so many bytes at once: those of the points of a small cloud, or of the channels of a small tensor.
pub fn executor_that_binds(bytes: u64, choice: usize) -> &'static Executor {
    let fitting: Vec<_> = executors::all().iter().filter(|executor| executor.binds(bytes)).collect();
    fitting[choice % fitting.len()]
}

/// So many cases.
pub fn configured(cases: u32) -> ProptestConfig {
    // The seed is printed on failure; files of old failures would hide that a case is missing from the table.
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
}

/// The verdict of a property.
pub fn holds(verdict: Result<(), Mismatch>, executor: &Executor) -> Result<(), TestCaseError> {
    verdict.map_err(|wrong| TestCaseError::fail(format!("on {}: {wrong}", executor.name)))
}

/// Clouds of whole numbers: few values an axis make duplicates, lattices and ties; a shift takes them far away.
fn whole_clouds() -> impl Strategy<Value = Cloud> {
    let sides = prop_oneof![Just(1), Just(2), Just(5), Just(40), Just(3_000), Just(2_000_000)];
    let shift = prop_oneof![Just(0.0), Just(1.25), Just(6_862_047.5), Just(-1e7)];
    let unit = prop_oneof![Just(1.0), Just(0.01), Just(0.001), Just(0.25)];
    (sides.clone(), sides.clone(), sides, shift, unit, 0..300_usize).prop_flat_map(|(x, y, z, shift, unit, count)| {
        let point = (0..x, 0..y, 0..z).prop_map(|(x, y, z)| [x, y, z]);
        let points = proptest::collection::vec(point, count);
        points.prop_map(move |points: Vec<[i32; 3]>| Cloud::whole(&points, unit, [shift, -shift, shift / 2.0]))
    })
}

/// Clouds of any numbers about an origin of their own.
fn loose_clouds() -> impl Strategy<Value = Cloud> {
    let scale = prop_oneof![Just(1e-3), Just(1.0), Just(1e6)];
    (scale, -1e6..1e6_f64).prop_flat_map(|(scale, origin)| {
        let number = -1.0..1.0_f64;
        let point = (number.clone(), number.clone(), number)
            .prop_map(move |(x, y, z)| [x * scale + origin, y * scale - origin, z * scale]);
        let points = proptest::collection::vec(point, 0..200);
        points.prop_map(move |xyz| Cloud::loose(xyz, [origin, -origin, 0.0]))
    })
}

fn check_cloud(device: &Device, cloud: &Cloud, k: usize, is_gpu: bool) -> Result<(), Mismatch> {
    let uploaded = cloud.upload(device).map_err(|error| Mismatch::at("the upload", error, "a cloud"))?;
    let lists = uploaded.knn(k).unwrap().read().wait().unwrap();
    let table = uploaded.features(Neighborhood::Knn(k), &swath::Features::eigen()).unwrap().read().wait().unwrap();
    let queries: Vec<_> = (0..cloud.local.len()).collect();
    let expected = neighbors::nearest(&cloud.local, &queries, k);
    let got = Lists { k, indices: lists.indices(), squared_distances: lists.squared_distances() };
    neighbors::check(&cloud.local, cloud.unit, &queries, &expected, &got)?;
    features::check(&cloud.local, cloud.unit, lists.indices(), k, &table, &features::Bounds::of(is_gpu))
}

proptest! {
    #![proptest_config(configured(150))]

    #[test]
    fn any_cloud_of_whole_numbers_has_exact_neighbors(cloud in whole_clouds(), k in 1..=32_usize, choice in 0..64_usize) {
        let executor = executor_that_binds(16 << 10, choice);
        holds(check_cloud(&executor.device, &cloud, k, executor.is_gpu()), executor)?;
    }

    #[test]
    fn any_cloud_has_its_nearest_neighbors(cloud in loose_clouds(), k in 1..=32_usize, choice in 0..64_usize) {
        let executor = executor_that_binds(16 << 10, choice);
        holds(check_cloud(&executor.device, &cloud, k, executor.is_gpu()), executor)?;
    }
}
