//! Where each of several images lies in one array.

use std::sync::Arc;

use crate::error::Error;

/// Every frame starts at a multiple of this many pixels, so that on a GPU one invocation reads and writes whole words
/// of 16 bytes that no other frame shares.
pub(crate) const FRAME_PIXELS: usize = 16;

/// One image within an array of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Width in pixels.
    pub(crate) width: usize,
    /// Height in pixels.
    pub(crate) height: usize,
    /// Index of its first pixel, a multiple of [`FRAME_PIXELS`].
    pub(crate) first: usize,
}

impl Frame {
    /// How many pixels it has.
    pub(crate) fn pixels(&self) -> usize {
        self.width * self.height
    }
}

/// The images of one array, first to last. Clones share the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frames {
    frames: Arc<[Frame]>,
    capacity: usize,
}

impl Frames {
    /// Frames of these widths and heights, one after the other.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if their pixels cannot be counted.
    pub(crate) fn new(sizes: impl IntoIterator<Item = (usize, usize)>) -> Result<Self, Error> {
        let mut first = 0_usize;
        let mut frames = Vec::new();
        for (width, height) in sizes {
            frames.push(Frame { width, height, first });
            let padded = width.checked_mul(height).and_then(|pixels| pixels.checked_next_multiple_of(FRAME_PIXELS));
            // Samples of 16 bytes a pixel must be countable in bytes too.
            let next =
                padded.and_then(|pixels| first.checked_add(pixels)).filter(|next| *next <= isize::MAX as usize / 16);
            first = next.ok_or_else(|| Error::TooLarge {
                what: format!("a {width}x{height} image"),
                requested: u64::MAX,
                unit: "bytes",
                limit_name: "the most that memory can address",
                limit: isize::MAX as u64,
                advice: "work on it in parts",
            })?;
        }
        Ok(Self { frames: frames.into(), capacity: first })
    }

    /// How many images there are.
    pub(crate) fn len(&self) -> usize {
        self.frames.len()
    }

    /// Pixels of the array, the gaps between images included; a multiple of [`FRAME_PIXELS`].
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// The frame of an image.
    pub(crate) fn get(&self, index: usize) -> Option<&Frame> {
        self.frames.get(index)
    }

    /// All frames, first to last.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Frame> {
        self.frames.iter()
    }

    /// The size that all images have; none where they differ or where there are none.
    #[cfg(any(test, feature = "gpu"))]
    pub(crate) fn common_size(&self) -> Option<(usize, usize)> {
        let first = self.frames.first()?;
        let size = (first.width, first.height);
        self.iter().all(|frame| (frame.width, frame.height) == size).then_some(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_start_at_whole_words_and_share_none() {
        let frames = Frames::new([(3, 5), (0, 9), (16, 1), (1, 1)]).unwrap();
        let firsts: Vec<_> = frames.iter().map(|frame| frame.first).collect();
        assert_eq!((firsts, frames.capacity()), (vec![0, 16, 16, 32], 48));
        assert_eq!(frames.common_size(), None);
        assert_eq!(Frames::new([(2, 3); 4]).unwrap().common_size(), Some((2, 3)));
        assert_eq!([Frames::new([]), Frames::new([(0, 1 << 60)])].map(|frames| frames.unwrap().capacity()), [0, 0]);
    }

    #[test]
    fn what_cannot_be_counted_is_an_error() {
        for size in [(usize::MAX, 2), (1 << 32, 1 << 31), (usize::MAX, 1)] {
            assert!(matches!(Frames::new([size]), Err(Error::TooLarge { .. })), "{size:?}");
        }
    }
}
