//! Real files, where `SWATH_TEST_DATA` names a folder with some.

use std::path::{Path, PathBuf};

use swath::PointsOptions;

use super::executors::say;

/// Files with one of these extensions anywhere beneath a folder of the test data, sorted. None, and a line that says
/// so, where there is no data.
///
/// # Panics
/// Where `SWATH_TEST_DATA` is set and has no such file: a wrong path must not look like success.
pub fn files(folder: &str, extensions: &[&str], what: &str) -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("SWATH_TEST_DATA").filter(|value| !value.is_empty()) else {
        say(format_args!("SWATH_TEST_DATA is not set: {what} are left out"));
        return Vec::new();
    };
    let root = PathBuf::from(root).join(folder);
    let mut files = Vec::new();
    gather(&root, extensions, &mut files);
    files.sort();
    assert!(!files.is_empty(), "{} has no files with {extensions:?}", root.display());
    files
}

fn gather(folder: &Path, extensions: &[&str], files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            gather(&path, extensions, files);
        } else if path
            .extension()
            .is_some_and(|found| extensions.iter().any(|wanted| found.eq_ignore_ascii_case(wanted)))
        {
            files.push(path);
        }
    }
}

/// A LAS or LAZ file.
pub struct PointFile {
    /// Name without folder.
    pub name: String,
    /// Coordinates.
    pub xyz: Vec<[f64; 3]>,
    /// The integers they are stored as, in units of the finest scale, if the other scales are whole multiples of it.
    pub whole: Option<Vec<[i64; 3]>>,
    /// The unit of `whole`.
    pub options: PointsOptions,
}

/// Reads a file.
pub fn read_points(path: &Path) -> PointFile {
    let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
    let mut reader = las::Reader::from_path(path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let points = reader.read_all().unwrap_or_else(|error| panic!("{name}: {error}"));
    let xyz = points.x().zip(points.y()).zip(points.z()).map(|((x, y), z)| [x, y, z]).collect();
    let transforms = points.transforms();
    let scales = [transforms.x.scale, transforms.y.scale, transforms.z.scale];
    let finest = scales.iter().copied().fold(f64::INFINITY, f64::min);
    let multiples = scales.map(|scale| scale / finest);
    let are_whole = multiples.iter().all(|multiple| (multiple - multiple.round()).abs() < 1e-9);
    let times = multiples.map(|multiple| multiple.round() as i64);
    let raw = points.x_raw().zip(points.y_raw()).zip(points.z_raw()).map(|((x, y), z)| [x, y, z]);
    let whole = raw.map(|point| std::array::from_fn(|axis| i64::from(point[axis]) * times[axis])).collect();
    PointFile {
        name,
        xyz,
        whole: are_whole.then_some(whole),
        options: PointsOptions { unit: are_whole.then_some(finest), origin: None },
    }
}
