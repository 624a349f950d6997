//! Arrays in NumPy's `.npz` files: a zip archive of `.npy` files.

use std::io::Read;
use std::path::Path;

/// A two-dimensional array of 32-bit floats.
pub struct Array {
    /// Row by row.
    pub values: Vec<f32>,
    /// Values a row.
    pub columns: usize,
}

/// Reads an array from a file.
///
/// # Panics
/// Unless the file has such an array of little-endian `f32` in row-major order: test data is as it is.
pub fn read(path: &Path, name: &str) -> Array {
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut archive = zip::ZipArchive::new(file).expect("an npz file is a zip archive");
    let mut bytes = Vec::new();
    archive.by_name(&format!("{name}.npy")).expect("the array is there").read_to_end(&mut bytes).expect("a whole file");
    // Six bytes of magic, two of the version, two of the header's length, the header; version 1.0 of the format.
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let data = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..data]).expect("a header is text");
    assert!(header.contains("'descr': '<f4'") && header.contains("'fortran_order': False"), "{header}");
    let shape = header.split(['(', ')']).nth(1).expect("a header tells the shape");
    let columns = shape.split(',').nth(1).and_then(|columns| columns.trim().parse().ok()).expect("two dimensions");
    let values = bytes[data..].chunks_exact(4).map(|word| f32::from_le_bytes(word.try_into().expect("four bytes")));
    Array { values: values.collect(), columns }
}
