//! Colour to gray.

use super::{Sample, Whole};
use crate::support::Mismatch;
use crate::support::floats::{self, ROUNDING};

/// Which gray.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Luma {
    /// BT.601 in 1/32768: OpenCV's.
    Bt601,
    /// BT.709 in 1/32768.
    Bt709,
    /// BT.601 in 1/65536: Pillow's.
    Pillow,
}

/// Where red, green and blue are among the samples of a pixel. What else a pixel has does not matter.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Places of red, green and blue.
    pub places: [usize; 3],
    /// Samples in a pixel.
    pub channels: usize,
}

/// Red, green, blue.
pub const RGB: Order = Order { places: [0, 1, 2], channels: 3 };
/// Blue, green, red.
pub const BGR: Order = Order { places: [2, 1, 0], channels: 3 };
/// Red, green, blue, alpha.
pub const RGBA: Order = Order { places: [0, 1, 2], channels: 4 };
/// Blue, green, red, alpha.
pub const BGRA: Order = Order { places: [2, 1, 0], channels: 4 };

fn colors<T: Copy>(samples: &[T], order: Order) -> impl Iterator<Item = [T; 3]> {
    samples.chunks_exact(order.channels).map(move |pixel| order.places.map(|place| pixel[place]))
}

/// Gray of whole numbers: weights in parts of `1 << bits` that sum to it, rounded half up.
pub fn whole<T: Whole>(samples: &[T], order: Order, luma: Luma) -> Vec<T> {
    let (weights, parts) = match luma {
        Luma::Bt601 => ([9_798, 19_235, 3_735], 32_768),
        Luma::Bt709 => ([6_966, 23_436, 2_366], 32_768),
        Luma::Pillow => ([19_595, 38_470, 7_471], 65_536),
    };
    let weigh = |color: [T; 3]| {
        let sum: u64 = color.iter().zip(weights).map(|(sample, weight)| weight * (*sample).into()).sum();
        T::whole((sum + parts / 2) / parts)
    };
    colors(samples, order).map(weigh).collect()
}

/// Whether `got` is the gray of floats, to within four roundings of what was added: that of the weight, that of the
/// product, and those of two sums.
pub fn check_float(samples: &[f32], order: Order, luma: Luma, got: &[f32]) -> Result<(), Mismatch> {
    let weights = match luma {
        Luma::Bt601 | Luma::Pillow => [0.299, 0.587, 0.114],
        Luma::Bt709 => [0.2126, 0.7152, 0.0722],
    };
    let expected = colors(samples, order).map(|color| {
        let terms: [f64; 3] = std::array::from_fn(|index| weights[index] * color[index].value());
        let size: f64 = terms.iter().map(|term| term.abs()).sum();
        (terms.iter().sum(), 4.0 * ROUNDING * size)
    });
    floats::check(got, expected)
}

/// BT.601 of RGB bytes, whatever else the pixels have.
pub fn gray(pixels: &[u8], channels: usize) -> Vec<u8> {
    whole(pixels, Order { places: [0, 1, 2], channels }, Luma::Bt601)
}
