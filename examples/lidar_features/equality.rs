//! Several inputs and memory limits against the same points in one piece.

use std::path::{Path, PathBuf};

use swath::{Device, Feature, Features, Neighborhood, TileOptions};

use crate::attributes::{Attributes, Needs};
use crate::flags::parsed;
use crate::input::Input;
use crate::outputs::store;
use crate::progress::Progress;
use crate::run::{Job, STAGES, Table};
use crate::timings::Timings;
use crate::vicinity::Vicinity;

const MAXIMUM: u16 = u16::MAX;

fn job<'a>(inputs: &'a [Input], vicinity: Vicinity, features: &'a [Feature]) -> Job<'a> {
    Job { inputs, vicinity, features, maximum: MAXIMUM }
}

fn tiled(job: &Job, memory_limit: Option<u64>) -> Vec<Table> {
    let (device, progress) = (Device::cpu().unwrap(), Progress::new(1));
    job.run_tiled(&device, memory_limit, &mut Timings::new(&STAGES), &progress).unwrap()
}

fn bits(table: &Table, feature: Feature) -> Vec<u32> {
    table.column(feature).unwrap().iter().map(|value| value.to_bits()).collect()
}

#[test]
fn a_memory_limit_writes_the_same_bytes() {
    let features = Features::all();
    let vicinity = Vicinity::of(&parsed(&["--radius", "1.5", "--k", "24", "--convention", "jakteristics"]));
    let device = Device::cpu().unwrap();
    let written = |table: &Table, name: &str| {
        let path = std::env::temp_dir().join(format!("swath-equality-{}-{name}.las", std::process::id()));
        store(&path, Input::town_of(200_000).into_las().unwrap(), table, &features, &vicinity).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        bytes
    };
    let inputs = [Input::town_of(200_000)];
    let job = job(&inputs, vicinity, &features);
    let whole = job.run_whole(&device, false, &mut Timings::new(&STAGES), &Progress::new(1)).unwrap();
    let pieces = tiled(&job, Some(1 << 20));
    let chunks = TileOptions { memory_limit: Some(1 << 20), ..TileOptions::default() };
    assert!(count_chunks(&inputs[0], &chunks) > 1, "one chunk proves nothing");
    assert!(written(&whole, "whole") == written(&pieces[0], "pieces"));
}

fn count_chunks(input: &Input, options: &TileOptions) -> usize {
    let device = Device::cpu().unwrap();
    let needs = Needs::default();
    let part = input.attributes.part(&input.points, &[], needs, MAXIMUM);
    let cloud = device.tiles(&[part], options).unwrap();
    let mut chunks = 0;
    cloud
        .features(Neighborhood::Knn(8), &[Feature::Linearity], &Default::default(), |_| {
            chunks += 1;
            Ok::<(), swath::Error>(())
        })
        .unwrap();
    chunks
}

/// The six tiles of one survey where `SWATH_TEST_DATA` has them.
fn survey() -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("SWATH_TEST_DATA").filter(|root| !root.is_empty()) else {
        println!("SWATH_TEST_DATA is not set: the survey's tiles are left out");
        return Vec::new();
    };
    let folder = Path::new(&root).join("points/ign_tiles");
    let mut tiles: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    tiles.retain(|path| path.extension().is_some_and(|ending| ending == "laz"));
    tiles.retain(|path| !path.to_string_lossy().contains("_classified"));
    tiles.sort();
    assert_eq!(tiles.len(), 6, "{}", folder.display());
    tiles
}

#[test]
fn several_files_have_the_features_of_the_merged_one() {
    let inputs: Vec<_> = survey().iter().map(|path| Input::open(path).unwrap()).collect();
    if inputs.is_empty() {
        return;
    }
    let shared = Attributes::shared(&inputs.iter().map(|input| &input.attributes).collect::<Vec<_>>());
    let features: Vec<_> = Features::lod2().into_iter().filter(|feature| shared.lack(*feature).is_none()).collect();
    let vicinity = Vicinity::of(&parsed(&["--k", "12"]));
    let job = job(&inputs, vicinity, &features);
    let options = job.options();
    assert!(options.unit.is_some(), "the tiles of one survey have one grid");
    let merged: Vec<_> = inputs.iter().flat_map(|input| input.points.iter().copied()).collect();
    let cloud = merged_attributes(&inputs)
        .cloud(&Device::cpu().unwrap(), &merged, &options, Needs::of(&features), MAXIMUM)
        .unwrap();
    let whole =
        cloud.features_with(vicinity.neighborhood, &features, &vicinity.options).unwrap().read().wait().unwrap();
    let tables = tiled(&job, None);
    for feature in features {
        let together: Vec<u32> = whole.column(feature).unwrap().iter().map(|value| value.to_bits()).collect();
        let apart: Vec<u32> = tables.iter().flat_map(|table| bits(table, feature)).collect();
        assert!(together == apart, "{feature}");
    }
}

fn merged_attributes(inputs: &[Input]) -> Attributes {
    let all = |input: &Input| vec![false; input.points.len()];
    Attributes {
        colors: inputs
            .iter()
            .map(|input| input.attributes.colors.clone())
            .collect::<Result<Vec<_>, _>>()
            .map(|all| all.concat()),
        infrared: inputs
            .iter()
            .map(|input| input.attributes.infrared.clone())
            .collect::<Result<Vec<_>, _>>()
            .map(|all| all.concat()),
        ground: Ok(inputs
            .iter()
            .flat_map(|input| input.attributes.ground.clone().unwrap_or_else(|_| all(input)))
            .collect()),
    }
}
