//! Colours, near infrared and ground of a LAS file, by its point format (LAS 1.4 R15, tables 7 to 16).

use crate::attributes::{Attributes, GROUND};
use crate::las_file::{LasFile, point_format};

/// Byte of red in a record, by point format; green and blue follow it, two bytes each.
const RED: [Option<usize>; 11] =
    [None, None, Some(20), Some(28), None, Some(28), None, Some(30), Some(30), None, Some(30)];
/// Byte of near infrared in a record.
const INFRARED: [Option<usize>; 11] = [None, None, None, None, None, None, None, None, Some(36), None, Some(36)];

impl LasFile {
    /// What its points carry; `name` is the file's, for what is said of it.
    pub fn attributes(&self, name: &str) -> Attributes {
        let format = usize::from(point_format(&self.header));
        let lack = Attributes::none(&format!("{name}: its point format is {format}"));
        let colors =
            RED[format].map(|byte| self.column(|record| [0, 2, 4].map(|channel| word(record, byte + channel))));
        let infrared = INFRARED[format].map(|byte| self.column(|record| word(record, byte)));
        let ground: Vec<bool> = self.column(|record| class(record, format) == GROUND);
        let has_ground = ground.contains(&true);
        let no_ground = || format!("there are no ground points ({name}: no point is of class {GROUND})");
        Attributes {
            colors: colors.map_or(lack.colors, Ok),
            infrared: infrared.map_or(lack.infrared, Ok),
            ground: if has_ground { Ok(ground) } else { Err(no_ground()) },
        }
    }

    fn column<T>(&self, value: impl Fn(&[u8]) -> T) -> Vec<T> {
        self.records.chunks_exact(self.record_bytes()).map(value).collect()
    }
}

fn word(record: &[u8], byte: usize) -> u16 {
    u16::from_le_bytes([record[byte], record[byte + 1]])
}

/// Older formats keep flags in the upper three bits.
fn class(record: &[u8], format: usize) -> u8 {
    if format < 6 { record[15] & 0x1f } else { record[16] }
}

#[cfg(test)]
mod tests {
    use las::point::{Classification, Format};
    use las::{Color, Point, raw};

    use super::*;
    use crate::las_file::RECORD_BYTES;

    /// Three points of a format, encoded by the `las` crate.
    fn file(format: u8) -> LasFile {
        let point_format = Format::new(format).unwrap();
        let transforms = las::Vector::<las::Transform>::default();
        let mut records = Vec::new();
        for index in 0..3u16 {
            let point = Point {
                classification: if index == 1 { Classification::Ground } else { Classification::Building },
                is_synthetic: index == 1,
                color: point_format.has_color.then(|| Color::new(index, 256 + index, 65_535 - index)),
                nir: point_format.has_nir.then_some(1000 + index),
                gps_time: point_format.has_gps_time.then_some(0.5),
                ..Point::default()
            };
            let mut record = Vec::new();
            point.into_raw(&transforms).unwrap().write_to(&mut record, &point_format).unwrap();
            assert_eq!(record.len(), RECORD_BYTES[usize::from(format)]);
            records.extend(record);
        }
        let header = raw::Header {
            point_data_record_format: format,
            point_data_record_length: RECORD_BYTES[usize::from(format)] as u16,
            ..raw::Header::default()
        };
        LasFile::from_records(header, records)
    }

    #[test]
    fn every_format_gives_what_it_has() {
        for format in 0..=10 {
            let attributes = file(format).attributes("a.las");
            let expected: Vec<[u16; 3]> = (0..3).map(|index| [index, 256 + index, 65_535 - index]).collect();
            let reason = format!("there are no colours (a.las: its point format is {format})");
            let has_color = [2, 3, 5, 7, 8, 10].contains(&format);
            assert_eq!(attributes.colors, if has_color { Ok(expected) } else { Err(reason) }, "format {format}");
            assert_eq!(attributes.infrared.ok(), [8, 10].contains(&format).then(|| vec![1000, 1001, 1002]));
            assert_eq!(attributes.ground, Ok(vec![false, true, false]), "format {format}");
        }
    }

    #[test]
    fn a_file_without_ground_says_so() {
        let mut file = file(6);
        file.records.truncate(file.record_bytes());
        let ground = file.attributes("a.laz").ground;
        assert_eq!(ground, Err("there are no ground points (a.laz: no point is of class 2)".to_owned()));
    }
}
