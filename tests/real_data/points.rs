//! Point files: neighbours by brute force, features by `nalgebra`, and the same answers on every executor.

use std::path::Path;
use std::time::Instant;

use swath::{Device, Features, HostFeatures, HostNeighbors, Neighborhood, PointCloud, PointsOptions, SimdLevel};

use crate::support::data::{PointFile, files, read_points};
use crate::support::executors::{self, Executor, say};
use crate::support::neighbors::{self, Lists};
use crate::support::{Mismatch, equal, features};

const K: usize = 16;
/// Points of the part that every SIMD level is run on.
const PART: usize = 100_000;
/// Whole numbers up to here are exact in `f32`.
const EXACT: i64 = 1 << 24;

#[test]
fn point_files_have_exact_neighbors_and_features_on_cpu_and_gpu() {
    let best = *SimdLevel::available().last().expect("there is a level");
    let cpu = executors::cpu(best, 2);
    let gpu = executors::the_gpu();
    for path in files("points", &["las", "laz"], "the tests on point files") {
        check_file(&path, &cpu, gpu.as_ref());
    }
}

fn check_file(path: &Path, cpu: &Executor, gpu: Option<&Device>) {
    let start = Instant::now();
    let file = read_points(path);
    let cloud =
        cpu.device.points_with(&file.xyz, &file.options).unwrap_or_else(|error| panic!("{}: {error}", file.name));
    let local = local_coordinates(&file, &cloud);
    let on_cpu = answers(&cloud, K);
    check(&file, cloud.unit(), &local, &on_cpu, false, &cpu.name);
    if let Some(gpu) = gpu {
        let on_gpu = answers(&gpu.points_with(&file.xyz, &file.options).unwrap(), K);
        check(&file, cloud.unit(), &local, &on_gpu, true, "GPU");
        if cloud.unit().is_some() {
            same_neighbors(&file, &on_gpu.0, &on_cpu.0);
        }
    }
    let seconds = start.elapsed().as_secs_f32();
    say(format_args!("{}: {} points, unit {:?}, {seconds:.1} s", file.name, file.xyz.len(), cloud.unit()));
}

/// Where the points are on the device: the file's own integers where the unit is in use, which it is unless the cloud
/// is too wide for it; else differences from the origin, rounded to `f32`.
fn local_coordinates(file: &PointFile, cloud: &PointCloud) -> Vec<[f64; 3]> {
    let is_narrow = |whole: &Vec<[i64; 3]>| {
        (0..3).all(|axis| {
            let values = || whole.iter().map(|point| point[axis]);
            values().max().unwrap_or(0) - values().min().unwrap_or(0) < EXACT
        })
    };
    match &file.whole {
        Some(whole) if is_narrow(whole) => {
            assert_eq!(cloud.unit(), file.options.unit, "{}: a narrow cloud keeps its unit", file.name);
            whole.iter().map(|point| point.map(|axis| axis as f64)).collect()
        }
        _ => {
            assert_eq!(cloud.unit(), None, "{}: a wide cloud has no unit", file.name);
            let origin = cloud.origin();
            let local = |point: &[f64; 3]| std::array::from_fn(|axis| f64::from((point[axis] - origin[axis]) as f32));
            file.xyz.iter().map(local).collect()
        }
    }
}

type Answers = (HostNeighbors, HostFeatures);

fn answers(cloud: &PointCloud, k: usize) -> Answers {
    let lists = cloud.knn(k).unwrap().read();
    let table = cloud.features(Neighborhood::Knn(k), &Features::eigen()).unwrap().read();
    (lists.wait().unwrap(), table.wait().unwrap())
}

fn check(file: &PointFile, unit: Option<f64>, local: &[[f64; 3]], got: &Answers, is_gpu: bool, executor: &str) {
    let unit = unit.unwrap_or(1.0);
    let (lists, table) = got;
    let queries = neighbors::queries(local.len());
    let expected = neighbors::nearest(local, &queries, K);
    let rows = Lists { k: K, indices: lists.indices(), squared_distances: lists.squared_distances() };
    let verdict = neighbors::check(local, unit, &queries, &expected, &rows)
        .and_then(|()| features::check(local, unit, lists.indices(), K, table, &features::Bounds::of(is_gpu)));
    if let Err(wrong) = verdict {
        fail(file, executor, &wrong);
    }
}

fn fail(file: &PointFile, executor: &str, wrong: &Mismatch) -> ! {
    panic!("{} on {executor}, k = {K}, {wrong}", file.name);
}

/// With whole coordinates a list is the same on every device if its squared distances are exact, below 2^24 units.
fn same_neighbors(file: &PointFile, gpu: &HostNeighbors, cpu: &HostNeighbors) {
    let unit = file.options.unit.unwrap_or(1.0);
    let exact = 0.99 * EXACT as f64 * unit * unit;
    let mut inexact = 0;
    for point in 0..cpu.len() {
        let ((indices, distances), expected) = (gpu.row(point), cpu.row(point));
        if (indices, distances) == expected {
            continue;
        }
        if expected.1.iter().all(|distance| f64::from(*distance) < exact) {
            fail(file, "GPU against CPU", &Mismatch::at(point, format!("{indices:?}"), format!("{:?}", expected.0)));
        }
        inexact += 1;
    }
    if inexact > 0 {
        say(format_args!("{}: {inexact} lists reach past 4,096 units and differ on the GPU", file.name));
    }
}

#[test]
fn point_files_give_the_same_bits_on_every_level() {
    let levels = SimdLevel::available();
    let first = executors::cpu(levels[0], 1);
    for path in files("points", &["las", "laz"], "the tests of SIMD levels on point files") {
        let file = read_points(&path);
        let part = &file.xyz[..file.xyz.len().min(PART)];
        let expected = answers(&first.device.points_with(part, &file.options).unwrap(), K);
        for level in &levels[1..] {
            let executor = executors::cpu(*level, 2);
            let got = answers(&executor.device.points_with(part, &file.options).unwrap(), K);
            let columns = |answers: &Answers| -> Vec<u32> {
                let bits = |feature| answers.1.column(feature).unwrap().iter().map(|value| value.to_bits());
                Features::eigen().into_iter().flat_map(bits).collect()
            };
            let verdict = equal(got.0.indices(), expected.0.indices())
                .and_then(|()| equal(got.0.squared_distances(), expected.0.squared_distances()))
                .and_then(|()| equal(&columns(&got), &columns(&expected)));
            if let Err(wrong) = verdict {
                fail(&file, &executor.name, &wrong);
            }
        }
    }
}

#[test]
fn point_files_without_their_unit_have_near_neighbors() {
    let best = *SimdLevel::available().last().expect("there is a level");
    let cpu = executors::cpu(best, 2);
    for path in files("points", &["las"], "the tests of point files without a unit") {
        let file = read_points(&path);
        let cloud = cpu.device.points_with(&file.xyz, &PointsOptions::default()).unwrap();
        let origin = cloud.origin();
        let local = |point: &[f64; 3]| std::array::from_fn(|axis| f64::from((point[axis] - origin[axis]) as f32));
        let local: Vec<_> = file.xyz.iter().map(local).collect();
        check(&file, None, &local, &answers(&cloud, K), false, &cpu.name);
    }
}
