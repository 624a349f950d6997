//! Pixels in borrowed host memory, with any distance between rows.

use std::marker::PhantomData;
use std::ops::Range;

use super::pixel::Pixel;
use crate::error::Error;

/// Borrowed pixels: `height` rows of `width` pixels, `stride` samples from one row to the next. Copying a view or taking
/// a part of it copies no pixels.
///
/// # Examples
///
/// ```
/// use swath::{Gray8, ImageView};
///
/// let bytes = [1, 2, 0, 3, 4, 0]; // two rows of two pixels, each padded by one byte
/// let view = ImageView::<Gray8>::with_stride(&bytes, 2, 2, 3)?;
/// assert_eq!(view.row(1), [3, 4]);
/// assert_eq!(view.sub_view(1, 0, 1, 2)?.row(1), [4]);
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Debug)]
pub struct ImageView<'a, P: Pixel> {
    samples: &'a [P::Sample],
    place: Place<P>,
}

impl<'a, P: Pixel> ImageView<'a, P> {
    /// A view of tightly packed rows.
    ///
    /// # Errors
    /// [`Error::ImageLayout`] if `samples` is shorter than the image.
    pub fn new(samples: &'a [P::Sample], width: usize, height: usize) -> Result<Self, Error> {
        Self::with_stride(samples, width, height, width.saturating_mul(P::CHANNELS))
    }

    /// A view of rows that start `stride` samples apart. The last row need not be padded.
    ///
    /// # Errors
    /// [`Error::ImageStride`] if a row does not fit the stride, [`Error::ImageLayout`] if `samples` is shorter than the
    /// image.
    pub fn with_stride(samples: &'a [P::Sample], width: usize, height: usize, stride: usize) -> Result<Self, Error> {
        let place = Place::new(samples.len(), width, height, stride)?;
        Ok(Self { samples, place })
    }

    /// A view of a slice whose owner vouches that it holds exactly the image.
    pub(super) fn tight(samples: &'a [P::Sample], width: usize, height: usize) -> Self {
        debug_assert!(samples.len() >= width * height * P::CHANNELS);
        Self { samples, place: Place { width, height, stride: width * P::CHANNELS, pixel: PhantomData } }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.place.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.place.height
    }

    /// Samples from the start of one row to the start of the next.
    pub fn stride(&self) -> usize {
        self.place.stride
    }

    /// The part of `width` by `height` pixels whose top left corner is at (`x`, `y`).
    ///
    /// # Errors
    /// [`Error::ImageBounds`] if it reaches outside this view.
    pub fn sub_view(&self, x: usize, y: usize, width: usize, height: usize) -> Result<Self, Error> {
        let (first, place) = self.place.part(x, y, width, height)?;
        Ok(Self { samples: &self.samples[first..], place })
    }

    /// The samples of a row. Rows from the height on are empty.
    pub fn row(&self, y: usize) -> &'a [P::Sample] {
        &self.samples[self.place.row(y)]
    }

    /// All rows, top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = &'a [P::Sample]> + use<'a, P> {
        let view = *self;
        (0..view.height()).map(move |y| view.row(y))
    }
}

impl<P: Pixel> Clone for ImageView<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Pixel> Copy for ImageView<'_, P> {}

/// Borrowed pixels to be written: what results are copied into, wherever they are needed.
///
/// # Examples
///
/// ```
/// use swath::{Device, Gray8, ImageView, ImageViewMut};
///
/// let image = Device::cpu()?.image(ImageView::<Gray8>::new(&[1, 2, 3, 4], 2, 2)?)?;
/// let mut canvas = [0; 12]; // three rows of four pixels
/// let mut whole = ImageViewMut::<Gray8>::new(&mut canvas, 4, 3)?;
/// image.read().wait()?.copy_to(&mut whole.sub_view(1, 1, 2, 2)?)?;
/// assert_eq!(canvas, [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0]);
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Debug)]
pub struct ImageViewMut<'a, P: Pixel> {
    samples: &'a mut [P::Sample],
    place: Place<P>,
}

impl<'a, P: Pixel> ImageViewMut<'a, P> {
    /// A view of tightly packed rows.
    ///
    /// # Errors
    /// [`Error::ImageLayout`] if `samples` is shorter than the image.
    pub fn new(samples: &'a mut [P::Sample], width: usize, height: usize) -> Result<Self, Error> {
        Self::with_stride(samples, width, height, width.saturating_mul(P::CHANNELS))
    }

    /// A view of rows that start `stride` samples apart. The last row need not be padded.
    ///
    /// # Errors
    /// [`Error::ImageStride`] if a row does not fit the stride, [`Error::ImageLayout`] if `samples` is shorter than the
    /// image.
    pub fn with_stride(
        samples: &'a mut [P::Sample],
        width: usize,
        height: usize,
        stride: usize,
    ) -> Result<Self, Error> {
        let place = Place::new(samples.len(), width, height, stride)?;
        Ok(Self { samples, place })
    }

    /// A view of a slice whose owner vouches that it holds exactly the image.
    #[cfg(feature = "image")]
    pub(super) fn tight(samples: &'a mut [P::Sample], width: usize, height: usize) -> Self {
        debug_assert!(samples.len() >= width * height * P::CHANNELS);
        Self { samples, place: Place { width, height, stride: width * P::CHANNELS, pixel: PhantomData } }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.place.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.place.height
    }

    /// The part of `width` by `height` pixels whose top left corner is at (`x`, `y`).
    ///
    /// # Errors
    /// [`Error::ImageBounds`] if it reaches outside this view.
    pub fn sub_view(&mut self, x: usize, y: usize, width: usize, height: usize) -> Result<ImageViewMut<'_, P>, Error> {
        let (first, place) = self.place.part(x, y, width, height)?;
        Ok(ImageViewMut { samples: &mut self.samples[first..], place })
    }

    /// The samples of a row. Rows from the height on are empty.
    pub fn row_mut(&mut self, y: usize) -> &mut [P::Sample] {
        let row = self.place.row(y);
        &mut self.samples[row]
    }

    /// The same pixels, to be read.
    pub fn as_view(&self) -> ImageView<'_, P> {
        ImageView { samples: self.samples, place: self.place }
    }

    /// Copies all pixels of a view of the same size.
    ///
    /// # Errors
    /// [`Error::ImageSize`] if the sizes differ.
    pub fn copy_from(&mut self, from: ImageView<'_, P>) -> Result<(), Error> {
        let (given, expected) = ((from.width(), from.height()), (self.width(), self.height()));
        if given != expected {
            return Err(Error::ImageSize { given, expected });
        }
        for (y, row) in from.rows().enumerate() {
            self.row_mut(y).copy_from_slice(row);
        }
        Ok(())
    }
}

/// Where the pixels of a view are in its samples.
#[derive(Debug)]
struct Place<P> {
    width: usize,
    height: usize,
    stride: usize,
    pixel: PhantomData<P>,
}

impl<P> Clone for Place<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Place<P> {}

impl<P: Pixel> Place<P> {
    fn new(given: usize, width: usize, height: usize, stride: usize) -> Result<Self, Error> {
        let row = width.saturating_mul(P::CHANNELS);
        let needed = match height {
            0 => 0,
            _ if width == 0 => 0,
            _ => stride.saturating_mul(height - 1).saturating_add(row),
        };
        if row > stride && height > 1 {
            return Err(Error::ImageStride { width, height, channels: P::CHANNELS, row, stride });
        }
        if needed > given {
            return Err(Error::ImageLayout { width, height, channels: P::CHANNELS, stride, needed, given });
        }
        Ok(Self { width, height, stride, pixel: PhantomData })
    }

    /// Where a part starts, and its place from there.
    fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Result<(usize, Self), Error> {
        let fits = |start: usize, len: usize, whole: usize| start.checked_add(len).is_some_and(|end| end <= whole);
        if !fits(x, width, self.width) || !fits(y, height, self.height) {
            let (image_width, image_height) = (self.width, self.height);
            return Err(Error::ImageBounds { x, y, width, height, image_width, image_height });
        }
        let first = if width == 0 || height == 0 { 0 } else { y * self.stride + x * P::CHANNELS };
        Ok((first, Self { width, height, ..*self }))
    }

    fn row(&self, y: usize) -> Range<usize> {
        if y >= self.height || self.width == 0 {
            return 0..0;
        }
        let first = y * self.stride;
        first..first + self.width * P::CHANNELS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Gray8, Rgb8};

    #[test]
    fn a_short_slice_says_what_is_missing() {
        let error = ImageView::<Rgb8>::new(&[0; 11], 2, 2).unwrap_err().to_string();
        assert_eq!(
            error,
            "a 2x2 image with 3 channels and rows 6 elements apart needs 12 elements, but the slice has 11; \
             pass a longer slice or the right stride"
        );
        let error = ImageView::<Rgb8>::with_stride(&[0; 100], 2, 2, 5).unwrap_err().to_string();
        assert_eq!(
            error,
            "rows of a 2x2 image with 3 channels take 6 elements, but they start only 5 elements apart; \
             pass a stride of at least 6"
        );
        assert!(ImageView::<Gray8>::new(&[0; 100], usize::MAX, 2).is_err());
        assert!(ImageView::<Gray8>::new(&[0; 100], 1 << 40, 1 << 40).is_err());
    }

    #[test]
    fn empty_views_have_no_rows_or_empty_rows() {
        assert_eq!(ImageView::<Gray8>::new(&[], 0, 3).unwrap().rows().count(), 3);
        assert_eq!(ImageView::<Gray8>::new(&[], 3, 0).unwrap().rows().count(), 0);
        let view = ImageView::<Gray8>::new(&[1, 2], 2, 1).unwrap();
        assert_eq!(view.sub_view(2, 1, 0, 0).unwrap().rows().count(), 0);
        assert!(view.row(7).is_empty());
    }

    #[test]
    fn views_to_write_reach_their_own_pixels_only() {
        let mut bytes = [0; 14]; // rows of 3 pixels, 4 apart, and two more bytes
        let mut view = ImageViewMut::<Gray8>::with_stride(&mut bytes, 3, 3, 4).unwrap();
        view.copy_from(ImageView::new(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 3).unwrap()).unwrap();
        view.sub_view(1, 1, 2, 1).unwrap().row_mut(0).fill(0);
        assert_eq!(view.as_view().row(1), [4, 0, 0]);
        let error = view.copy_from(ImageView::new(&[0; 6], 2, 3).unwrap()).unwrap_err().to_string();
        assert_eq!(error, "the image is 2x3, but 3x3 is needed; use a view of that size");
        assert_eq!(bytes, [1, 2, 3, 0, 4, 0, 0, 0, 7, 8, 9, 0, 0, 0]);
    }

    #[test]
    fn a_sub_view_outside_is_refused() {
        let view = ImageView::<Gray8>::new(&[0; 6], 3, 2).unwrap();
        for (x, y, width, height) in [(1, 0, 3, 1), (0, 2, 1, 1), (usize::MAX, 0, 2, 1), (4, 0, 0, 0)] {
            assert!(matches!(view.sub_view(x, y, width, height), Err(Error::ImageBounds { .. })));
        }
    }
}
