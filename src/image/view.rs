//! Pixels in borrowed host memory, with any distance between rows.

use std::marker::PhantomData;

use super::pixel::Pixel;
use crate::error::Error;

/// Borrowed pixels: `height` rows of `width` pixels, `stride` bytes from one row to the next. Copying a view or taking
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
#[derive(Debug, Clone, Copy)]
pub struct ImageView<'a, P> {
    bytes: &'a [u8],
    width: usize,
    height: usize,
    stride: usize,
    pixel: PhantomData<P>,
}

impl<'a, P: Pixel> ImageView<'a, P> {
    /// A view of tightly packed rows.
    ///
    /// # Errors
    /// [`Error::ImageLayout`] if `bytes` is shorter than the image.
    pub fn new(bytes: &'a [u8], width: usize, height: usize) -> Result<Self, Error> {
        Self::with_stride(bytes, width, height, width.saturating_mul(P::CHANNELS))
    }

    /// A view of rows that start `stride` bytes apart. The last row need not be padded.
    ///
    /// # Errors
    /// [`Error::ImageStride`] if a row does not fit the stride, [`Error::ImageLayout`] if `bytes` is shorter than the
    /// image.
    pub fn with_stride(bytes: &'a [u8], width: usize, height: usize, stride: usize) -> Result<Self, Error> {
        let row = width.saturating_mul(P::CHANNELS);
        let needed = match height {
            0 => 0,
            _ if width == 0 => 0,
            _ => stride.saturating_mul(height - 1).saturating_add(row),
        };
        if row > stride && height > 1 {
            return Err(Error::ImageStride { width, height, channels: P::CHANNELS, row, stride });
        }
        if needed > bytes.len() {
            let given = bytes.len();
            return Err(Error::ImageLayout { width, height, channels: P::CHANNELS, stride, needed, given });
        }
        Ok(Self { bytes, width, height, stride, pixel: PhantomData })
    }

    /// A view of a buffer whose owner vouches that it holds the image.
    #[cfg(feature = "image")]
    pub(super) fn of_buffer(bytes: &'a [u8], width: usize, height: usize) -> Self {
        debug_assert!(bytes.len() >= width * height * P::CHANNELS);
        Self { bytes, width, height, stride: width * P::CHANNELS, pixel: PhantomData }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The part of `width` by `height` pixels whose top left corner is at (`x`, `y`).
    ///
    /// # Errors
    /// [`Error::ImageBounds`] if it reaches outside this view.
    pub fn sub_view(&self, x: usize, y: usize, width: usize, height: usize) -> Result<Self, Error> {
        let fits = |start: usize, len: usize, whole: usize| start.checked_add(len).is_some_and(|end| end <= whole);
        if !fits(x, width, self.width) || !fits(y, height, self.height) {
            let (image_width, image_height) = (self.width, self.height);
            return Err(Error::ImageBounds { x, y, width, height, image_width, image_height });
        }
        let first = if width == 0 || height == 0 { 0 } else { y * self.stride + x * P::CHANNELS };
        Ok(Self { bytes: &self.bytes[first..], width, height, ..*self })
    }

    /// The bytes of a row. Rows from the height on are empty.
    pub fn row(&self, y: usize) -> &'a [u8] {
        if y >= self.height || self.width == 0 {
            return &[];
        }
        let first = y * self.stride;
        &self.bytes[first..first + self.width * P::CHANNELS]
    }

    /// All rows, top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = &'a [u8]> + use<'a, P> {
        let view = *self;
        (0..view.height).map(move |y| view.row(y))
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
    fn a_sub_view_outside_is_refused() {
        let view = ImageView::<Gray8>::new(&[0; 6], 3, 2).unwrap();
        for (x, y, width, height) in [(1, 0, 3, 1), (0, 2, 1, 1), (usize::MAX, 0, 2, 1), (4, 0, 0, 0)] {
            assert!(matches!(view.sub_view(x, y, width, height), Err(Error::ImageBounds { .. })));
        }
    }
}
