//! A LAS file in memory, kept byte for byte: header, records and VLRs stay as they are, except for what the appended
//! dimensions change. `las_read.rs` makes it, `las_write.rs` stores it.

use las::raw;

use crate::extra_dimensions::ExtraDimensions;
use crate::terminal::Outcome;
use crate::unit::Grid;

/// Bytes of the standard fields, by point format.
pub const RECORD_BYTES: [usize; 11] = [20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67];
/// Marks a compressed file in the header's point format.
pub const COMPRESSED: u8 = 0x80;

/// A LAS file in memory.
#[derive(Debug)]
pub struct LasFile {
    /// The header of the file that was read.
    pub header: raw::Header,
    /// Point records, never compressed.
    pub records: Vec<u8>,
    /// What the records hold after their standard fields.
    pub extra: ExtraDimensions,
    /// Without those that are made anew: laszip's, and that of the extra dimensions.
    pub vlrs: Vec<raw::Vlr>,
    /// Extended VLRs, which follow the points.
    pub evlrs: Vec<raw::Vlr>,
    /// Which of `evlrs` holds the waveforms.
    pub waveforms: Option<usize>,
}

impl LasFile {
    /// A file of records in this header, without VLRs.
    pub fn from_records(header: raw::Header, records: Vec<u8>) -> Self {
        Self {
            header,
            records,
            extra: ExtraDimensions::default(),
            vlrs: Vec::new(),
            evlrs: Vec::new(),
            waveforms: None,
        }
    }

    /// Bytes of one record.
    pub fn record_bytes(&self) -> usize {
        usize::from(self.header.point_data_record_length)
    }

    /// Coordinates: whole numbers times scale, plus offset.
    pub fn points(&self) -> Vec<[f64; 3]> {
        let Grid { scales: scale, offsets: offset } = self.grid();
        let coordinate = |record: &[u8], axis: usize| {
            let bytes = [0, 1, 2, 3].map(|byte| record[4 * axis + byte]);
            f64::from(i32::from_le_bytes(bytes)) * scale[axis] + offset[axis]
        };
        let point = |record: &[u8]| [coordinate(record, 0), coordinate(record, 1), coordinate(record, 2)];
        self.records.chunks_exact(self.record_bytes()).map(point).collect()
    }

    /// How whole numbers become coordinates.
    pub fn grid(&self) -> Grid {
        let header = &self.header;
        Grid {
            scales: [header.x_scale_factor, header.y_scale_factor, header.z_scale_factor],
            offsets: [header.x_offset, header.y_offset, header.z_offset],
        }
    }

    /// Appends 4-byte floats to every record, one column after the other.
    pub fn append(&mut self, columns: &[&[f32]]) -> Outcome<()> {
        let old = self.record_bytes();
        let new = old + 4 * columns.len();
        self.header.point_data_record_length =
            u16::try_from(new).map_err(|_| format!("a point would take {new} bytes, but a LAS file ends at 65535"))?;
        let mut records = vec![0; self.records.len() / old * new];
        for (index, (to, from)) in records.chunks_exact_mut(new).zip(self.records.chunks_exact(old)).enumerate() {
            to[..old].copy_from_slice(from);
            for (field, column) in to[old..].chunks_exact_mut(4).zip(columns) {
                field.copy_from_slice(&column[index].to_le_bytes());
            }
        }
        self.records = records;
        Ok(())
    }
}

/// The point format, 0 to 10 in a valid file.
pub fn point_format(header: &raw::Header) -> u8 {
    header.point_data_record_format & 0x3f
}
