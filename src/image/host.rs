//! Pixels in host memory, as they were read from a device.

use std::marker::PhantomData;

use super::pixel::Pixel;
use super::view::{ImageView, ImageViewMut};
use crate::device::HostArray;
use crate::error::Error;
use crate::tensor::Frames;

/// An image in host memory, tightly packed. Its memory is the device's own and goes back to its pool.
#[derive(Debug, Clone)]
pub struct HostImage<P: Pixel> {
    samples: HostArray<P::Sample>,
    width: usize,
    height: usize,
}

impl<P: Pixel> HostImage<P> {
    pub(super) fn new(samples: HostArray<P::Sample>, width: usize, height: usize) -> Self {
        Self { samples, width, height }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All samples, row by row.
    pub fn as_slice(&self) -> &[P::Sample] {
        self.samples.as_slice()
    }

    /// The memory itself, which keeps the pixels when the image is gone.
    pub fn into_samples(self) -> HostArray<P::Sample> {
        self.samples
    }

    /// A view of the pixels, without a copy.
    pub fn as_view(&self) -> ImageView<'_, P> {
        ImageView::tight(self.as_slice(), self.width, self.height)
    }

    /// Copies the pixels to where they are needed.
    ///
    /// # Errors
    /// [`Error::ImageSize`] if the view is of another size.
    pub fn copy_to(&self, view: &mut ImageViewMut<'_, P>) -> Result<(), Error> {
        view.copy_from(self.as_view())
    }
}

/// A batch of images in host memory, each tightly packed. Their memory is the device's own and goes back to its pool.
#[derive(Debug, Clone)]
pub struct HostImages<P: Pixel> {
    samples: HostArray<P::Sample>,
    frames: Frames,
    pixel: PhantomData<P>,
}

impl<P: Pixel> HostImages<P> {
    pub(super) fn new(samples: HostArray<P::Sample>, frames: Frames) -> Self {
        Self { samples, frames, pixel: PhantomData }
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An image, without a copy, if there are so many.
    pub fn get(&self, index: usize) -> Option<ImageView<'_, P>> {
        let frame = self.frames.get(index)?;
        let first = frame.first * P::CHANNELS;
        let own = &self.samples.as_slice()[first..first + frame.pixels() * P::CHANNELS];
        Some(ImageView::tight(own, frame.width, frame.height))
    }

    /// All images, first to last.
    pub fn iter(&self) -> impl Iterator<Item = ImageView<'_, P>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}
