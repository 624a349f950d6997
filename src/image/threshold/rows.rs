//! Rows of gray pixels cut at a level.

use fearless_simd::{Level, Simd, dispatch};

use super::ThresholdKind;

/// A gray sample and how it is cut.
pub(super) trait Cut: Copy + Default {
    /// A level: for whole samples signed, because -1 is below all of them.
    type Level: Copy;

    /// Whether it is above the level. NaN is not.
    fn is_above(self, level: Self::Level) -> bool;

    /// The level as a sample.
    fn of(level: Self::Level) -> Self;
}

macro_rules! whole {
    ($($sample:ty),*) => {$(
        impl Cut for $sample {
            type Level = i32;

            #[inline(always)]
            fn is_above(self, level: i32) -> bool {
                // Compared in the samples' own width, which vectors have more lanes of.
                level < 0 || self > level as $sample
            }

            #[inline(always)]
            fn of(level: i32) -> Self {
                level.max(0) as $sample
            }
        }
    )*};
}

whole!(u8, u16);

impl Cut for f32 {
    type Level = f32;

    #[inline(always)]
    fn is_above(self, level: f32) -> bool {
        self > level
    }

    #[inline(always)]
    fn of(level: f32) -> Self {
        level
    }
}

/// Cuts pixels at `level`; `max` is what the binary kinds give.
pub(super) fn in_place<T: Cut>(level: Level, kind: ThresholdKind, pixels: &mut [T], cut: T::Level, max: T) {
    let zero = T::default();
    match kind {
        ThresholdKind::Binary => {
            dispatch!(level, simd => change(simd, pixels, |x| if x.is_above(cut) { max } else { zero }))
        }
        ThresholdKind::BinaryInverted => {
            dispatch!(level, simd => change(simd, pixels, |x| if x.is_above(cut) { zero } else { max }))
        }
        ThresholdKind::Truncate => {
            dispatch!(level, simd => change(simd, pixels, |x| if x.is_above(cut) { T::of(cut) } else { x }))
        }
        ThresholdKind::ToZero => {
            dispatch!(level, simd => change(simd, pixels, |x| if x.is_above(cut) { x } else { zero }))
        }
        ThresholdKind::ToZeroInverted => {
            dispatch!(level, simd => change(simd, pixels, |x| if x.is_above(cut) { zero } else { x }))
        }
    }
}

#[inline(always)]
fn change<S: Simd, T: Copy>(_: S, pixels: &mut [T], become_: impl Fn(T) -> T) {
    for pixel in pixels {
        *pixel = become_(*pixel);
    }
}
