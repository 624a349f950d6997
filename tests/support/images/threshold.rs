//! Cutting gray images at a level, in the five ways of OpenCV's `threshold`.

use super::Whole;

/// What becomes of a pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// The largest value above the level, else 0.
    Binary,
    /// 0 above the level, else the largest value.
    BinaryInverted,
    /// The level above the level, else itself.
    Truncate,
    /// Itself above the level, else 0.
    ToZero,
    /// 0 above the level, else itself.
    ToZeroInverted,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Binary, Self::BinaryInverted, Self::Truncate, Self::ToZero, Self::ToZeroInverted];

    /// What becomes of a value.
    fn of<T: Default>(self, is_above: bool, value: T, level: T, max: T) -> T {
        match (self, is_above) {
            (Self::Binary, true) | (Self::BinaryInverted, false) => max,
            (Self::Truncate, true) => level,
            (Self::ToZero, true) | (Self::Truncate | Self::ToZeroInverted, false) => value,
            (Self::Binary | Self::ToZero, false) | (Self::BinaryInverted | Self::ToZeroInverted, true) => T::default(),
        }
    }
}

/// Of whole numbers: above is above the floor of the level; what is written is the level or the largest value as near
/// as samples come to them, that of two equally near which is even.
pub fn whole<T: Whole + Default>(samples: &[T], kind: Kind, level: f64, max: f64) -> Vec<T> {
    let level = level.floor();
    let sample = |number: f64| T::whole(number.round_ties_even().clamp(0.0, T::WHITE) as u64);
    samples.iter().map(|value| kind.of(value.value() > level, *value, sample(level), sample(max))).collect()
}

/// Of floats: the level rounded to `f32`; NaN is not above any level.
pub fn float(samples: &[f32], kind: Kind, level: f64, max: f64) -> Vec<f32> {
    let (level, max) = (level as f32, max as f32);
    samples.iter().map(|value| kind.of(*value > level, *value, level, max)).collect()
}

/// White above the level, black up to it.
pub fn binary(gray: &[u8], level: u8) -> Vec<u8> {
    whole(gray, Kind::Binary, level.into(), 255.0)
}
