//! Which of its forms a kernel takes: where pixels come from, where they go, and how many an invocation has.

use super::pieces::Ends;
use crate::tensor::pixelwise::step::{Chain, Number, Output, Placement};

/// Bytes that an invocation reads and writes at once.
pub(super) const WORD: usize = 16;

/// The form of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) source: From,
    pub(super) result: To,
    /// Pixels, or numbers for [`To::SharedHalves`], that an invocation takes.
    pub(super) per_invocation: usize,
}

/// Where pixels come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// The same place.
    InPlace,
    /// Anywhere in their frame.
    Gathered { is_flipped: bool },
}

/// Where they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// Frames of pixels.
    Pixels,
    /// Planes that start at whole words.
    WholeWords(Number),
    /// Planes of `f32` that start anywhere.
    SingleFloats,
    /// Planes of `f16` that start anywhere.
    SharedHalves,
}

impl Form {
    pub(super) fn of(chain: &Chain, output: &Output, ends: &Ends) -> Self {
        let (result, placement) = match output {
            Output::Pixels => (To::Pixels, Placement::default()),
            Output::Planes(planes) => {
                let per_word = WORD / planes.number.bytes();
                let is_whole = ends.frames.iter().all(|frame| frame.pixels().is_multiple_of(per_word));
                let result = match planes.number {
                    number if is_whole => To::WholeWords(number),
                    Number::F32 => To::SingleFloats,
                    Number::F16 => To::SharedHalves,
                };
                (result, planes.placement)
            }
        };
        let is_in_place = placement == Placement::default() && chain.resize.is_none();
        let source = if is_in_place && result != To::SharedHalves {
            From::InPlace
        } else {
            From::Gathered { is_flipped: placement.is_flipped }
        };
        let of_source = whole_words(chain.source.channels * chain.source.kind.bytes());
        let of_result = match result {
            To::Pixels => whole_words(chain.bytes_per_pixel()),
            To::WholeWords(number) => WORD / number.bytes(),
            To::SingleFloats => 4,
            To::SharedHalves => 8,
        };
        let per_invocation = if source == From::InPlace { of_source.max(of_result) } else { of_result };
        Self { source, result, per_invocation }
    }
}

/// The fewest pixels of so many bytes, at least 4, that fill whole words.
fn whole_words(bytes: usize) -> usize {
    (WORD >> bytes.trailing_zeros().min(WORD.trailing_zeros())).max(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_of_an_invocation_fill_whole_words() {
        let expected = [(1, 16), (2, 8), (3, 16), (4, 4), (6, 8), (8, 4), (12, 4), (16, 4)];
        assert_eq!(expected.map(|(bytes, _)| (bytes, whole_words(bytes))), expected);
    }
}
