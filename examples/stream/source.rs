//! Where pictures come from: files of a folder, or nowhere.

use std::fs;
use std::path::{Path, PathBuf};

use image::{ImageReader, RgbImage};

use crate::made_up;
use crate::terminal::Outcome;

const EXTENSIONS: [&str; 3] = ["png", "jpg", "jpeg"];

/// One picture that is not in memory yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    File(PathBuf),
    MadeUp(u32),
}

/// The pictures of a folder by name, those of folders inside it left out.
///
/// # Errors
/// If the folder cannot be read, or has none.
pub fn in_folder(folder: &Path) -> Outcome<Vec<Source>> {
    let complaint = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(complaint)? {
        let path = entry.map_err(complaint)?.path();
        // Links that lead nowhere stay, and are told of when they are opened.
        if is_picture(&path) && !path.is_dir() {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(format!("{} has no pictures (.png, .jpg or .jpeg)", folder.display()).into());
    }
    paths.sort();
    Ok(paths.into_iter().map(Source::File).collect())
}

/// Pictures for a machine that has none.
pub fn made_up() -> Vec<Source> {
    (0..made_up::PICTURES).map(Source::MadeUp).collect()
}

fn is_picture(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

impl Source {
    /// What to call it.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::MadeUp(index) => format!("made-up picture {index}"),
        }
    }

    /// The picture with eight bits a channel, gray ones expanded, without transparency.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn open(&self) -> Result<RgbImage, String> {
        match self {
            Self::File(path) => {
                let reader = ImageReader::open(path).and_then(ImageReader::with_guessed_format);
                let picture = reader.map_err(|error| error.to_string())?.decode().map_err(|error| error.to_string())?;
                Ok(picture.into_rgb8())
            }
            Self::MadeUp(index) => Ok(made_up::picture(*index)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_ends_in_any_case() {
        for name in ["a.png", "b.JPG", "c.Jpeg", "folder/d.tar.png"] {
            assert!(is_picture(Path::new(name)), "{name}");
        }
        for name in ["a.npy", "png", ".png", "a.png.txt", "a"] {
            assert!(!is_picture(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn a_folder_without_pictures_is_an_error_that_names_it() {
        let error = in_folder(Path::new("examples/support")).unwrap_err().to_string();
        assert_eq!(error, "examples/support has no pictures (.png, .jpg or .jpeg)");
        assert!(in_folder(Path::new("no/such/folder")).unwrap_err().to_string().starts_with("no/such/folder: "));
    }
}
