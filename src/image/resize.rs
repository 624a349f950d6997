//! Images made larger or smaller.

use super::Image;
use super::pixel::Pixel;
use crate::error::Error;
use crate::tensor::pixelwise::{Lazy, Output, Resize as Resized};
use crate::tensor::resample::{Method, Sampling};
use crate::tensor::{Arity, Frames, Sample};

/// How pixels of a resized image are made. Positions are those of pixel centres: the centre of pixel `x` lies at
/// `x + 0.5`, so that nothing is shifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resize {
    /// The source pixel that holds the centre: column `floor((x + 0.5) * from / to)`. For masks and labels.
    Nearest,
    /// The four source pixels around the centre, weighted by distance; the border is repeated. No more are looked at
    /// when an image shrinks, as OpenCV's `INTER_LINEAR`.
    Bilinear,
    /// All source pixels that the pixel covers, by how much of each it covers, as OpenCV's `INTER_AREA`: for
    /// reductions. A direction in which the image grows is bilinear.
    Area,
}

impl<P: Pixel, A: Arity> Image<P, A> {
    /// Image of `width` by `height` pixels of the same type; every image of a batch gets this size. Whole samples are
    /// rounded to the nearest, halves up; alpha is resized like a colour.
    ///
    /// It is computed in one pass with the per-pixel operations that follow. Devices agree within 1 of 255 (257 of
    /// 65,535, 1e-5 of the largest `f32` around); all SIMD levels give the same samples.
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
        let method = match resize {
            Resize::Nearest => Method::Nearest,
            Resize::Bilinear => Method::Bilinear,
            Resize::Area => Method::Area,
        };
        let sampling =
            |frame: &crate::tensor::Frame| Sampling::new(method, (frame.width, frame.height), (width, height));
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
