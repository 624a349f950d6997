//! The numbers of other libraries, as they gave them for a file: what the conventions reproduce.

use swath::{Convention, Feature, FeatureOptions, HostFeatures, Neighborhood};

use super::support::data::{PointFile, files, read_points};
use super::support::{executors, npz};

/// How far a number may be from the library's.
const BOUND: f32 = 1e-4;
/// Eigenvalues closer than this, by the largest, leave the directions between them to rounding.
const GAP: f32 = 1e-3;
/// The same for coordinates in f32, whose rounding moves points by a hundredth of a millimetre.
const GAP_OF_F32: f32 = 2e-2;

/// The golden file of this name and the cloud that it is for.
fn golden(name: &str) -> Option<(std::path::PathBuf, PointFile)> {
    let path =
        files("golden", &["npz"], "the tests against golden files").into_iter().find(|path| path.ends_with(name))?;
    let cloud = files("points", &["las"], "the tests against golden files")
        .into_iter()
        .find(|path| path.ends_with("jakarto_mobile_10k.las"))?;
    Some((path, read_points(&cloud)))
}

/// Executors that take the whole cloud, 16 bytes a point, at once.
fn executors_for(file: &PointFile) -> impl Iterator<Item = &'static executors::Executor> {
    let bytes = 16 * file.xyz.len() as u64;
    executors::all().iter().filter(move |executor| executor.binds(bytes))
}

/// Tables of a cloud by a convention, from every executor.
fn tables(
    file: &PointFile,
    neighborhood: Neighborhood,
    convention: Convention,
    features: &[Feature],
) -> Vec<(String, HostFeatures)> {
    let options = FeatureOptions { convention, viewpoint: None };
    let table = |executor: &executors::Executor| {
        let cloud = executor.device.points_with(&file.xyz, &file.options).unwrap();
        let table = cloud.features_with(neighborhood, features, &options).unwrap();
        (executor.name.clone(), table.read().wait().unwrap())
    };
    executors_for(file).map(table).collect()
}

/// Compares a column with the library's in the rows that `counts` keeps, which are nine of ten at least.
fn compare(
    name: &str,
    table: &HostFeatures,
    feature: Feature,
    expected: impl Fn(usize) -> f32,
    counts: impl Fn(usize) -> bool,
) {
    let column = table.column(feature).unwrap();
    let mut compared = 0;
    for (row, got) in column.iter().enumerate().filter(|(row, _)| counts(*row)) {
        let expected = expected(row);
        let same = got.is_nan() && expected.is_nan() || (got - expected).abs() <= BOUND;
        assert!(same, "{name}: {feature} of point {row} is {got}, not {expected}");
        compared += 1;
    }
    assert!(compared * 10 >= column.len() * 9, "{name}: only {compared} rows of {feature} were compared");
}

/// Whether the eigenvalues leave no doubt about the directions of `vectors`: rows where two of them are next to equal are
/// left out for what depends on these, because rounding alone turns the vectors within the plane of the two.
fn is_certain(table: &HostFeatures, row: usize, vectors: std::ops::RangeInclusive<usize>, gap: f32) -> bool {
    let value = |feature| table.column(feature).unwrap()[row];
    let values = [Feature::Eigenvalue1, Feature::Eigenvalue2, Feature::Eigenvalue3].map(value);
    let apart = |pair: usize| values[pair] - values[pair + 1] > gap * values[0];
    vectors.into_iter().all(|which| (which == 0 || apart(which - 1)) && (which == 2 || apart(which)))
}

#[test]
fn jakteristics_is_reproduced() {
    let Some((path, file)) = golden("jakteristics_r0.5_jakarto.npz") else { return };
    let golden = npz::read(&path, "features");
    let of_values = [
        Feature::EigenvalueSum,
        Feature::Omnivariance,
        Feature::Eigenentropy,
        Feature::Anisotropy,
        Feature::Planarity,
        Feature::Linearity,
        Feature::Pca1,
        Feature::Pca2,
        Feature::SurfaceVariation,
        Feature::Sphericity,
    ];
    // Columns of that library in its order: these, verticality, the normal, the count, eigenvalues and eigenvectors.
    let vectors = [
        [Feature::Eigenvector1X, Feature::Eigenvector1Y, Feature::Eigenvector1Z],
        [Feature::Eigenvector2X, Feature::Eigenvector2Y, Feature::Eigenvector2Z],
        [Feature::Eigenvector3X, Feature::Eigenvector3Y, Feature::Eigenvector3Z],
    ];
    let features: Vec<_> = of_values
        .into_iter()
        .chain([Feature::Verticality, Feature::NormalX, Feature::NormalY, Feature::NormalZ, Feature::NeighborCount])
        .chain([Feature::Eigenvalue1, Feature::Eigenvalue2, Feature::Eigenvalue3])
        .chain(vectors.into_iter().flatten())
        .collect();
    assert_eq!(features.len(), golden.columns);
    for (name, table) in tables(&file, Neighborhood::Radius(0.5), Convention::Jakteristics, &features) {
        let theirs = |feature: Feature, row: usize| {
            golden.values[row * golden.columns + features.iter().position(|name| *name == feature).unwrap()]
        };
        for feature in of_values {
            // Its entropy is NaN where an eigenvalue is 0, though 0 ln 0 is 0: in no row of this file.
            compare(&name, &table, feature, |row| theirs(feature, row), |_| true);
        }
        for feature in [Feature::Eigenvalue1, Feature::Eigenvalue2, Feature::Eigenvalue3] {
            compare(&name, &table, feature, |row| theirs(feature, row), |_| true);
        }
        // It counts the points of lone points as well, and so do we.
        compare(&name, &table, Feature::NeighborCount, |row| theirs(Feature::NeighborCount, row), |_| true);
        let has_normal = |row: usize| is_certain(&table, row, 2..=2, GAP);
        compare(&name, &table, Feature::Verticality, |row| theirs(Feature::Verticality, row), has_normal);
        let normal = [Feature::NormalX, Feature::NormalY, Feature::NormalZ];
        for (which, axes) in vectors.into_iter().enumerate().chain([(2, normal)]) {
            let certain = |row: usize| is_certain(&table, row, which..=which, GAP);
            for axis in axes {
                // The library leaves the sign of a vector to chance.
                let agreed = |row: usize| {
                    let dot: f32 = axes.iter().map(|axis| theirs(*axis, row) * table.column(*axis).unwrap()[row]).sum();
                    theirs(axis, row) * dot.signum()
                };
                compare(&name, &table, axis, agreed, certain);
            }
        }
    }
}

#[test]
fn pgeof_is_reproduced() {
    let Some((path, file)) = golden("pgeof_k16_jakarto.npz") else { return };
    let golden = npz::read(&path, "features");
    let features = [
        Feature::Linearity,
        Feature::Planarity,
        Feature::Sphericity,
        Feature::Verticality,
        Feature::NormalX,
        Feature::NormalY,
        Feature::NormalZ,
        Feature::Length,
        Feature::Surface,
        Feature::Volume,
        Feature::SurfaceVariation,
    ];
    let asked: Vec<_> =
        features.into_iter().chain([Feature::Eigenvalue1, Feature::Eigenvalue2, Feature::Eigenvalue3]).collect();
    // Where the 16th and the 17th point are as good as equally near, that library took whichever its f32 coordinates, half
    // a hundredth of a millimetre off, made it meet first: such rows describe other points.
    let cloud = executors::all()[0].device.points_with(&file.xyz, &file.options).unwrap();
    let near = cloud.knn(17).unwrap().read().wait().unwrap();
    let is_decided = |row: usize| near.row(row).1[16].sqrt() - near.row(row).1[15].sqrt() > 2e-5;
    for (name, table) in tables(&file, Neighborhood::Knn(16), Convention::Pgeof, &asked) {
        for (place, feature) in features.into_iter().enumerate() {
            let theirs = |row: usize| golden.values[row * golden.columns + place];
            match feature {
                Feature::NormalX | Feature::NormalY | Feature::NormalZ => {
                    compare(&name, &table, feature, theirs, |row| {
                        is_decided(row) && is_certain(&table, row, 2..=2, GAP_OF_F32)
                    });
                }
                Feature::Verticality => {
                    compare(&name, &table, feature, theirs, |row| {
                        is_decided(row) && is_certain(&table, row, 0..=2, GAP_OF_F32)
                    });
                }
                _ => compare(&name, &table, feature, theirs, is_decided),
            }
        }
    }
}

#[test]
fn distances_are_those_of_pgeof() {
    let Some((path, file)) = golden("pgeof_k16_jakarto.npz") else { return };
    let golden = npz::read(&path, "squared_distances");
    for executor in executors_for(&file) {
        let cloud = executor.device.points_with(&file.xyz, &file.options).unwrap();
        let near = cloud.knn(16).unwrap().read().wait().unwrap();
        // That library's coordinates are not whole numbers, but differences in f32.
        for (place, (got, expected)) in near.squared_distances().iter().zip(&golden.values).enumerate() {
            let ok = (got.sqrt() - expected.sqrt()).abs() <= BOUND;
            assert!(ok, "{}: neighbour {} of point {} at {got}, not {expected}", executor.name, place % 16, place / 16);
        }
    }
}
