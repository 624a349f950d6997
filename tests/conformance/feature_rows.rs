//! The rows of the table for features of every neighbourhood, by every convention.

use std::borrow::Cow;

use swath::{Convention, Error, FeatureOptions, Features, HostFeatures, Neighborhood};

use crate::cloud_cases::{CloudCase, all};
use crate::cloud_rows::bytes_of_points;
use crate::runner::{Bits, Row};
use crate::support::definitions::{self, Asked};
use crate::support::{Mismatch, neighbors};

/// Clouds that were given with a unit, small enough for every pair of points.
fn small() -> Vec<CloudCase> {
    let is_small = |case: &CloudCase| case.cloud.local.len() <= 1_100;
    let is_whole = |case: &CloudCase| case.cloud.local.as_flattened().iter().all(|axis| axis.fract() == 0.0);
    all().into_iter().filter(|case| is_small(case) && is_whole(case)).collect()
}

/// Every kind of neighbourhood by Swath's definitions, two by those of every other library.
fn asked(unit: f64) -> Vec<Asked> {
    let radius = |steps: f64| unit * (steps * steps + 0.5).sqrt();
    let neighborhoods = [
        Neighborhood::Knn(12),
        Neighborhood::Knn(70),
        Neighborhood::Radius(radius(2.0)),
        Neighborhood::Radius(radius(150.0)),
        Neighborhood::KnnWithin { k: 20, radius: radius(90.0) },
        Neighborhood::OptimalK { min: 5, max: 20 },
    ];
    let own = neighborhoods.map(|neighborhood| Asked { neighborhood, convention: Convention::Swath });
    let others = Convention::ALL[1..].iter().flat_map(|convention| {
        [neighborhoods[0], neighborhoods[3]].map(|neighborhood| Asked { neighborhood, convention: *convention })
    });
    own.into_iter().chain(others).collect()
}

struct Tables(Vec<HostFeatures>);

impl Bits for Tables {
    fn bits(&self) -> Cow<'_, [u8]> {
        let columns = |table: &HostFeatures| -> Vec<u8> {
            let columns = Features::geometric().into_iter().filter_map(|feature| table.column(feature));
            columns.flat_map(|column| bytemuck::cast_slice::<_, u8>(column).iter().copied()).collect()
        };
        self.0.iter().flat_map(columns).collect()
    }
}

#[test]
fn features_of_every_neighborhood() {
    Row {
        test: "features_of_every_neighborhood",
        cases: small,
        whole: bytes_of_points,
        expected: |case: &CloudCase| {
            let local = &case.cloud.local;
            neighbors::nearest(local, &(0..local.len()).collect::<Vec<_>>(), local.len())
        },
        run: |device, case| {
            let cloud = case.cloud.upload(device)?;
            let table = |Asked { neighborhood, convention }| {
                let options = FeatureOptions { convention, ..FeatureOptions::default() };
                cloud.features_with(neighborhood, &Features::geometric(), &options)?.read().wait()
            };
            Ok(Tables(asked(case.cloud.unit).into_iter().map(table).collect::<Result<_, Error>>()?))
        },
        compare: |case, lists, got, _| {
            asked(case.cloud.unit).iter().zip(&got.0).try_for_each(|(asked, table)| {
                definitions::check(&case.cloud.local, case.cloud.unit, lists, asked, table).map_err(|wrong| Mismatch {
                    place: format!("{:?} by {}, {}", asked.neighborhood, asked.convention, wrong.place),
                    ..wrong
                })
            })
        },
    }
    .run();
}
