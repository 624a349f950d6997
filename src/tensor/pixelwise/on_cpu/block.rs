//! The pieces that a chain is computed in.

use std::ops::Range;

use crate::tensor::Frames;

/// Pixels a block: 8 KiB of gray bytes, so that source, block and result share a first-level cache of 32 KiB.
const PIXELS: usize = 8 << 10;

/// Consecutive pixels of one frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Index of the frame.
    pub(super) frame: usize,
    /// The pixels, counted from the frame's first.
    pub(super) pixels: Range<usize>,
}

/// All pixels of all frames, in order; in whole rows where that is asked for.
pub(super) fn blocks(frames: &Frames, in_rows: bool) -> impl Iterator<Item = Block> + '_ {
    frames.iter().enumerate().flat_map(move |(frame, place)| {
        let all = place.pixels();
        let step = if in_rows { rows_per_block(place.width) * place.width.max(1) } else { PIXELS };
        (0..all).step_by(step).map(move |start| Block { frame, pixels: start..all.min(start + step) })
    })
}

/// Rows of a frame of this width that are about as much as a block.
pub(super) fn rows_per_block(width: usize) -> usize {
    (PIXELS / width.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_every_pixel_once_and_end_with_their_frame() {
        let frames = Frames::new([(100, 100), (0, 3), (1, 1), (8_192, 2)]).unwrap();
        let in_rows: Vec<_> = blocks(&frames, true).map(|block| block.pixels).collect();
        assert_eq!(in_rows, [0..8_100, 8_100..10_000, 0..1, 0..8_192, 8_192..16_384]);
        let blocks: Vec<_> = blocks(&frames, false).collect();
        let expected = [(0, 0..8_192), (0, 8_192..10_000), (2, 0..1), (3, 0..8_192), (3, 8_192..16_384)];
        assert_eq!(blocks, expected.map(|(frame, pixels)| Block { frame, pixels }));
    }
}
