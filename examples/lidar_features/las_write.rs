//! Writing LAS and LAZ.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use las::raw;
use laz::{LazItem, LazItemRecordBuilder, LazItemType, LazVlr, ParLasZipCompressor};

use crate::las_file::{COMPRESSED, LasFile, RECORD_BYTES, point_format};
use crate::terminal::Outcome;

impl LasFile {
    /// Writes the file, compressed if its name ends in `.laz`.
    pub fn write(mut self, path: &Path) -> Outcome<()> {
        let compressor = is_laz(path).then(|| self.compressor());
        self.header.point_data_record_format &= !COMPRESSED;
        if let Some(items) = &compressor {
            self.header.point_data_record_format |= COMPRESSED;
            self.vlrs.push(laszip_vlr(items)?);
        }
        let payload = self.extra.to_payload();
        if !payload.is_empty() {
            self.vlrs.push(vlr("LASF_Spec", 4, "extra dimensions", payload)?);
        }
        let mut file = BufWriter::new(File::create(path)?);
        self.write_head(&mut file)?;
        match compressor {
            Some(items) => {
                let mut points = ParLasZipCompressor::new(&mut file, items)?;
                points.compress_many(&self.records)?;
                points.done()?;
            }
            None => file.write_all(&self.records)?,
        }
        self.write_evlrs(&mut file)?;
        // The head again, now that the places of the extended VLRs are known.
        file.seek(SeekFrom::Start(0))?;
        self.write_head(&mut file)?;
        Ok(file.flush()?)
    }

    fn compressor(&self) -> LazVlr {
        let format = point_format(&self.header);
        let extra_bytes = self.record_bytes() - RECORD_BYTES[usize::from(format)];
        LazVlr::from_laz_items(laszip_items(format, extra_bytes as u16))
    }

    fn write_head(&mut self, file: &mut impl Write) -> Outcome<()> {
        let header = &mut self.header;
        // LAS 1.0 wants these two bytes between the VLRs and the points.
        let signature: &[u8] = if header.version.requires_point_data_start_signature() { &[0xcc, 0xdd] } else { &[] };
        let vlr_bytes: usize = self.vlrs.iter().map(|vlr| 54 + vlr.data.len()).sum();
        header.header_size = header.version.header_size() + u16::try_from(header.padding.len())?;
        header.offset_to_point_data = u32::try_from(usize::from(header.header_size) + vlr_bytes + signature.len())?;
        header.number_of_variable_length_records = u32::try_from(self.vlrs.len())?;
        header.write_to(&mut *file)?;
        for vlr in &self.vlrs {
            vlr.write_to(&mut *file)?;
        }
        Ok(file.write_all(signature)?)
    }

    fn write_evlrs(&mut self, file: &mut (impl Write + Seek)) -> Outcome<()> {
        // LAS 1.3 has a place for waveforms in its header, but none for extended VLRs.
        self.header.start_of_waveform_data_packet_record = None;
        self.header.evlr = (!self.evlrs.is_empty()).then_some(raw::header::Evlr {
            start_of_first_evlr: file.stream_position()?,
            number_of_evlrs: self.evlrs.len() as u32,
        });
        for (index, evlr) in self.evlrs.iter().enumerate() {
            if self.waveforms == Some(index) {
                self.header.start_of_waveform_data_packet_record = Some(file.stream_position()?);
            }
            evlr.write_to(&mut *file)?;
        }
        Ok(())
    }
}

/// Does the name end in `.laz`?
pub fn is_laz(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("laz"))
}

/// What laszip compresses separately in a record of this point format.
fn laszip_items(format: u8, extra_bytes: u16) -> Vec<LazItem> {
    use LazItemType::{Byte, Byte14, GpsTime, Point10, Point14, RGB12, RGB14, RGBNIR14, WavePacket13, WavePacket14};
    let (mut items, extra) = match format {
        0 => (vec![Point10], Byte(extra_bytes)),
        1 => (vec![Point10, GpsTime], Byte(extra_bytes)),
        2 => (vec![Point10, RGB12], Byte(extra_bytes)),
        3 => (vec![Point10, GpsTime, RGB12], Byte(extra_bytes)),
        4 => (vec![Point10, GpsTime, WavePacket13], Byte(extra_bytes)),
        5 => (vec![Point10, GpsTime, RGB12, WavePacket13], Byte(extra_bytes)),
        6 => (vec![Point14], Byte14(extra_bytes)),
        7 => (vec![Point14, RGB14], Byte14(extra_bytes)),
        8 => (vec![Point14, RGBNIR14], Byte14(extra_bytes)),
        9 => (vec![Point14, WavePacket14], Byte14(extra_bytes)),
        _ => (vec![Point14, RGBNIR14, WavePacket14], Byte14(extra_bytes)),
    };
    if extra_bytes > 0 {
        items.push(extra);
    }
    let mut builder = LazItemRecordBuilder::new();
    for item in items {
        builder.add_item(item);
    }
    builder.build()
}

fn laszip_vlr(items: &LazVlr) -> Outcome<raw::Vlr> {
    let mut payload = Vec::new();
    items.write_to(&mut payload)?;
    vlr(LazVlr::USER_ID, LazVlr::RECORD_ID, "by laz-rs", payload)
}

fn vlr(user_id: &str, record_id: u16, description: &str, data: Vec<u8>) -> Outcome<raw::Vlr> {
    let user_id = user_id.to_owned();
    let description = description.to_owned();
    Ok(las::Vlr { user_id, record_id, description, data }.into_raw(false)?)
}
