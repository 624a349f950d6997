//! The LAS file for points that did not come from one: LAS 1.4, point format 6, scale 0.001, offset the floor of the
//! minimum.

use las::{Version, raw};

use crate::las_file::{LasFile, RECORD_BYTES};
use crate::terminal::Outcome;

const SCALE: f64 = 0.001;
const FORMAT: u8 = 6;
/// The first and only return of its pulse.
const SINGLE_RETURN: u8 = 0x11;
/// Flags of the header: point formats from 6 on state their coordinate system as text, where they state one.
const WKT: u16 = 16;

/// Byte of the class in a record.
const CLASS: usize = 16;

/// A file of these points, in their order, with their classes where they are known.
pub fn las_of(points: &[[f64; 3]], classes: Option<&[u8]>) -> Outcome<LasFile> {
    let (lowest, highest) = bounds(points);
    let offset = lowest.map(f64::floor);
    let mut records = vec![0; points.len() * RECORD_BYTES[usize::from(FORMAT)]];
    for (record, point) in records.chunks_exact_mut(RECORD_BYTES[usize::from(FORMAT)]).zip(points) {
        for axis in 0..3 {
            let steps = whole_steps(point[axis] - offset[axis])?;
            record[4 * axis..][..4].copy_from_slice(&steps.to_le_bytes());
        }
        record[14] = SINGLE_RETURN;
    }
    for (record, class) in records.chunks_exact_mut(RECORD_BYTES[usize::from(FORMAT)]).zip(classes.unwrap_or_default())
    {
        record[CLASS] = *class;
    }
    Ok(LasFile::from_records(header(points.len(), offset, lowest, highest), records))
}

fn whole_steps(distance: f64) -> Outcome<i32> {
    let steps = (distance / SCALE).round();
    // The comparison is false for NaN too.
    if steps >= 0.0 && steps <= f64::from(i32::MAX) {
        return Ok(steps as i32);
    }
    let reach = f64::from(i32::MAX) * SCALE;
    Err(format!("LAS with a scale of {SCALE} reaches {reach} units, but the points reach {distance}").into())
}

fn bounds(points: &[[f64; 3]]) -> ([f64; 3], [f64; 3]) {
    let Some(&first) = points.first() else { return ([0.0; 3], [0.0; 3]) };
    points.iter().fold((first, first), |(lowest, highest), point| {
        ([0, 1, 2].map(|axis| lowest[axis].min(point[axis])), [0, 1, 2].map(|axis| highest[axis].max(point[axis])))
    })
}

fn header(count: usize, offset: [f64; 3], lowest: [f64; 3], highest: [f64; 3]) -> raw::Header {
    let stored = |axis: usize, value: f64| ((value - offset[axis]) / SCALE).round() * SCALE + offset[axis];
    let mut returns = [0; 15];
    returns[0] = count as u64;
    raw::Header {
        global_encoding: WKT,
        version: Version::new(1, 4),
        generating_software: padded(b"Swath lidar_features"),
        system_identifier: padded(b"EXTRACTION"),
        point_data_record_format: FORMAT,
        point_data_record_length: RECORD_BYTES[usize::from(FORMAT)] as u16,
        x_scale_factor: SCALE,
        y_scale_factor: SCALE,
        z_scale_factor: SCALE,
        x_offset: offset[0],
        y_offset: offset[1],
        z_offset: offset[2],
        max_x: stored(0, highest[0]),
        min_x: stored(0, lowest[0]),
        max_y: stored(1, highest[1]),
        min_y: stored(1, lowest[1]),
        max_z: stored(2, highest[2]),
        min_z: stored(2, lowest[2]),
        // Readers older than LAS 1.4 do not know point format 6, so their count stays 0.
        large_file: Some(raw::header::LargeFile {
            number_of_point_records: count as u64,
            number_of_points_by_return: returns,
        }),
        ..raw::Header::default()
    }
}

fn padded(text: &[u8]) -> [u8; 32] {
    let mut field = [0; 32];
    field[..text.len()].copy_from_slice(text);
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_the_floor_of_the_minimum() {
        let file = las_of(&[[-1.5, 650_000.25, 3.0], [2.0, 650_001.0, 2.125]], Some(&[1, 2])).unwrap();
        assert_eq!((file.header.x_offset, file.header.y_offset, file.header.z_offset), (-2.0, 650_000.0, 2.0));
        assert_eq!(file.points(), [[-1.5, 650_000.25, 3.0], [2.0, 650_001.0, 2.125]]);
        assert_eq!(file.record_bytes(), 30);
        assert_eq!(file.attributes("").ground, Ok(vec![false, true]));
    }

    #[test]
    fn no_points_make_an_empty_file() {
        assert_eq!(las_of(&[], None).unwrap().points().len(), 0);
    }

    #[test]
    fn points_too_far_apart_are_an_error() {
        let error = las_of(&[[0.0; 3], [3e6, 0.0, 0.0]], None).unwrap_err().to_string();
        assert_eq!(error, "LAS with a scale of 0.001 reaches 2147483.647 units, but the points reach 3000000");
    }
}
