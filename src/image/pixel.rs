//! Pixel types: how many channels, and which of them are colours.

/// A kind of pixel with 8-bit channels, interleaved.
pub trait Pixel: Copy + Send + Sync + 'static + sealed::Sealed {
    /// Bytes a pixel.
    const CHANNELS: usize;
    /// Channels that carry colour; alpha does not.
    const COLOR_CHANNELS: usize;
    /// The type's name, for messages.
    const NAME: &'static str;
}

/// A pixel type with red, green and blue, in this order.
pub trait Color: Pixel {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! pixels {
    ($($(#[$doc:meta])* $name:ident: $channels:literal, $colors:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;

        impl sealed::Sealed for $name {}
        impl Pixel for $name {
            const CHANNELS: usize = $channels;
            const COLOR_CHANNELS: usize = $colors;
            const NAME: &'static str = stringify!($name);
        }
    )*};
}

pixels! {
    /// Red, green, blue, one byte each.
    Rgb8: 3, 3;
    /// Red, green, blue, alpha, one byte each. Operations ignore alpha and never multiply by it.
    Rgba8: 4, 3;
    /// Gray, one byte: 0 black, 255 white.
    Gray8: 1, 1;
}

impl Color for Rgb8 {}
impl Color for Rgba8 {}
