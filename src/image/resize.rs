//! Images made larger or smaller.

use super::Image;
use super::pixel::Pixel;
use crate::error::Error;
use crate::tensor::pixelwise::{Lazy, Output, Resize as Resized};
use crate::tensor::resample::{Method, Sampling};
use crate::tensor::{Arity, Frames, Sample};

/// How the pixels of a resized image are made.
///
/// With `s` = source size / destination size along an axis, the destination pixel `x` covers the source from `x s` to
/// `(x + 1) s` and has its centre at `c = (x + 0.5) s`; source pixel `i` covers `i` to `i + 1` (half-pixel centres). Both
/// axes are treated alike, one after the other. Positions are computed in whole numbers and are exact.
///
/// Bytes and 16-bit samples are rounded once, to the nearest, halves up; `f32` samples are not clamped. On the CPU every
/// SIMD level and every number of threads gives the same bits. A GPU gives the same for [`Nearest`](Resize::Nearest), is
/// at most 1 off for whole numbers, where a sum falls on a half, and within 1e-5 of the largest sample for `f32`.
/// Channels are independent; colours are not multiplied by alpha. A pixel of weight 0 has no influence, even if it is
/// infinite or NaN. The same size gives the same pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resize {
    /// The source pixel that holds the centre: `i = floor(c)`. As OpenCV's `INTER_NEAREST_EXACT`.
    Nearest,
    /// The two pixels whose centres lie around it, on each axis: with `p = c - 0.5`, `i = floor(p)` and `f = p - i`,
    /// `(1 - f) a[i] + f a[i + 1]`; beyond the border the border pixel counts. As OpenCV's `INTER_LINEAR`, which rounds
    /// bytes more coarsely. No antialiasing: of a strong reduction it sees only every so many pixels.
    Bilinear,
    /// The average of what the pixel covers, pixels that are covered in part by their share: the sum over `i` of
    /// `|[x s, (x + 1) s] ∩ [i, i + 1]| a[i] / s`. As OpenCV's `INTER_AREA`. An axis that is enlarged is treated as by
    /// [`Bilinear`](Resize::Bilinear).
    Area,
}

impl<P: Pixel, A: Arity> Image<P, A> {
    /// Image of `width` by `height` pixels of the same type; every image of a batch gets this size. Whole samples are
    /// rounded to the nearest, halves up; alpha is resized like a colour.
    ///
    /// It is computed in one pass with the per-pixel operations that follow.
    ///
    /// # Errors
    /// [`Error::EmptyImage`] to make pixels of none; [`Error::TooLarge`] for a side above 2,097,152 pixels. When the
    /// result is read: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Gray8, ImageView, Resize};
    ///
    /// let image = Device::cpu()?.image(ImageView::<Gray8>::new(&[0, 10, 20, 30, 40, 50, 60, 70], 4, 2)?)?;
    /// assert_eq!(image.resize(2, 1, Resize::Area)?.read().wait()?.as_slice(), [25, 45]);
    /// assert_eq!(image.resize(2, 2, Resize::Nearest)?.read().wait()?.as_slice(), [10, 30, 50, 70]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn resize(&self, width: usize, height: usize, resize: Resize) -> Result<Self, Error> {
        let sampling =
            |frame: &crate::tensor::Frame| Sampling::new(resize.into(), (frame.width, frame.height), (width, height));
        let samplings = self.frames().iter().map(sampling).collect::<Result<Vec<_>, Error>>()?;
        if samplings.iter().all(Sampling::is_identity) {
            return Ok(self.clone());
        }
        let frames = Frames::new(samplings.iter().map(Sampling::to))?;
        let mut chain = self.source_chain()?;
        let kind = <P::Sample as Sample>::KIND;
        chain.resize = Some(Resized { samplings: samplings.into(), kind, frames: frames.clone() });
        Ok(Image::from_lazy(Lazy::waiting(self.device().clone(), chain, Output::Pixels), frames))
    }
}

impl From<Resize> for Method {
    fn from(resize: Resize) -> Self {
        match resize {
            Resize::Nearest => Self::Nearest,
            Resize::Bilinear => Self::Bilinear,
            Resize::Area => Self::Area,
        }
    }
}
