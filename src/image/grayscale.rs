//! Colour to gray, one byte a pixel.

use fearless_simd::{Level, Simd, dispatch};

use super::pixel::Color;
use super::{Gray8, Image};
use crate::error::Error;
use crate::tensor::pixelwise::{Parameter, RowKernel, Step};

/// Red, green and blue in 1/32768: BT.601 as OpenCV rounds it. They sum to 32768, so white stays 255.
const WEIGHTS: [u32; 3] = [9_798, 19_235, 3_735];

const STEP: Step = Step {
    name: "grayscale",
    shader: include_str!("../../shaders/image/grayscale.wgsl"),
    kernel: RowKernel::ToGray(gray_pixels),
    parameter: Parameter::Value(0),
};

impl<P: Color> Image<P> {
    /// Gray image of the same size: `(9798 R + 19235 G + 3735 B + 16384) >> 15` a pixel, the same bytes on every
    /// device and equal to OpenCV's `cvtColor` on all 2^24 colours. Alpha is ignored. An empty image gives an empty
    /// image.
    ///
    /// # Errors
    /// When the result is read: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, ImageView, Rgb8};
    ///
    /// let device = Device::cpu()?;
    /// let colors = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
    /// let image = device.image(ImageView::<Rgb8>::new(&colors, 4, 1)?)?;
    /// assert_eq!(image.grayscale()?.read().wait()?.as_slice(), [76, 150, 29, 255]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn grayscale(&self) -> Result<Image<Gray8>, Error> {
        self.then(STEP)
    }
}

fn gray_pixels(level: Level, from: &[u8], channels: usize, to: &mut [u8]) {
    if channels == 4 {
        dispatch!(level, simd => gray_row::<_, 4>(simd, from, to));
    } else {
        dispatch!(level, simd => gray_row::<_, 3>(simd, from, to));
    }
}

/// Every SIMD level compiles this loop and must equal the plain one.
#[inline(always)]
fn gray_row<S: Simd, const N: usize>(_: S, from: &[u8], to: &mut [u8]) {
    let (pixels, _) = from.as_chunks::<N>();
    for (pixel, gray) in pixels.iter().zip(to) {
        *gray = luma(pixel[0], pixel[1], pixel[2]);
    }
}

#[inline(always)]
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let [r, g, b] = WEIGHTS;
    ((r * u32::from(red) + g * u32::from(green) + b * u32::from(blue) + (1 << 14)) >> 15) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_stays_white_and_grays_stay_themselves() {
        assert_eq!(WEIGHTS.iter().sum::<u32>(), 1 << 15);
        for value in 0..=255 {
            assert_eq!(luma(value, value, value), value);
        }
    }
}
