//! Arrays as NumPy stores them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::npy_header::header;

/// What an array is made of.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    F32,
    I8,
    U8,
}

impl Number {
    /// NumPy's name, byte order included.
    fn descr(self) -> &'static str {
        match self {
            Self::F32 => "<f4",
            Self::I8 => "|i1",
            Self::U8 => "|u1",
        }
    }
}

/// Writes an array of numbers, given as bytes in little-endian order, the last axis the fastest.
pub fn write(path: &Path, number: Number, shape: &[usize], bytes: &[u8]) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(&header(number.descr(), shape, 0))?;
    file.write_all(bytes)?;
    file.flush()
}
