//! Tiles of a survey one by one, with the others around them, against the survey as one cloud.

use swath::{Device, Error, Feature, FeatureOptions, Features, Neighborhood, PointsOptions, TileOptions, TilePart};

use super::support::data::{PointFile, files, read_points};
use super::support::executors;

const NEIGHBORHOODS: [Neighborhood; 3] =
    [Neighborhood::Knn(16), Neighborhood::Radius(1.0), Neighborhood::OptimalK { min: 10, max: 24 }];

/// The six adjacent tiles of one survey; none without test data.
fn survey() -> Vec<PointFile> {
    let of_survey = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        name.starts_with("ign_tile_") && !name.ends_with("classified")
    };
    files("points", &["laz"], "the tests of tiles")
        .into_iter()
        .filter(of_survey)
        .map(|path| read_points(&path))
        .collect()
}

/// Checks that tiles give the features of all points in one cloud; returns the number of chunks.
fn check(
    device: &Device,
    parts: &[TilePart<'_>],
    all: &[[f64; 3]],
    points: PointsOptions,
    memory_limit: Option<u64>,
    neighborhood: Neighborhood,
) -> usize {
    let features: Vec<Feature> = Features::geometric();
    let options = FeatureOptions::default();
    let whole = device.points_with(all, &points).unwrap().features(neighborhood, &features).unwrap();
    let whole = whole.read().wait().unwrap();
    let tiles = device.tiles(parts, &TileOptions { points, memory_limit }).unwrap();
    assert_eq!(tiles.len(), all.len());
    let (mut first, mut part, mut rows_of_part, mut chunks) = (0, 0, 0, 0);
    tiles
        .features(neighborhood, &features, &options, |tile| {
            if tile.part() != part {
                (first, part, rows_of_part) = (first + rows_of_part, tile.part(), 0);
            }
            rows_of_part += tile.rows().len();
            chunks += 1;
            for feature in &features {
                let (got, expected) = (tile.column(*feature).unwrap(), whole.column(*feature).unwrap());
                for (row, got) in tile.rows().iter().zip(got) {
                    let expected = expected[first + *row as usize];
                    let same = got.to_bits() == expected.to_bits();
                    assert!(same, "{neighborhood:?}, part {part}: {feature} of {row} is {got}, not {expected}");
                }
            }
            Ok::<(), Error>(())
        })
        .unwrap();
    assert_eq!(first + rows_of_part, all.len(), "every point has its row");
    chunks
}

#[test]
fn six_tiles_one_by_one_are_the_survey_to_the_last_bit() {
    let survey = survey();
    let Some(tile) = survey.first() else { return };
    assert_eq!(survey.len(), 6);
    let parts: Vec<_> = survey.iter().map(|tile| TilePart::new(&tile.xyz)).collect();
    let all: Vec<_> = survey.iter().flat_map(|tile| tile.xyz.iter().copied()).collect();
    for neighborhood in NEIGHBORHOODS {
        assert_eq!(check(&Device::cpu().unwrap(), &parts, &all, tile.options, None, neighborhood), 6);
    }
}

#[test]
fn eight_chunks_and_more_are_the_cloud_to_the_last_bit() {
    let Some(file) = survey().into_iter().next() else { return };
    for neighborhood in NEIGHBORHOODS {
        let cpu = Device::cpu().unwrap();
        let chunks = check(&cpu, &[TilePart::new(&file.xyz)], &file.xyz, file.options, Some(4 << 20), neighborhood);
        assert!(chunks >= 8, "{chunks} chunks only");
    }
}

#[test]
fn chunks_on_a_gpu_are_its_cloud_to_the_last_bit() {
    let (Some(file), Some(gpu)) = (survey().into_iter().next(), executors::the_gpu()) else { return };
    let part = &file.xyz[..20_000];
    for neighborhood in [Neighborhood::Knn(16), Neighborhood::Radius(1.0)] {
        let chunks = check(&gpu, &[TilePart::new(part)], part, file.options, Some(2 << 20), neighborhood);
        assert!(chunks >= 4, "{chunks} chunks only");
    }
}
