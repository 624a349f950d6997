//! Gray values against a level.

use fearless_simd::{Level, Simd, dispatch};

use super::ThresholdKind;

/// A threshold, as a row of samples of this type takes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rule<T> {
    /// What happens.
    pub(crate) kind: ThresholdKind,
    /// Values above are those that are greater, so NaN is not. `None` is below every value; what is cut to it becomes 0.
    pub(crate) level: Option<T>,
    /// What binary kinds write.
    pub(crate) max_value: T,
}

impl Rule<u8> {
    /// A rule for whole levels: below 0 all values are above, from 255 on none is.
    pub(crate) fn whole(kind: ThresholdKind, level: i32, max_value: u8) -> Self {
        Self { kind, level: (level >= 0).then_some(level.min(u8::MAX.into()) as u8), max_value }
    }
}

impl Rule<u16> {
    /// A rule for whole levels: below 0 all values are above, from 65,535 on none is.
    pub(crate) fn whole(kind: ThresholdKind, level: i32, max_value: u16) -> Self {
        Self { kind, level: (level >= 0).then_some(level.min(u16::MAX.into()) as u16), max_value }
    }
}

/// A sample: `u8`, `u16` or `f32`.
pub(crate) trait Gray: Copy + Default + PartialOrd {}

impl Gray for u8 {}
impl Gray for u16 {}
impl Gray for f32 {}

/// Applies the rule to each value of `from`.
pub(crate) fn threshold<T: Gray>(level: Level, from: &[T], rule: Rule<T>, to: &mut [T]) {
    dispatch!(level, simd => row(simd, from, rule, to));
}

/// Applies the rule to each value in place.
pub(crate) fn threshold_in_place<T: Gray>(level: Level, values: &mut [T], rule: Rule<T>) {
    dispatch!(level, simd => row_in_place(simd, values, rule));
}

/// What a rule comes to, so that nothing is chosen anew for every value.
enum Choice<T> {
    Above(T, T),
    NotAbove(T, T),
    Truncate(T),
    ToZero(T),
    ToZeroInverted(T),
    Same,
    Fill(T),
}

impl<T: Gray> Choice<T> {
    #[inline(always)]
    fn of(rule: Rule<T>) -> Self {
        let zero = T::default();
        match (rule.kind, rule.level) {
            (ThresholdKind::Binary, Some(level)) => Self::Above(level, rule.max_value),
            (ThresholdKind::BinaryInverted, Some(level)) => Self::NotAbove(level, rule.max_value),
            (ThresholdKind::Truncate, Some(level)) => Self::Truncate(level),
            (ThresholdKind::ToZero, Some(level)) => Self::ToZero(level),
            (ThresholdKind::ToZeroInverted, Some(level)) => Self::ToZeroInverted(level),
            (ThresholdKind::Binary, None) => Self::Fill(rule.max_value),
            (ThresholdKind::ToZero, None) => Self::Same,
            (ThresholdKind::BinaryInverted | ThresholdKind::Truncate | ThresholdKind::ToZeroInverted, None) => {
                Self::Fill(zero)
            }
        }
    }
}

#[inline(always)]
fn row<S: Simd, T: Gray>(_: S, from: &[T], rule: Rule<T>, to: &mut [T]) {
    #[inline(always)]
    fn each<T: Gray>(from: &[T], to: &mut [T], result: impl Fn(T) -> T) {
        for (from, to) in from.iter().zip(to) {
            *to = result(*from);
        }
    }
    match Choice::of(rule) {
        Choice::Above(level, value) => each(from, to, |x| if x > level { value } else { T::default() }),
        Choice::NotAbove(level, value) => each(from, to, |x| if x > level { T::default() } else { value }),
        Choice::Truncate(level) => each(from, to, |x| if x > level { level } else { x }),
        Choice::ToZero(level) => each(from, to, |x| if x > level { x } else { T::default() }),
        Choice::ToZeroInverted(level) => each(from, to, |x| if x > level { T::default() } else { x }),
        Choice::Same => each(from, to, |x| x),
        Choice::Fill(value) => each(from, to, |_| value),
    }
}

#[inline(always)]
fn row_in_place<S: Simd, T: Gray>(_: S, values: &mut [T], rule: Rule<T>) {
    #[inline(always)]
    fn each<T: Gray>(values: &mut [T], result: impl Fn(T) -> T) {
        for value in values {
            *value = result(*value);
        }
    }
    match Choice::of(rule) {
        Choice::Above(level, value) => each(values, |x| if x > level { value } else { T::default() }),
        Choice::NotAbove(level, value) => each(values, |x| if x > level { T::default() } else { value }),
        Choice::Truncate(level) => each(values, |x| if x > level { level } else { x }),
        Choice::ToZero(level) => each(values, |x| if x > level { x } else { T::default() }),
        Choice::ToZeroInverted(level) => each(values, |x| if x > level { T::default() } else { x }),
        Choice::Same => {}
        Choice::Fill(value) => values.fill(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;

    const KINDS: [ThresholdKind; 5] = [
        ThresholdKind::Binary,
        ThresholdKind::BinaryInverted,
        ThresholdKind::Truncate,
        ThresholdKind::ToZero,
        ThresholdKind::ToZeroInverted,
    ];

    fn levels() -> impl Iterator<Item = Level> {
        SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level)))
    }

    /// In a type that holds all levels.
    fn expected(kind: ThresholdKind, x: f64, level: f64, max_value: f64) -> f64 {
        let above = x > level;
        match kind {
            ThresholdKind::Binary => {
                if above {
                    max_value
                } else {
                    0.0
                }
            }
            ThresholdKind::BinaryInverted => {
                if above {
                    0.0
                } else {
                    max_value
                }
            }
            ThresholdKind::Truncate => {
                if above {
                    level.max(0.0)
                } else {
                    x
                }
            }
            ThresholdKind::ToZero => {
                if above {
                    x
                } else {
                    0.0
                }
            }
            ThresholdKind::ToZeroInverted => {
                if above {
                    0.0
                } else {
                    x
                }
            }
        }
    }

    fn check<T: Gray + Into<f64> + std::fmt::Debug>(from: &[T], level: f64, rule: Rule<T>) {
        for simd in levels() {
            let mut to = vec![from[0]; from.len()];
            threshold(simd, from, rule, &mut to);
            let mut in_place = from.to_vec();
            threshold_in_place(simd, &mut in_place, rule);
            for (index, value) in from.iter().enumerate() {
                let expected = expected(rule.kind, (*value).into(), level, rule.max_value.into());
                for got in [to[index], in_place[index]] {
                    let got: f64 = got.into();
                    assert!(
                        got == expected || got.is_nan() && expected.is_nan(),
                        "{simd:?}, {rule:?}: {value:?} gave {got}"
                    );
                }
            }
        }
    }

    #[test]
    fn all_bytes_under_all_levels_and_kinds_are_the_definition() {
        let all: Vec<u8> = (0..=255).collect();
        for (kind, level) in KINDS.into_iter().flat_map(|kind| (-1..=256).map(move |level| (kind, level))) {
            check(&all, level.into(), Rule::<u8>::whole(kind, level, 200));
        }
    }

    #[test]
    fn words_and_floats_are_the_definition() {
        let words: Vec<u16> = (0..=u16::MAX).step_by(7).chain([u16::MAX]).collect();
        let floats = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, 0.5, 0.500_000_1, 1.0, -3.0].repeat(20);
        for kind in KINDS {
            for level in [-1, 0, 1, 32_768, 65_534, 65_535] {
                check(&words, level.into(), Rule::<u16>::whole(kind, level, 60_000));
            }
            for level in [0.5_f32, 0.0, f32::INFINITY] {
                check(&floats, level.into(), Rule { kind, level: Some(level), max_value: 0.75 });
            }
        }
    }

    #[test]
    fn every_length_and_alignment_is_done_whole() {
        let noise: Vec<u8> = (0..300_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
        let rule = Rule::<u8>::whole(ThresholdKind::Binary, 99, 255);
        for (level, len) in levels().flat_map(|level| (0..200).map(move |len| (level, len))) {
            let mut to = vec![3; len + 8];
            threshold(level, &noise[len % 7..][..len], rule, &mut to[len % 8..][..len]);
            assert!(to[..len % 8].iter().chain(&to[len % 8 + len..]).all(|untouched| *untouched == 3));
            let formula = |value: &u8| if *value > 99 { 255 } else { 0 };
            assert!(noise[len % 7..][..len].iter().map(formula).eq(to[len % 8..][..len].iter().copied()));
        }
    }
}
