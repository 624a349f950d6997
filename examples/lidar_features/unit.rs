//! The unit in which the coordinates of a LAS file are whole numbers, so that distances between points are exact.

use std::ops::RangeInclusive;

/// Units that Swath takes.
const UNITS: RangeInclusive<f64> = 1e-12..=1e9;

/// The unit in which all coordinates are whole numbers: the finest scale, where the other two are whole multiples of it.
///
/// Scales are decimals that binary cannot hold, so 0.01 is ten times 0.001 only to within rounding.
#[must_use]
pub fn common_unit(scales: [f64; 3]) -> Option<f64> {
    const TOLERANCE: f64 = 1e-9;
    let finest = scales.into_iter().fold(f64::INFINITY, f64::min);
    if !UNITS.contains(&finest) {
        return None;
    }
    let is_multiple = |scale: f64| {
        let ratio = scale / finest;
        ratio.is_finite() && (ratio - ratio.round()).abs() <= TOLERANCE * ratio
    };
    scales.into_iter().all(is_multiple).then_some(finest)
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
            assert_eq!(common_unit(scales), unit, "{scales:?}");
        }
    }
}
