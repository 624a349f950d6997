//! Pixel types: which numbers, how many channels, and which of them are colours.

use crate::tensor::Sample;

/// A kind of pixel: interleaved channels, each one [`Sample`].
pub trait Pixel: Copy + std::fmt::Debug + Send + Sync + 'static + sealed::Sealed {
    /// The number that a channel is.
    type Sample: Sample;
    /// Samples a pixel.
    const CHANNELS: usize;
    /// Channels that carry colour; alpha does not.
    const COLOR_CHANNELS: usize;
    /// Whether blue comes first.
    const IS_BGR: bool;
    /// The type's name, for messages.
    const NAME: &'static str;
}

/// A pixel type with red, green and blue, in this order or the reverse one.
pub trait Color: Pixel {
    /// Its gray of the same samples.
    type Gray: Gray<Sample = Self::Sample>;
}

/// A pixel type with one channel.
pub trait Gray: Pixel {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! pixels {
    ($($(#[$doc:meta])* $name:ident: $sample:ty, $channels:literal, $colors:literal, $is_bgr:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;

        impl sealed::Sealed for $name {}
        impl Pixel for $name {
            type Sample = $sample;
            const CHANNELS: usize = $channels;
            const COLOR_CHANNELS: usize = $colors;
            const IS_BGR: bool = $is_bgr;
            const NAME: &'static str = stringify!($name);
        }
    )*};
}

macro_rules! families {
    ($($gray:ident: $($color:ident)*;)*) => {$(
        impl Gray for $gray {}
        $(impl Color for $color {
            type Gray = $gray;
        })*
    )*};
}

pixels! {
    /// Red, green, blue, one byte each.
    Rgb8: u8, 3, 3, false;
    /// Blue, green, red, one byte each.
    Bgr8: u8, 3, 3, true;
    /// Red, green, blue, alpha, one byte each. Operations ignore alpha and never multiply by it.
    Rgba8: u8, 4, 3, false;
    /// Blue, green, red, alpha, one byte each. Operations ignore alpha and never multiply by it.
    Bgra8: u8, 4, 3, true;
    /// Gray, one byte: 0 black, 255 white.
    Gray8: u8, 1, 1, false;
    /// Red, green, blue, 16 bits each.
    Rgb16: u16, 3, 3, false;
    /// Blue, green, red, 16 bits each.
    Bgr16: u16, 3, 3, true;
    /// Red, green, blue, alpha, 16 bits each. Operations ignore alpha and never multiply by it.
    Rgba16: u16, 4, 3, false;
    /// Blue, green, red, alpha, 16 bits each. Operations ignore alpha and never multiply by it.
    Bgra16: u16, 4, 3, true;
    /// Gray, 16 bits: 0 black, 65,535 white.
    Gray16: u16, 1, 1, false;
    /// Red, green, blue as `f32`, white at 1; values beyond are kept.
    RgbF32: f32, 3, 3, false;
    /// Blue, green, red as `f32`, white at 1; values beyond are kept.
    BgrF32: f32, 3, 3, true;
    /// Red, green, blue, alpha as `f32`, white at 1. Operations ignore alpha and never multiply by it.
    RgbaF32: f32, 4, 3, false;
    /// Blue, green, red, alpha as `f32`, white at 1. Operations ignore alpha and never multiply by it.
    BgraF32: f32, 4, 3, true;
    /// Gray as `f32`: 0 black, 1 white; values beyond are kept.
    GrayF32: f32, 1, 1, false;
}

families! {
    Gray8: Rgb8 Bgr8 Rgba8 Bgra8;
    Gray16: Rgb16 Bgr16 Rgba16 Bgra16;
    GrayF32: RgbF32 BgrF32 RgbaF32 BgraF32;
}
