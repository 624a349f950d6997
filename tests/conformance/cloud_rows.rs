//! The rows of the table for point clouds.

use std::borrow::Cow;

use swath::{Error, Features, HostFeatures, HostNeighbors, Neighborhood};

use crate::cloud_cases::{CloudCase, all};
use crate::runner::{Bits, Row};
use crate::support::neighbors::{self, Lists};
use crate::support::{Mismatch, features};

/// A walk may visit any point: 16 bytes each. A block of lists needs some room too.
pub fn bytes_of_points(case: &CloudCase) -> u64 {
    (16 * case.cloud.local.len() as u64).max(16 << 10)
}

/// Lists for each `k` of a case.
pub struct Knn(pub Vec<HostNeighbors>);

impl Bits for Knn {
    fn bits(&self) -> Cow<'_, [u8]> {
        let bytes = |lists: &HostNeighbors| -> [Vec<u8>; 2] {
            [bytemuck::cast_slice(lists.indices()).into(), bytemuck::cast_slice(lists.squared_distances()).into()]
        };
        self.0.iter().flat_map(bytes).flatten().collect()
    }
}

#[test]
fn knn() {
    Row {
        test: "knn",
        cases: all,
        whole: bytes_of_points,
        expected: |case: &CloudCase| {
            let queries = neighbors::queries(case.cloud.local.len());
            let most = case.ks.iter().copied().max().unwrap_or(0);
            let lists = neighbors::nearest(&case.cloud.local, &queries, most);
            (queries, lists)
        },
        run: |device, case| {
            let cloud = case.cloud.upload(device)?;
            let lists: Result<Vec<_>, Error> = case.ks.iter().map(|k| cloud.knn(*k)).collect();
            // Recorded first, read afterwards.
            let reads: Vec<_> = lists?.iter().map(|lists| lists.read()).collect();
            Ok(Knn(reads.into_iter().map(|read| read.wait()).collect::<Result<_, _>>()?))
        },
        compare: |case, (queries, expected), got, _| {
            case.ks.iter().zip(&got.0).try_for_each(|(k, lists)| {
                if (lists.k(), lists.len()) != (*k, case.cloud.local.len()) {
                    let shape = (case.cloud.local.len(), *k);
                    let got = format!("{:?}", (lists.len(), lists.k()));
                    return Err(Mismatch::at("the shape", got, format!("{shape:?}")));
                }
                let lists = Lists { k: *k, indices: lists.indices(), squared_distances: lists.squared_distances() };
                neighbors::check(&case.cloud.local, case.cloud.unit, queries, expected, &lists)
            })
        },
    }
    .run();
}

/// A table for each `k` of a case, and the library's own lists.
struct Tables(Vec<(HostFeatures, HostNeighbors)>);

impl Bits for Tables {
    fn bits(&self) -> Cow<'_, [u8]> {
        let columns =
            self.0.iter().flat_map(|(table, _)| Features::eigen().into_iter().map(|feature| table.column(feature)));
        columns.flatten().flat_map(|column| bytemuck::cast_slice::<_, u8>(column).iter().copied()).collect()
    }
}

#[test]
fn features_of_knn() {
    Row {
        test: "features_of_knn",
        cases: all,
        whole: bytes_of_points,
        expected: |_: &CloudCase| (),
        run: |device, case| {
            let cloud = case.cloud.upload(device)?;
            let one = |k: &usize| {
                let table = cloud.features(Neighborhood::Knn(*k), &Features::eigen())?.read();
                Ok((table.wait()?, cloud.knn(*k)?.read().wait()?))
            };
            Ok(Tables(case.ks.iter().map(one).collect::<Result<_, Error>>()?))
        },
        compare: |case, (), got, is_gpu| {
            case.ks.iter().zip(&got.0).try_for_each(|(k, (table, lists))| {
                let bounds = features::Bounds::of(is_gpu);
                features::check(&case.cloud.local, case.cloud.unit, lists.indices(), *k, table, &bounds)
                    .map_err(|wrong| Mismatch { place: format!("k = {k}, {}", wrong.place), ..wrong })
            })
        },
    }
    .run();
}
