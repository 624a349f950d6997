//! Extra dimensions of a LAS file: what its records hold after the standard fields, and how ours are appended.
//!
//! LAS 1.4 R15, section 2.7 (table 24): one descriptor of 192 bytes a dimension, in a VLR `LASF_Spec`, record 4. Files
//! in the wild have two such VLRs, or more bytes in a record than their descriptors account for.

use crate::terminal::Outcome;

/// Bytes of one descriptor.
pub const DESCRIPTOR_BYTES: usize = 192;
/// Data type of a 4-byte float.
const FLOAT: u8 = 9;
/// Data types that bytes without a description are given, with their lengths. LAS has a type for such bytes too, 0, but
/// laspy 2.7 refuses files in which one has more than three of them; whole numbers every reader knows.
const PLAIN: [(usize, u8); 4] = [(8, 7), (4, 5), (2, 3), (1, 1)];

/// Descriptors of all extra dimensions of a record, in the order of their bytes.
#[derive(Debug, Default, PartialEq)]
pub struct ExtraDimensions {
    descriptors: Vec<[u8; DESCRIPTOR_BYTES]>,
}

impl ExtraDimensions {
    /// Dimensions of records with `extra_bytes` after the standard fields, described by these VLR payloads in order.
    ///
    /// Bytes that no descriptor accounts for get one: whatever is appended must come after them.
    pub fn read<'a>(payloads: impl Iterator<Item = &'a [u8]>, extra_bytes: usize) -> Outcome<Self> {
        let descriptors: Vec<_> =
            payloads.flat_map(|payload| payload.as_chunks::<DESCRIPTOR_BYTES>().0).copied().collect();
        let mut dimensions = Self { descriptors };
        let described = dimensions.byte_length()?;
        if described > extra_bytes {
            return Err(format!(
                "its extra dimensions take {described} bytes a point, but the points have {extra_bytes}; \
                 the file contradicts itself"
            )
            .into());
        }
        dimensions.push_undocumented(extra_bytes - described);
        Ok(dimensions)
    }

    /// Appends one 4-byte float and returns its name: the one given, or with `_2`, `_3`, .. where that is taken.
    pub fn push_float(&mut self, name: &str, description: &str) -> String {
        let name = self.free_name(name);
        self.descriptors.push(descriptor(FLOAT, &name, description));
        name
    }

    /// The payload of the one VLR that describes them all.
    pub fn to_payload(&self) -> Vec<u8> {
        self.descriptors.concat()
    }

    fn push_undocumented(&mut self, mut bytes: usize) {
        for (length, data_type) in PLAIN {
            while bytes >= length {
                let name = self.free_name("undocumented");
                self.descriptors.push(descriptor(data_type, &name, "bytes without a description"));
                bytes -= length;
            }
        }
    }

    fn byte_length(&self) -> Outcome<usize> {
        self.descriptors.iter().map(byte_length).sum()
    }

    fn free_name(&self, wanted: &str) -> String {
        let taken = |name: &str| self.descriptors.iter().any(|known| name_of(known).eq_ignore_ascii_case(name));
        if !taken(wanted) {
            return wanted.to_owned();
        }
        (2..).map(|copy| format!("{wanted}_{copy}")).find(|name| !taken(name)).unwrap_or_default()
    }
}

fn descriptor(data_type: u8, name: &str, description: &str) -> [u8; DESCRIPTOR_BYTES] {
    let mut bytes = [0; DESCRIPTOR_BYTES];
    bytes[2] = data_type;
    copy_text(&mut bytes[4..36], name);
    copy_text(&mut bytes[160..192], description);
    bytes
}

fn copy_text(field: &mut [u8], text: &str) {
    let length = text.len().min(field.len());
    field[..length].copy_from_slice(&text.as_bytes()[..length]);
}

/// Bytes of the dimension in each record. Types 11 to 30 are pairs and triples of 1 to 10, as LAS 1.4 had them at first.
fn byte_length(descriptor: &[u8; DESCRIPTOR_BYTES]) -> Outcome<usize> {
    const SCALAR: [usize; 10] = [1, 1, 2, 2, 4, 4, 8, 8, 4, 8];
    let data_type = usize::from(descriptor[2]);
    match data_type {
        0 => Ok(usize::from(descriptor[3])),
        1..=30 => Ok(SCALAR[(data_type - 1) % 10] * ((data_type - 1) / 10 + 1)),
        _ => Err(format!("its extra dimension {:?} has the unknown data type {data_type}", name_of(descriptor)).into()),
    }
}

fn name_of(descriptor: &[u8; DESCRIPTOR_BYTES]) -> String {
    let field = &descriptor[4..36];
    let end = field.iter().position(|&byte| byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dimensions: &ExtraDimensions) -> Vec<String> {
        dimensions.descriptors.iter().map(name_of).collect()
    }

    #[test]
    fn two_vlrs_become_one_in_the_order_of_the_bytes() {
        let first = descriptor(FLOAT, "height", "").to_vec();
        let second = [descriptor(1, "flag", ""), descriptor(8, "id", "")].concat();
        let mut dimensions = ExtraDimensions::read([&first[..], &second].into_iter(), 4 + 1 + 8).unwrap();
        assert_eq!(dimensions.push_float("planarity", "k = 16"), "planarity");
        assert_eq!(names(&dimensions), ["height", "flag", "id", "planarity"]);
        assert_eq!(dimensions.to_payload().len(), 4 * DESCRIPTOR_BYTES);
    }

    #[test]
    fn undescribed_bytes_come_before_what_is_appended() {
        let known = descriptor(3, "echo", "");
        let mut dimensions = ExtraDimensions::read([&known[..]].into_iter(), 2 + 15).unwrap();
        dimensions.push_float("planarity", "");
        let expected = ["echo", "undocumented", "undocumented_2", "undocumented_3", "undocumented_4", "planarity"];
        assert_eq!(names(&dimensions), expected);
        assert_eq!(dimensions.byte_length().unwrap(), 2 + 8 + 4 + 2 + 1 + 4);
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let mut dimensions = ExtraDimensions::default();
        let names = ["linearity", "linearity", "Linearity"].map(|name| dimensions.push_float(name, ""));
        assert_eq!(names, ["linearity", "linearity_2", "Linearity_3"]);
    }

    #[test]
    fn contradictions_are_errors() {
        let known = descriptor(10, "echo", "");
        let error = ExtraDimensions::read([&known[..]].into_iter(), 4).unwrap_err().to_string();
        assert_eq!(
            error,
            "its extra dimensions take 8 bytes a point, but the points have 4; the file contradicts itself"
        );
        let unknown = descriptor(31, "echo", "");
        let error = ExtraDimensions::read([&unknown[..]].into_iter(), 4).unwrap_err().to_string();
        assert_eq!(error, "its extra dimension \"echo\" has the unknown data type 31");
    }

    #[test]
    fn deprecated_pairs_and_triples_have_their_length() {
        let lengths = [(9, 4), (19, 8), (29, 12), (30, 24), (11, 2)];
        for (data_type, expected) in lengths {
            assert_eq!(byte_length(&descriptor(data_type, "", "")).unwrap(), expected);
        }
    }
}
