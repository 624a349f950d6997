//! From a range of numbers to scale and zero point, in `f32` as the operator `DynamicQuantizeLinear` of ONNX takes it.
//!
//! Numbers are counted in units of 2^64 or 2^-64 where sums would overflow or quotients lose digits below the normal
//! numbers; powers of two change no rounding. So a GPU that has no subnormal numbers gives the same.

/// From here on differences of numbers may overflow.
const LARGE: f32 = power_of_two(100);
/// Numbers below this, divided by some thousands, may be subnormal.
const SMALL: f32 = power_of_two(-40);
/// The other unit.
pub(super) const UNIT: f32 = power_of_two(64);

const fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits(((exponent + 127) as u32) << 23)
}

/// How numbers are told from integers: `x = (q - zero_point) * scale`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parameters {
    /// The step between integers, a normal number above 0.
    pub(super) scale: f32,
    /// The integer that stands for 0.
    pub(super) zero_point: i32,
}

/// What a range is spread over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spread {
    /// The least integer.
    pub(super) min: i32,
    /// The greatest integer.
    pub(super) max: i32,
    /// Whether as much lies on either side of 0.
    pub(super) is_symmetric: bool,
}

impl Spread {
    /// Steps that the range is divided by: of a symmetric one, half of it. A symmetric range of `i8` leaves out -128, so
    /// that as much lies on either side of 0.
    pub(super) fn steps(self) -> f32 {
        match (self.is_symmetric, self.min) {
            (false, _) => (self.max - self.min) as f32,
            (true, 0) => 127.5,
            (true, _) => 127.0,
        }
    }

    /// The zero point of a symmetric range: the middle, ties to even.
    pub(super) fn middle(self) -> i32 {
        if self.min == 0 { 128 } else { 0 }
    }
}

/// A range with 0 in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    /// Where it begins, at most 0.
    pub(super) low: f32,
    /// Where it ends, at least 0.
    pub(super) high: f32,
    /// Whether both are multiplied by 2^64.
    pub(super) is_scaled: bool,
}

impl Range {
    /// From the lower to the higher, 0 added.
    pub(super) fn new(low: f32, high: f32) -> Self {
        Self { low: low.min(0.0), high: high.max(0.0), is_scaled: false }
    }

    /// The largest absolute value.
    pub(super) fn reach(self) -> f32 {
        self.high.max(-self.low)
    }
}

/// Whether numbers up to this reach are multiplied by 2^64 before they are divided.
pub(super) fn is_small(reach: f32) -> bool {
    reach < SMALL
}

/// Whether numbers up to this reach are divided by 2^64 before they are subtracted.
pub(super) fn is_large(reach: f32) -> bool {
    reach >= LARGE
}

/// `scale = (high - low) / steps` and `zero_point = saturate(round(min - low / scale))`, ties to even, each operation
/// rounded to `f32`; about 0, `scale = reach / steps`. A scale below the normal numbers is 1 instead, with a zero point of
/// 0.
pub(super) fn parameters(range: Range, spread: Spread) -> Parameters {
    let factor = match range.reach() {
        _ if range.is_scaled => 1.0,
        reach if is_small(reach) => UNIT,
        reach if is_large(reach) => 1.0 / UNIT,
        _ => 1.0,
    };
    // How many of the new units are 1.
    let unit = if range.is_scaled { UNIT } else { factor };
    let (low, high) = (range.low * factor, range.high * factor);
    let width = if spread.is_symmetric { high.max(-low) } else { high - low };
    let scale = width / spread.steps();
    if scale < f32::MIN_POSITIVE * unit {
        return Parameters { scale: 1.0, zero_point: 0 };
    }
    let zero_point = if spread.is_symmetric {
        spread.middle()
    } else {
        (spread.min as f32 - low / scale).clamp(spread.min as f32, spread.max as f32).round_ties_even() as i32
    };
    Parameters { scale: scale / unit, zero_point }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPREADS: [Spread; 4] = [
        Spread { min: 0, max: 255, is_symmetric: false },
        Spread { min: -128, max: 127, is_symmetric: false },
        Spread { min: 0, max: 255, is_symmetric: true },
        Spread { min: -128, max: 127, is_symmetric: true },
    ];

    #[test]
    fn the_widest_range_and_those_without_width_have_parameters() {
        let widest = |spread| parameters(Range::new(-f32::MAX, f32::MAX), spread);
        assert_eq!(widest(SPREADS[0]), Parameters { scale: 2.668_881e36, zero_point: 128 });
        assert_eq!(widest(SPREADS[1]), Parameters { scale: 2.668_881e36, zero_point: 0 });
        assert_eq!(widest(SPREADS[3]), Parameters { scale: f32::MAX / 127.0, zero_point: 0 });
        for spread in SPREADS {
            for (low, high) in [(0.0, 0.0), (0.0, 1e-36), (-1e-45, 0.0), (-1e-37, 1e-37)] {
                assert_eq!(parameters(Range::new(low, high), spread), Parameters { scale: 1.0, zero_point: 0 });
            }
        }
    }

    #[test]
    fn another_unit_changes_nothing() {
        for spread in SPREADS {
            for (low, high) in [(-1.0, 1.0), (10.0, 30.0), (-3.0, -1.0), (-0.1, 7.7), (-1e-3, 1e9)] {
                let expected = parameters(Range::new(low, high), spread);
                for exponent in [-110, -60, -43, -38, 3, 70, 90] {
                    let unit = power_of_two(exponent);
                    let Range { low, high, .. } = Range::new(low * unit, high * unit);
                    let got = parameters(Range { low, high, is_scaled: false }, spread);
                    let scale = expected.scale * unit;
                    if scale >= f32::MIN_POSITIVE {
                        assert_eq!(got, Parameters { scale, ..expected }, "{spread:?}, {low} to {high}");
                    }
                    if exponent < 0 {
                        let scaled = Range { low: low * UNIT, high: high * UNIT, is_scaled: true };
                        assert_eq!(parameters(scaled, spread), got, "{spread:?}, {low} to {high}, scaled");
                    }
                }
            }
        }
    }
}
