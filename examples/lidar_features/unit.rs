//! The unit in which the coordinates of LAS files are whole numbers, so that distances between points are exact.

use std::ops::RangeInclusive;

/// Units that Swath takes.
const UNITS: RangeInclusive<f64> = 1e-12..=1e9;

/// How far from a whole number a ratio may be, relative to it: decimals are not exact in binary.
const ROUNDING: f64 = 1e-9;
/// How far, in units, offsets of files may be from whole units apart.
const MISFIT: f64 = 1e-4;

/// How a file turns whole numbers into coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub scales: [f64; 3],
    pub offsets: [f64; 3],
}

/// The unit in which all coordinates of some files are whole numbers: the finest of all scales, where the others are
/// whole multiples of it and the offsets of the files are whole units apart. One file without a grid leaves none.
#[must_use]
pub fn shared_unit(grids: &[Option<Grid>]) -> Option<f64> {
    let grids: Vec<Grid> = grids.iter().copied().collect::<Option<_>>()?;
    let scales: Vec<f64> = grids.iter().flat_map(|grid| grid.scales).collect();
    let unit = finest_unit(&scales)?;
    let first = grids.first()?.offsets;
    let fits = |offsets: [f64; 3]| {
        offsets.iter().zip(first).all(|(offset, first)| {
            let steps = (offset - first) / unit;
            (steps - steps.round()).abs() <= MISFIT
        })
    };
    grids.iter().all(|grid| fits(grid.offsets)).then_some(unit)
}

/// Scales are decimals that binary cannot hold, so 0.01 is ten times 0.001 only to within rounding.
fn finest_unit(scales: &[f64]) -> Option<f64> {
    let finest = scales.iter().copied().fold(f64::INFINITY, f64::min);
    if !UNITS.contains(&finest) {
        return None;
    }
    let is_multiple = |scale: &f64| {
        let ratio = scale / finest;
        ratio.is_finite() && (ratio - ratio.round()).abs() <= ROUNDING * ratio
    };
    scales.iter().all(is_multiple).then_some(finest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_the_finest_scale_if_all_are_multiples() {
        let cases = [
            ([0.01, 0.01, 0.01], Some(0.01)),
            ([0.01, 0.01, 0.001], Some(0.001)),
            ([0.1, 0.3, 0.1], Some(0.1)),
            ([0.01, 0.01, 0.025], None),
            ([1.0, 0.3, 0.2], None),
            ([0.01, 0.0, 0.01], None),
            ([0.01, -0.01, 0.01], None),
            ([0.01, f64::NAN, 0.01], None),
            ([1e-7, 1e-7, 0.01], Some(1e-7)),
            ([1e-13, 1e-13, 1e-13], None),
            ([f64::INFINITY; 3], None),
        ];
        for (scales, unit) in cases {
            assert_eq!(shared_unit(&[Some(Grid { scales, offsets: [0.3; 3] })]), unit, "{scales:?}");
        }
    }

    #[test]
    fn several_files_share_a_unit_where_their_grids_do() {
        let grid = |scale: f64, x: f64| Some(Grid { scales: [scale; 3], offsets: [x, 6_860_000.0, 0.0] });
        let cases = [
            (vec![grid(0.01, 770_500.0), grid(0.01, 770_550.07)], Some(0.01)),
            (vec![grid(0.01, 0.0), grid(0.001, 0.005)], Some(0.001)),
            (vec![grid(0.01, 0.0), grid(0.01, 0.005)], None),
            (vec![grid(0.01, 0.0), grid(0.025, 0.0)], None),
            (vec![grid(0.01, 0.0), grid(0.01, f64::NAN)], None),
            (vec![grid(0.01, 0.0), None], None),
            (vec![], None),
        ];
        for (grids, unit) in cases {
            assert_eq!(shared_unit(&grids), unit, "{grids:?}");
        }
    }
}
