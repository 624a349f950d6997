//! Colour to gray, one sample a pixel.

mod rows;

use fearless_simd::Level;

use super::Image;
use super::pixel::{Color, Pixel};
use crate::error::Error;
use crate::tensor::pixelwise::{Parameters, RowKernel, Step, Words};
use crate::tensor::{Arity, Sample, SampleKind};
use rows::{FloatWeights, Weights};

/// How red, green and blue are weighed. Each formula is that of a library, for whoever must match it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Luma {
    /// BT.601 as OpenCV's `cvtColor` rounds it: `(9798 R + 19235 G + 3735 B + 16384) >> 15`; for `f32`
    /// `0.299 R + 0.587 G + 0.114 B`. The default.
    #[default]
    Bt601,
    /// BT.709, for pictures of HDTV and sRGB: `(6966 R + 23436 G + 2366 B + 16384) >> 15`; for `f32`
    /// `0.2126 R + 0.7152 G + 0.0722 B`.
    Bt709,
    /// BT.601 as Pillow's `convert("L")` rounds it: `(19595 R + 38470 G + 7471 B + 32768) >> 16`; for `f32` as
    /// [`Luma::Bt601`].
    Pillow,
}

impl Luma {
    /// Weights of red, green and blue in whole numbers, and by how many bits their sum is shifted: the weights sum to
    /// 2^shift, so that white stays white and grays stay themselves.
    fn whole(self) -> ([u32; 3], u32) {
        match self {
            Self::Bt601 => ([9_798, 19_235, 3_735], 15),
            Self::Bt709 => ([6_966, 23_436, 2_366], 15),
            Self::Pillow => ([19_595, 38_470, 7_471], 16),
        }
    }

    fn fractions(self) -> [f32; 3] {
        match self {
            Self::Bt601 | Self::Pillow => [0.299, 0.587, 0.114],
            Self::Bt709 => [0.2126, 0.7152, 0.0722],
        }
    }

    /// The step for pixels of this type: three weights in the order of its channels, then the shift; for `f32` then
    /// whether blue comes first, because numbers are added in the order red, green, blue.
    fn step<P: Pixel>(self) -> Step {
        let ordered = |mut weights: [u32; 3]| {
            if P::IS_BGR {
                weights.reverse();
            }
            weights
        };
        let kind = <P::Sample as Sample>::KIND;
        let ([a, b, c], last) = match kind {
            SampleKind::F32 => (ordered(self.fractions().map(f32::to_bits)), u32::from(P::IS_BGR)),
            _ => (ordered(self.whole().0), self.whole().1),
        };
        let (name, kernel) = match kind {
            SampleKind::U8 => ("grayscale", RowKernel::ToGray(gray_bytes)),
            SampleKind::U16 => ("grayscale", RowKernel::ToGray(gray_halfwords)),
            SampleKind::F32 => ("grayscale_of_floats", RowKernel::ToGray(gray_floats)),
        };
        Step {
            name,
            shader: match kind {
                SampleKind::F32 => include_str!("../../shaders/image/grayscale/floats.wgsl"),
                _ => include_str!("../../shaders/image/grayscale/whole.wgsl"),
            },
            kernel,
            parameters: Parameters::known(&[a, b, c, last], &[]),
        }
    }
}

impl<P: Color, A: Arity> Image<P, A> {
    /// Gray image of the same size: `(9798 R + 19235 G + 3735 B + 16384) >> 15` a pixel, the same samples on every
    /// device and equal to OpenCV's `cvtColor` on all 2^24 colours; `0.299 R + 0.587 G + 0.114 B` for `f32`, where
    /// nothing is clamped. Alpha is ignored. An empty image gives an empty image.
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
    pub fn grayscale(&self) -> Result<Image<P::Gray, A>, Error> {
        self.grayscale_with(Luma::Bt601)
    }

    /// Gray image of the same size, by another formula; see [`Luma`].
    ///
    /// # Errors
    /// As [`Image::grayscale`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Bgr16, Device, ImageView, Luma};
    ///
    /// let image = Device::cpu()?.image(ImageView::<Bgr16>::new(&[0, 0, 65_535], 1, 1)?)?;
    /// assert_eq!(image.grayscale_with(Luma::Bt709)?.read().wait()?.as_slice(), [13_932]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn grayscale_with(&self, luma: Luma) -> Result<Image<P::Gray, A>, Error> {
        self.then(luma.step::<P>())
    }
}

fn gray_bytes(level: Level, from: &[u8], channels: usize, words: Words<'_>, to: &mut [u8]) {
    rows::gray_u8(level, from, channels, weights(words), to);
}

fn gray_halfwords(level: Level, from: &[u8], channels: usize, words: Words<'_>, to: &mut [u8]) {
    rows::gray_u16(level, bytemuck::cast_slice(from), channels, weights(words), bytemuck::cast_slice_mut(to));
}

fn gray_floats(level: Level, from: &[u8], channels: usize, words: Words<'_>, to: &mut [u8]) {
    let factors = [words.shared[0], words.shared[1], words.shared[2]].map(f32::from_bits);
    let weights = FloatWeights { factors, blue_first: words.shared[3] == 1 };
    rows::gray_f32(level, bytemuck::cast_slice(from), channels, weights, bytemuck::cast_slice_mut(to));
}

fn weights(words: Words<'_>) -> Weights {
    Weights { factors: [words.shared[0], words.shared[1], words.shared[2]], shift: words.shared[3] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one_so_that_white_stays_white() {
        for luma in [Luma::Bt601, Luma::Bt709, Luma::Pillow] {
            let (weights, shift) = luma.whole();
            assert_eq!(weights.iter().sum::<u32>(), 1 << shift);
            assert!((luma.fractions().iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
    }
}
