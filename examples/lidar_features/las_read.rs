//! Reading LAS and LAZ: LAS 1.0 to 1.4, all point formats.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use las::raw;
use laz::{LazVlr, ParLasZipDecompressor};

use crate::extra_dimensions::ExtraDimensions;
use crate::las_file::{COMPRESSED, LasFile, RECORD_BYTES, point_format};
use crate::terminal::Outcome;

/// Bytes of records that are read at a time, so that a count that is wrong ends the file before it fills the memory.
const BATCH_BYTES: usize = 1 << 25;
/// Header of an extended VLR.
const EVLR_HEADER_BYTES: u64 = 60;

/// Everything that the file holds.
pub fn read_las(path: &Path) -> Outcome<LasFile> {
    // Decoders of compressed data meet damage in more ways than they check, some of them by a panic.
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let file = catch_unwind(AssertUnwindSafe(|| read_file(path)));
    std::panic::set_hook(quiet);
    file.unwrap_or_else(|_| Err("it is damaged".into()))
}

fn read_file(path: &Path) -> Outcome<LasFile> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut file = BufReader::new(file);
    let header = raw::Header::read_from(&mut file).map_err(|error| match error {
        las::Error::InvalidFileSignature(_) => "it is not a LAS file: it does not begin with LASF".to_owned(),
        other => short_or(&other),
    })?;
    let extra_bytes = check(&header, length)?;
    let mut vlrs = Vec::new();
    for _ in 0..header.number_of_variable_length_records {
        vlrs.push(raw::Vlr::read_from(&mut file, false).map_err(|error| short_or(&error))?);
    }
    let records = read_records(&mut file, &header, &vlrs)?;
    let (mut evlrs, waveforms) = read_evlrs(&mut file, &header, length)?;
    let payloads = vlrs.iter().chain(&evlrs).filter(|vlr| is_extra_bytes(vlr)).map(|vlr| &vlr.data[..]);
    let extra = ExtraDimensions::read(payloads, extra_bytes)?;
    vlrs.retain(is_kept);
    // Removing one would move the waveforms' place; what is kept there never is one of these.
    let waveforms = waveforms.map(|place| evlrs[..place].iter().filter(|vlr| is_kept(vlr)).count());
    evlrs.retain(is_kept);
    Ok(LasFile { header, records, extra, vlrs, evlrs, waveforms })
}

/// Extra bytes of a record, once version, format and lengths are known to make sense.
fn check(header: &raw::Header, file_bytes: u64) -> Outcome<usize> {
    let version = header.version;
    if version.major != 1 || version.minor > 4 {
        return Err(format!("it is LAS {}.{}; 1.0 to 1.4 can be read", version.major, version.minor).into());
    }
    let format = point_format(header);
    let standard = *RECORD_BYTES
        .get(usize::from(format))
        .ok_or_else(|| format!("its point format is {format}; 0 to 10 are known"))?;
    let record_bytes = usize::from(header.point_data_record_length);
    let extra_bytes = record_bytes.checked_sub(standard).ok_or_else(|| {
        format!("its points have {record_bytes} bytes, but point format {format} takes at least {standard}")
    })?;
    let is_compressed = header.point_data_record_format & COMPRESSED != 0;
    let end = if is_compressed { u64::from(header.offset_to_point_data) } else { end_of_points(header) };
    if end > file_bytes {
        return Err(format!("it is truncated: {file_bytes} bytes of at least {end}").into());
    }
    Ok(extra_bytes)
}

fn end_of_points(header: &raw::Header) -> u64 {
    let bytes = point_count(header).saturating_mul(u64::from(header.point_data_record_length));
    bytes.saturating_add(u64::from(header.offset_to_point_data))
}

/// The older 32-bit count where it is set (LAS 1.4 R15, table 3: it wins where the two differ).
fn point_count(header: &raw::Header) -> u64 {
    match (header.number_of_point_records, header.large_file) {
        (0, Some(large)) => large.number_of_point_records,
        (count, _) => u64::from(count),
    }
}

fn read_records(
    file: &mut (impl Read + Seek + Send + Sync),
    header: &raw::Header,
    vlrs: &[raw::Vlr],
) -> Outcome<Vec<u8>> {
    file.seek(SeekFrom::Start(u64::from(header.offset_to_point_data)))?;
    if header.point_data_record_format & COMPRESSED == 0 {
        return read_batches(header, |batch| Ok(file.read_exact(batch)?));
    }
    let laszip = vlrs.iter().find(|vlr| is_laszip(vlr)).ok_or("it is compressed, but its laszip VLR is missing")?;
    let items = LazVlr::from_buffer(&laszip.data)?;
    if items.items_size() != u64::from(header.point_data_record_length) {
        return Err("its laszip VLR contradicts its header".into());
    }
    if point_count(header) == 0 {
        return Ok(Vec::new());
    }
    let mut points = ParLasZipDecompressor::new(file, items).map_err(|error| truncated(&error))?;
    read_batches(header, |batch| points.decompress_many(batch).map_err(|error| truncated(&error).into()))
}

fn read_batches(header: &raw::Header, mut fill: impl FnMut(&mut [u8]) -> Outcome<()>) -> Outcome<Vec<u8>> {
    let record_bytes = usize::from(header.point_data_record_length);
    let total = usize::try_from(point_count(header))?.checked_mul(record_bytes).ok_or("it has too many points")?;
    let batch_bytes = (BATCH_BYTES / record_bytes).max(1) * record_bytes;
    let mut records = Vec::new();
    while records.len() < total {
        let start = records.len();
        let length = batch_bytes.min(total - start);
        records.try_reserve(length)?;
        records.resize(start + length, 0);
        fill(&mut records[start..])?;
    }
    Ok(records)
}

/// Extended VLRs, and which of them holds the waveforms.
fn read_evlrs(
    file: &mut (impl Read + Seek),
    header: &raw::Header,
    file_bytes: u64,
) -> Outcome<(Vec<raw::Vlr>, Option<usize>)> {
    let mut evlrs = Vec::new();
    let mut waveforms = None;
    let waveform_start = header.start_of_waveform_data_packet_record.filter(|&start| start < file_bytes);
    let mut position = header.evlr.map_or(0, |evlr| evlr.start_of_first_evlr);
    for index in 0..header.evlr.map_or(0, |evlr| evlr.number_of_evlrs as usize) {
        if waveform_start == Some(position) {
            waveforms = Some(index);
        }
        evlrs.push(read_evlr(file, &mut position, file_bytes)?);
    }
    if let (Some(mut start), None) = (waveform_start, waveforms) {
        waveforms = Some(evlrs.len());
        evlrs.push(read_evlr(file, &mut start, file_bytes)?);
    }
    Ok((evlrs, waveforms))
}

/// The extended VLR at `position`, which moves to its end.
fn read_evlr(file: &mut (impl Read + Seek), position: &mut u64, file_bytes: u64) -> Outcome<raw::Vlr> {
    if *position > file_bytes {
        return Err(format!("it is truncated: its extended VLRs begin past its end, at byte {position}").into());
    }
    let mut head = [0; EVLR_HEADER_BYTES as usize];
    file.seek(SeekFrom::Start(*position))?;
    file.read_exact(&mut head).map_err(|error| short_or(&error.into()))?;
    let payload = u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|byte| head[20 + byte]));
    // Checked before the reader makes room for that many bytes.
    if payload > file_bytes.saturating_sub(*position + EVLR_HEADER_BYTES) {
        return Err(format!("it is truncated: an extended VLR of {payload} bytes reaches past its end").into());
    }
    file.seek(SeekFrom::Start(*position))?;
    *position += EVLR_HEADER_BYTES + payload;
    Ok(raw::Vlr::read_from(file, true)?)
}

fn is_laszip(vlr: &raw::Vlr) -> bool {
    vlr.user_id.starts_with(b"laszip encoded") && vlr.record_id == 22204
}

fn is_extra_bytes(vlr: &raw::Vlr) -> bool {
    vlr.user_id.starts_with(b"LASF_Spec\0") && vlr.record_id == 4
}

/// Not the VLRs that are made anew, nor those of COPC, whose octree points at places in the file it came from.
fn is_kept(vlr: &raw::Vlr) -> bool {
    !is_laszip(vlr) && !is_extra_bytes(vlr) && !vlr.user_id.starts_with(b"copc\0")
}

/// "Truncated" where the data ended too soon, otherwise what the reader said.
fn short_or(error: &las::Error) -> String {
    match error {
        las::Error::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => "it is truncated".to_owned(),
        other => other.to_string(),
    }
}

fn truncated(error: &laz::LasZipError) -> String {
    format!("it is truncated or damaged: {error}")
}
