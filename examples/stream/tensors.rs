//! The file of tensors: one NumPy array that grows while they arrive.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use crate::npy_header::header;
use crate::terminal::Outcome;

/// An array of `f32` whose first axis grows. It is written beside the file that it will be, and takes its place once it is
/// complete; given up, it leaves nothing.
pub struct TensorFile {
    path: PathBuf,
    part: PathBuf,
    file: File,
    /// Of one tensor.
    shape: [usize; 3],
    tensors: usize,
    header_bytes: usize,
    bytes: Vec<u8>,
}

/// The file once it is complete.
pub struct Written {
    pub path: PathBuf,
    pub shape: [usize; 4],
}

impl TensorFile {
    /// Room for at most so many tensors of a shape.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(path: &Path, most: usize, shape: [usize; 3]) -> Outcome<Self> {
        let mut part = OsString::from(path);
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(|error| complaint(path, &error))?;
        let header = header_of(most, shape, 0);
        let header_bytes = header.len();
        let mut tensors = Self { path: path.into(), part, file, shape, tensors: 0, header_bytes, bytes: Vec::new() };
        tensors.write(&header)?;
        Ok(tensors)
    }

    /// Appends a tensor.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn append(&mut self, numbers: &[f32]) -> Outcome<()> {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        self.write(&bytes)?;
        self.bytes = bytes;
        self.tensors += 1;
        Ok(())
    }

    /// Says in the header how many there are, and puts the file in its place.
    ///
    /// # Errors
    /// If that fails.
    pub fn finish(mut self) -> Outcome<Written> {
        let header = header_of(self.tensors, self.shape, self.header_bytes);
        self.file.rewind().map_err(|error| complaint(&self.path, &error))?;
        self.write(&header)?;
        fs::rename(&self.part, &self.path).map_err(|error| complaint(&self.path, &error))?;
        let [channels, height, width] = self.shape;
        Ok(Written { path: self.path.clone(), shape: [self.tensors, channels, height, width] })
    }

    fn write(&mut self, bytes: &[u8]) -> Outcome<()> {
        self.file.write_all(bytes).map_err(|error| complaint(&self.path, &error).into())
    }
}

impl Drop for TensorFile {
    fn drop(&mut self) {
        // There is none any more where it is complete.
        let _ = fs::remove_file(&self.part);
    }
}

fn header_of(tensors: usize, [channels, height, width]: [usize; 3], least: usize) -> Vec<u8> {
    header("<f4", &[tensors, channels, height, width], least)
}

fn complaint(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_how_many_tensors_came_and_nothing_is_left_of_one_given_up() {
        let folder = std::env::temp_dir().join(format!("swath-tensors-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.npy");
        let mut file = TensorFile::create(&path, 1_000_000_000_000, [3, 1, 2]).unwrap();
        for first in [1.0, 2.0] {
            file.append(&[first, 0.0, 0.0, 0.0, 0.0, 0.5]).unwrap();
        }
        assert_eq!(file.finish().unwrap().shape, [2, 3, 1, 2]);
        let bytes = fs::read(&path).unwrap();
        let start = bytes.len() - 2 * 6 * 4;
        assert_eq!(start % 64, 0);
        assert!(String::from_utf8_lossy(&bytes[..start]).contains("'shape': (2, 3, 1, 2,)"));
        assert_eq!(
            (&bytes[start..start + 4], &bytes[start + 24..start + 28]),
            (&[0, 0, 128, 63][..], &[0, 0, 0, 64][..])
        );

        drop(TensorFile::create(&path, 5, [3, 1, 2]).unwrap());
        assert_eq!(fs::read(&path).unwrap(), bytes, "the file that was there is untouched");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}
