//! The header of arrays as NumPy stores them: `.npy`, format 1.0.

/// Data begins at a multiple of this many bytes.
const ALIGNMENT: usize = 64;

/// Magic, version, length, and a Python dictionary padded with blanks up to a line end. `descr` is NumPy's name of a
/// number, byte order included; the last axis is the fastest. At least so many bytes long: the header of a file that
/// grows takes as much room as it will.
pub fn header(descr: &str, shape: &[usize], least: usize) -> Vec<u8> {
    let axes: String = shape.iter().map(|len| format!("{len}, ")).collect();
    // A tuple of one number ends with a comma; so may the others.
    let dictionary = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}", axes.trim_end());
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let total = (bytes.len() + 2 + dictionary.len() + 1).max(least).next_multiple_of(ALIGNMENT);
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
            for least in [0, 100, 192] {
                let bytes = header("<f4", &shape, least);
                assert_eq!(bytes.len() % ALIGNMENT, 0);
                assert!(bytes.len() >= least);
                assert_eq!(bytes.last(), Some(&b'\n'));
                assert_eq!(usize::from(u16::from_le_bytes([bytes[8], bytes[9]])) + 10, bytes.len());
            }
        }
    }

    #[test]
    fn the_header_says_what_numpy_expects() {
        let bytes = header("<f4", &[3, 2, 5], 0);
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        let text = String::from_utf8_lossy(&bytes[10..]);
        assert_eq!(text.trim_end(), "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 5,), }");
    }
}
