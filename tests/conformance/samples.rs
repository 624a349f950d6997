//! Samples of test images, and what the references say of each type.

use swath::Pixel;

use crate::support::floats::ROUNDING;
use crate::support::images::Picture;
use crate::support::images::gray::{self, Luma, Order};
use crate::support::images::resize::{self, Filter};
use crate::support::images::statistics::Measured;
use crate::support::images::threshold::{self, Kind};
use crate::support::{Mismatch, equal, floats};

/// A sample of a test image.
pub trait Sampled: swath::Sample + Measured {
    /// Whether samples are whole numbers.
    const IS_WHOLE: bool;
    /// A sample of 64 random bits; of floats some are below black, and some above white.
    fn random(bits: u64) -> Self;
    /// The sample that is to white what a byte is to 255.
    fn shade(byte: u8) -> Self;
    /// One of those that break things: the ends of whole numbers; of floats what is not finite, zeros, large and small.
    fn special(bits: u64) -> Self;
    /// The same, and the ends of floats, whose sums and squares overflow.
    fn extreme(bits: u64) -> Self;
    /// Whether `got` is the gray of these pixels.
    fn check_gray(pixels: &[Self], order: Order, luma: Luma, got: &[Self]) -> Result<(), Mismatch>;
    /// Gray pixels, cut.
    fn cut(pixels: &[Self], kind: Kind, level: f64, max: f64) -> Vec<Self>;
    /// Whether `got` is the picture that `expected` is unrounded.
    fn check_resized(
        from: &Picture<Self>,
        expected: &Picture<f64>,
        filter: Filter,
        got: &[Self],
    ) -> Result<(), Mismatch>;
    /// Whether these are the same samples.
    fn same(got: &[Self], expected: &[Self]) -> Result<(), Mismatch>;
}

macro_rules! whole {
    ($($sample:ident)*) => {$(
        impl Sampled for $sample {
            const IS_WHOLE: bool = true;

            fn random(bits: u64) -> Self {
                bits as Self
            }

            fn shade(byte: u8) -> Self {
                Self::from(byte) * (Self::MAX / 255)
            }

            fn special(bits: u64) -> Self {
                [0, 1, Self::MAX - 1, Self::MAX][bits as usize % 4]
            }

            fn extreme(bits: u64) -> Self {
                Self::special(bits)
            }

            fn check_gray(pixels: &[Self], order: Order, luma: Luma, got: &[Self]) -> Result<(), Mismatch> {
                equal(got, &gray::whole(pixels, order, luma))
            }

            fn cut(pixels: &[Self], kind: Kind, level: f64, max: f64) -> Vec<Self> {
                threshold::whole(pixels, kind, level, max)
            }

            fn check_resized(
                from: &Picture<Self>,
                expected: &Picture<f64>,
                filter: Filter,
                got: &[Self],
            ) -> Result<(), Mismatch> {
                let roundings = resize::roundings((from.width, from.height), (expected.width, expected.height), filter);
                let distance = if filter == Filter::Nearest { 0.0 } else { 0.5 };
                resize::check_whole(expected, got, distance + roundings * ROUNDING * f64::from(Self::MAX))
            }

            fn same(got: &[Self], expected: &[Self]) -> Result<(), Mismatch> {
                equal(got, expected)
            }
        }
    )*};
}

whole!(u8 u16);

impl Sampled for f32 {
    const IS_WHOLE: bool = false;

    fn random(bits: u64) -> Self {
        (bits % (3 << 23)) as Self / (1 << 24) as Self - 0.25
    }

    fn shade(byte: u8) -> Self {
        Self::from(byte) / 255.0
    }

    fn special(bits: u64) -> Self {
        let samples = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 0.0, f32::MIN_POSITIVE, 1.0, -1.0, 0.5, 1e15];
        samples[bits as usize % samples.len()]
    }

    fn extreme(bits: u64) -> Self {
        [f32::MAX, f32::MIN, Self::special(bits / 4), Self::special(bits / 8)][bits as usize % 4]
    }

    fn check_gray(pixels: &[Self], order: Order, luma: Luma, got: &[Self]) -> Result<(), Mismatch> {
        gray::check_float(pixels, order, luma, got)
    }

    fn cut(pixels: &[Self], kind: Kind, level: f64, max: f64) -> Vec<Self> {
        threshold::float(pixels, kind, level, max)
    }

    fn check_resized(
        from: &Picture<Self>,
        expected: &Picture<f64>,
        filter: Filter,
        got: &[Self],
    ) -> Result<(), Mismatch> {
        resize::check_float(from, expected, filter, got)
    }

    fn same(got: &[Self], expected: &[Self]) -> Result<(), Mismatch> {
        floats::same(got, expected)
    }
}

/// Where red, green and blue are in a pixel.
pub fn order<P: Pixel>() -> Order {
    let places = if P::IS_BGR { [2, 1, 0] } else { [0, 1, 2] };
    Order { places, channels: P::CHANNELS }
}

/// The channels of the planes that a pixel gives: red, green, blue, or the reverse; or its one gray.
pub fn planes<P: Pixel>(is_swapped: bool) -> Vec<usize> {
    let mut planes: Vec<_> = (0..P::COLOR_CHANNELS).collect();
    if P::IS_BGR != is_swapped {
        planes.reverse();
    }
    planes
}
