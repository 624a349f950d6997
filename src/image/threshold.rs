//! Gray to black and white.

use fearless_simd::{Level, Simd, dispatch};

use super::{Gray8, Image};
use crate::error::Error;
use crate::tensor::pixelwise::{Parameter, RowKernel, Step};

/// How pixels are told apart. Comparisons are strict: a pixel equal to the level is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold(Cut);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    At(u8),
    Otsu,
}

impl Threshold {
    /// 255 where the pixel is above `level`, 0 elsewhere.
    pub fn binary(level: u8) -> Self {
        Self(Cut::At(level))
    }

    /// 255 where the pixel is above the image's own Otsu level, 0 elsewhere; see [`Image::otsu_level`].
    pub fn otsu() -> Self {
        Self(Cut::Otsu)
    }
}

impl Image<Gray8> {
    /// Black and white image of the same size, the same bytes on every device.
    ///
    /// # Errors
    /// [`Error::EmptyImage`] for Otsu's level of no pixels. When the result is read: [`Error::DeviceLost`],
    /// [`Error::OutOfMemory`] or [`Error::Gpu`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Gray8, ImageView, Threshold};
    ///
    /// let device = Device::cpu()?;
    /// let image = device.image(ImageView::<Gray8>::new(&[99, 100, 101, 200], 4, 1)?)?;
    /// assert_eq!(image.threshold(Threshold::binary(100))?.read().wait()?.as_slice(), [0, 0, 255, 255]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn threshold(&self, threshold: Threshold) -> Result<Image<Gray8>, Error> {
        let parameter = match threshold.0 {
            Cut::At(level) => Parameter::Value(u32::from(level)),
            Cut::Otsu => Parameter::Computed(self.otsu_level()?),
        };
        self.then(Step {
            name: "threshold_binary",
            shader: include_str!("../../shaders/image/threshold.wgsl"),
            kernel: RowKernel::OnGray(binary_pixels),
            parameter,
        })
    }
}

fn binary_pixels(level: Level, pixels: &mut [u8], cut: u32) {
    dispatch!(level, simd => binary(simd, pixels, cut as u8));
}

#[inline(always)]
fn binary<S: Simd>(_: S, pixels: &mut [u8], cut: u8) {
    for pixel in pixels {
        *pixel = if *pixel > cut { 255 } else { 0 };
    }
}
