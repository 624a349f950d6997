//! Arrays as NumPy stores them: `.npy`, format 1.0.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Data begins at a multiple of this many bytes.
const ALIGNMENT: usize = 64;

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
    file.write_all(&header(number, shape))?;
    file.write_all(bytes)?;
    file.flush()
}

/// Magic, version, length, and a Python dictionary padded with blanks up to a line end.
fn header(number: Number, shape: &[usize]) -> Vec<u8> {
    let axes: String = shape.iter().map(|len| format!("{len}, ")).collect();
    let descr = number.descr();
    // A tuple of one number ends with a comma; so may the others.
    let dictionary = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}", axes.trim_end());
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let total = (bytes.len() + 2 + dictionary.len() + 1).next_multiple_of(ALIGNMENT);
    let padded = total - bytes.len() - 2;
    // A few numbers of 20 digits stay far below the 65,535 that two bytes can say.
    bytes.extend((padded as u16).to_le_bytes());
    bytes.extend(format!("{dictionary:<width$}\n", width = padded - 1).bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_ends_with_a_line_at_a_multiple_of_64() {
        for shape in [[3, 1081, 1921], [3, 0, 0], [3, 1, 10_000_000_000]] {
            let bytes = header(Number::F32, &shape);
            assert_eq!(bytes.len() % ALIGNMENT, 0);
            assert_eq!(bytes.last(), Some(&b'\n'));
            assert_eq!(usize::from(u16::from_le_bytes([bytes[8], bytes[9]])) + 10, bytes.len());
        }
    }

    #[test]
    fn the_header_says_what_numpy_expects() {
        let bytes = header(Number::F32, &[3, 2, 5]);
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        let text = String::from_utf8_lossy(&bytes[10..]);
        assert_eq!(text.trim_end(), "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 5,), }");
    }
}
