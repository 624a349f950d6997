//! Where results go.

use std::fs;
use std::path::{Path, PathBuf};

use swath::{Gray8, ImageView};

use crate::flags::Integer;
use crate::npy::{self, Number};
use crate::picture;
use crate::process::Results;
use crate::terminal::Outcome;

/// What each photograph's folder gets.
const PICTURES: [&str; 2] = ["gray.png", "threshold.png"];

/// A folder for each photograph: `folder` itself for a single one, else one of its name inside.
///
/// # Errors
/// If two photographs have the same name, or a result would be written over a photograph.
pub fn folders(folder: &Path, inputs: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
    let folders = distinct(folder, inputs)?;
    let results = || folders.iter().flat_map(|own| PICTURES.map(|name| own.join(name)));
    // A file that does not exist is not a photograph.
    let is_input = |path: &Path| path.canonicalize().is_ok_and(|path| inputs.iter().any(|input| same(input, &path)));
    match results().find(|path| is_input(path)) {
        Some(path) => {
            Err(format!("{} is an input and would be overwritten; give another --out-dir", path.display()).into())
        }
        None => Ok(folders),
    }
}

fn same(input: &Path, canonical: &Path) -> bool {
    input.canonicalize().is_ok_and(|input| input == canonical)
}

fn distinct(folder: &Path, inputs: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
    if inputs.len() < 2 {
        return Ok(vec![folder.to_owned()]);
    }
    let mut folders: Vec<PathBuf> = Vec::new();
    for input in inputs {
        let own = folder.join(input.file_stem().unwrap_or_default());
        if folders.contains(&own) {
            return Err(format!("two inputs would be written into {}; rename one", own.display()).into());
        }
        folders.push(own);
    }
    Ok(folders)
}

/// Writes the results of each photograph into its folder, and the quantized tensor, one of all, into `folder`.
pub fn save(folder: &Path, folders: &[PathBuf], results: &Results, integer: Option<Integer>) -> Outcome<()> {
    let pictures = results.gray.iter().zip(results.masks.iter());
    for (index, (own, (gray, mask))) in folders.iter().zip(pictures).enumerate() {
        make(own)?;
        for (name, picture) in PICTURES.into_iter().zip([gray, mask]) {
            save_gray(&own.join(name), picture)?;
        }
        if let Some((shape, numbers)) = results.tensors.get(index) {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            save_array(&own.join("tensor.npy"), Number::F32, shape, &bytes)?;
        }
    }
    if let (Some(quantized), Some(integer)) = (&results.quantized, integer) {
        make(folder)?;
        let (name, number) = match integer {
            Integer::I8 => ("tensor_i8.npy", Number::I8),
            Integer::U8 => ("tensor_u8.npy", Number::U8),
        };
        // A single tensor has no axis for its batch.
        let shape = if folders.len() == 1 { &quantized.shape[1..] } else { &quantized.shape };
        save_array(&folder.join(name), number, shape, &quantized.bytes)?;
    }
    Ok(())
}

fn make(folder: &Path) -> Outcome<()> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()).into())
}

fn save_gray(path: &Path, gray: ImageView<'_, Gray8>) -> Outcome<()> {
    picture::save_gray(path, gray).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn save_array(path: &Path, number: Number, shape: &[usize], bytes: &[u8]) -> Outcome<()> {
    npy::write(path, number, shape, bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_photographs_get_folders_of_their_names() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let folders = |names: &[&str]| folders(Path::new("out"), &paths(names)).map_err(|error| error.to_string());
        assert_eq!(folders(&[]), Ok(paths(&["out"])));
        assert_eq!(folders(&["a/b.png"]), Ok(paths(&["out"])));
        assert_eq!(folders(&["a/b.png", "c.jpg"]), Ok(paths(&["out/b", "out/c"])));
        assert!(folders(&["a/b.png", "b.jpg"]).unwrap_err().contains("rename one"));
    }

    #[test]
    fn a_photograph_is_never_written_over() {
        let folder = std::env::temp_dir().join(format!("swath-photo-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (input, other) = (folder.join("gray.png"), folder.join("other"));
        fs::write(&input, b"").unwrap();
        let complaint = folders(&folder, std::slice::from_ref(&input)).unwrap_err().to_string();
        assert!(complaint.ends_with("is an input and would be overwritten; give another --out-dir"), "{complaint}");
        assert_eq!(folders(&other, &[input]).unwrap(), [other]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
