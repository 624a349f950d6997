//! The numbers that pixels are made of.

use crate::device::Element;

/// A number of a pixel: `u8`, `u16` or `f32`.
pub trait Sample: Element + PartialOrd + sealed::Sealed {
    /// Which of them it is, for kernels that know them by name.
    #[doc(hidden)]
    const KIND: SampleKind;
    /// The value of white: 255, 65,535 or 1.
    const WHITE: f32;
}

mod sealed {
    pub trait Sealed {}
}

/// Which number a sample is.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SampleKind {
    /// Whole numbers from 0 to 255.
    U8,
    /// Whole numbers from 0 to 65,535.
    U16,
    /// Any number; 0 is black and 1 is white.
    F32,
}

impl SampleKind {
    /// Bytes of a sample.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 => 2,
            Self::F32 => 4,
        }
    }

    /// The value of white.
    pub(crate) fn white(self) -> f32 {
        match self {
            Self::U8 => u8::WHITE,
            Self::U16 => u16::WHITE,
            Self::F32 => f32::WHITE,
        }
    }
}

macro_rules! samples {
    ($($sample:ty: $kind:ident, $white:literal;)*) => {$(
        impl sealed::Sealed for $sample {}
        impl Sample for $sample {
            const KIND: SampleKind = SampleKind::$kind;
            const WHITE: f32 = $white;
        }
    )*};
}

samples! {
    u8: U8, 255.0;
    u16: U16, 65_535.0;
    f32: F32, 1.0;
}
