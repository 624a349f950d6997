//! A threshold as a step of a chain: its words, its snippet, and its twin on the CPU.

use fearless_simd::Level;

use super::ThresholdKind;
use super::rows::{self, Rule};
use crate::error::Error;
use crate::tensor::SampleKind;
use crate::tensor::pixelwise::{Parameters, RowKernel, Step, Words};

/// The kinds, by the number that stands for them in a step's words.
const KINDS: [ThresholdKind; 5] = [
    ThresholdKind::Binary,
    ThresholdKind::BinaryInverted,
    ThresholdKind::Truncate,
    ThresholdKind::ToZero,
    ThresholdKind::ToZeroInverted,
];

/// The level as a frame's own word: a whole number from -1 to the largest sample, or the bits of an `f32`.
pub(super) fn level_word(kind: SampleKind, level: f64) -> Result<u32, Error> {
    if level.is_nan() {
        return Err(Error::Threshold { what: "the level", value: level, allowed: "a number" });
    }
    Ok(match kind {
        SampleKind::F32 => (level as f32).to_bits(),
        _ => (level.floor().clamp(-1.0, f64::from(kind.white())) as i32).cast_unsigned(),
    })
}

/// What all frames share: the maximum value, and the number of the kind, which only the CPU looks at.
pub(super) fn shared_words(samples: SampleKind, kind: ThresholdKind, value: Option<f64>) -> Result<[u32; 2], Error> {
    Ok([max_word(samples, value)?, KINDS.iter().position(|other| *other == kind).unwrap_or(0) as u32])
}

fn max_word(kind: SampleKind, value: Option<f64>) -> Result<u32, Error> {
    let value = value.unwrap_or(f64::from(kind.white()));
    if value.is_nan() {
        return Err(Error::Threshold { what: "the maximum value", value, allowed: "a number" });
    }
    Ok(match kind {
        SampleKind::F32 => (value as f32).to_bits(),
        _ => value.round_ties_even().clamp(0.0, f64::from(kind.white())) as u32,
    })
}

pub(super) fn step(samples: SampleKind, kind: ThresholdKind, parameters: Parameters) -> Step {
    let floats = samples == SampleKind::F32;
    let name = match (floats, kind) {
        (false, ThresholdKind::Binary) => "threshold_binary",
        (false, ThresholdKind::BinaryInverted) => "threshold_binary_inverted",
        (false, ThresholdKind::Truncate) => "threshold_truncate",
        (false, ThresholdKind::ToZero) => "threshold_to_zero",
        (false, ThresholdKind::ToZeroInverted) => "threshold_to_zero_inverted",
        (true, ThresholdKind::Binary) => "threshold_floats_binary",
        (true, ThresholdKind::BinaryInverted) => "threshold_floats_binary_inverted",
        (true, ThresholdKind::Truncate) => "threshold_floats_truncate",
        (true, ThresholdKind::ToZero) => "threshold_floats_to_zero",
        (true, ThresholdKind::ToZeroInverted) => "threshold_floats_to_zero_inverted",
    };
    let shader = match floats {
        false => include_str!("../../../shaders/image/threshold/whole.wgsl"),
        true => include_str!("../../../shaders/image/threshold/floats.wgsl"),
    };
    let kernel = match samples {
        SampleKind::U8 => RowKernel::OnGray { across: across_bytes, in_place: bytes_in_place },
        SampleKind::U16 => RowKernel::OnGray { across: across_halfwords, in_place: halfwords_in_place },
        SampleKind::F32 => RowKernel::OnGray { across: across_floats, in_place: floats_in_place },
    };
    Step { name, shader, kernel, parameters }
}

fn across_bytes(level: Level, from: &[u8], words: Words<'_>, to: &mut [u8]) {
    rows::threshold(level, from, bytes(words), to);
}

fn bytes_in_place(level: Level, pixels: &mut [u8], words: Words<'_>) {
    rows::threshold_in_place(level, pixels, bytes(words));
}

fn across_halfwords(level: Level, from: &[u8], words: Words<'_>, to: &mut [u8]) {
    rows::threshold(level, bytemuck::cast_slice(from), halfwords(words), bytemuck::cast_slice_mut(to));
}

fn halfwords_in_place(level: Level, pixels: &mut [u8], words: Words<'_>) {
    rows::threshold_in_place(level, bytemuck::cast_slice_mut(pixels), halfwords(words));
}

fn across_floats(level: Level, from: &[u8], words: Words<'_>, to: &mut [u8]) {
    rows::threshold(level, bytemuck::cast_slice(from), floats(words), bytemuck::cast_slice_mut(to));
}

fn floats_in_place(level: Level, pixels: &mut [u8], words: Words<'_>) {
    rows::threshold_in_place(level, bytemuck::cast_slice_mut(pixels), floats(words));
}

fn bytes(words: Words<'_>) -> Rule<u8> {
    Rule::<u8>::whole(kind(words), words.own[0].cast_signed(), words.shared[0] as u8)
}

fn halfwords(words: Words<'_>) -> Rule<u16> {
    Rule::<u16>::whole(kind(words), words.own[0].cast_signed(), words.shared[0] as u16)
}

fn floats(words: Words<'_>) -> Rule<f32> {
    let (level, max_value) = (Some(f32::from_bits(words.own[0])), f32::from_bits(words.shared[0]));
    Rule { kind: kind(words), level, max_value }
}

fn kind(words: Words<'_>) -> ThresholdKind {
    KINDS[words.shared[1] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_whole_samples_are_floored_and_kept_in_reach() {
        let word = |level| level_word(SampleKind::U8, level).unwrap().cast_signed();
        let levels = [100.7, -0.5, -1e300, 255.0, 1e300, f64::INFINITY].map(word);
        assert_eq!(levels, [100, -1, -1, 255, 255, 255]);
        assert_eq!(level_word(SampleKind::F32, 0.25), Ok(0.25_f32.to_bits()));
        assert!(level_word(SampleKind::F32, f64::NAN).is_err());
    }

    #[test]
    fn maximum_values_of_whole_samples_are_rounded_and_saturated() {
        let word = |value| max_word(SampleKind::U16, value).unwrap();
        assert_eq!([None, Some(2.5), Some(-3.0), Some(1e9)].map(word), [65_535, 2, 0, 65_535]);
        assert!(max_word(SampleKind::U8, Some(f64::NAN)).is_err());
    }
}
