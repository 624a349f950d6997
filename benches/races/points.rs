//! Races on one point cloud: the index, neighbours with the index ready, both together, and features.

use std::rc::Rc;

use swath::{Device, Features, HostFeatures, HostNeighbors, Neighborhood, PointCloud, PointsOptions};

use super::Race;
use crate::executors::{Executor, executors};
use crate::inputs::Cloud;
use crate::rivals::kiddo::{self, Kiddo, Rows};

/// Neighbours that features are computed from.
const FEATURE_NEIGHBORS: usize = 16;

/// How far squared distances may lie apart, relative: a rival may fuse multiply and add.
const DISTANCE_BOUND: f32 = 1e-5;

/// The races on `cloud`: index, neighbours for each k of `neighbors`, features. Each is made, and its answers checked
/// against kiddo's, when its turn comes.
pub fn point_races<'a>(cloud: &'a Cloud, neighbors: &'a [usize]) -> impl Iterator<Item = Race<'a>> {
    let knn = neighbors.iter().map(|&k| knn(cloud, k));
    std::iter::once_with(|| index(cloud)).chain(knn).chain(std::iter::once_with(|| features(cloud)))
}

/// The races on `cloud` for index and neighbours together, for each k of `neighbors`.
pub fn index_and_knn_races<'a>(cloud: &'a Cloud, neighbors: &'a [usize]) -> impl Iterator<Item = Race<'a>> {
    neighbors.iter().map(|&k| index_and_knn(cloud, k))
}

/// From coordinates as in the file to an index that answers queries.
fn index(cloud: &Cloud) -> Race<'_> {
    let mut race = Race::new(format!("index/{}", cloud.name), cloud.xyz.len());
    for Executor { name, device } in executors() {
        race.swath(name, move || indexed(device, cloud));
    }
    race.rival("kiddo", || kiddo::build(&cloud.local()));
    race
}

/// The neighbours of every point, index ready. `kiddo` takes the queries in the file's order and gives rows in that
/// order, as Swath does. `kiddo_sorted` and `kiddo_batch` get the queries already in the order of a Morton curve, for
/// nothing, and leave the rows in it.
fn knn(cloud: &Cloud, k: usize) -> Race<'_> {
    let mut race = Race::new(format!("knn{k}/{}", cloud.name), cloud.xyz.len());
    let queries = cloud.local();
    let tree = Rc::new(Kiddo::new(&queries));
    let mut rows = Rows::new(queries.len(), k);
    tree.fill(&queries, k, &mut rows);
    for Executor { name, device } in executors() {
        let indexed = indexed(device, cloud);
        assert_same_distances(name, cloud, k, neighbors(&indexed, k).squared_distances(), &rows.squared_distances);
        race.swath(name, move || neighbors(&indexed, k));
    }
    let (sorted, batch) = (Rc::clone(&tree), Rc::clone(&tree));
    let mut sorted_rows = Rows::new(queries.len(), k);
    race.rival("kiddo", move || tree.fill(&queries, k, &mut rows));
    race.rival("kiddo_sorted", move || sorted.fill(sorted.in_curve_order(), k, &mut sorted_rows));
    race.rival("kiddo_batch", move || batch.batch(batch.in_curve_order(), k));
    race
}

/// From coordinates as in the file to the neighbours of every point. `kiddo_sorted` sorts its queries within the clock
/// and leaves the rows in that order. The answers are those of [`knn`].
fn index_and_knn(cloud: &Cloud, k: usize) -> Race<'_> {
    let mut race = Race::new(format!("index+knn{k}/{}", cloud.name), cloud.xyz.len());
    for Executor { name, device } in executors() {
        race.swath(name, move || neighbors(&indexed(device, cloud), k));
    }
    let mut rows = Rows::new(cloud.xyz.len(), k);
    let mut sorted_rows = Rows::new(cloud.xyz.len(), k);
    race.rival("kiddo", move || {
        let queries = cloud.local();
        kiddo::fill(&kiddo::build(&queries), &queries, k, &mut rows);
    });
    race.rival("kiddo_sorted", move || {
        let tree = Kiddo::new(&cloud.local());
        tree.fill(tree.in_curve_order(), k, &mut sorted_rows);
    });
    race
}

/// Every feature of every point, index ready. No rival computes them in Rust.
fn features(cloud: &Cloud) -> Race<'_> {
    let mut race = Race::new(format!("features/{}", cloud.name), cloud.xyz.len());
    for Executor { name, device } in executors() {
        let indexed = indexed(device, cloud);
        race.swath(name, move || table(&indexed));
    }
    race
}

fn indexed(device: &Device, cloud: &Cloud) -> PointCloud {
    let options = PointsOptions { unit: cloud.unit, origin: Some(cloud.corner()) };
    let points = device.points_with(&cloud.xyz, &options).expect("a cloud");
    points.build_index().expect("an index");
    device.synchronize().expect("recorded work");
    points
}

fn neighbors(cloud: &PointCloud, k: usize) -> HostNeighbors {
    cloud.knn(k).and_then(|neighbors| neighbors.read().wait()).expect("neighbours")
}

fn table(cloud: &PointCloud) -> HostFeatures {
    let table = cloud.features(Neighborhood::Knn(FEATURE_NEIGHBORS), &Features::eigen());
    table.and_then(|table| table.read().wait()).expect("features")
}

fn assert_same_distances(name: &str, cloud: &Cloud, k: usize, swath: &[f32], kiddo: &[f32]) {
    assert_eq!(swath.len(), kiddo.len(), "knn{k}/{}/{name}: number of distances", cloud.name);
    let unit = cloud.unit.unwrap_or(1.0) as f32;
    for (position, (swath, kiddo)) in swath.iter().zip(kiddo).enumerate() {
        let kiddo = kiddo * unit * unit;
        let (point, place) = (position / k, position % k);
        let apart = (swath - kiddo).abs();
        assert!(
            apart <= DISTANCE_BOUND * kiddo,
            "knn{k}/{}/{name}: neighbour {place} of point {point} at {swath}, kiddo has {kiddo} (squared)",
            cloud.name
        );
    }
}
