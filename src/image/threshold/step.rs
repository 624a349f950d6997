//! A threshold as a step of a chain: its words, its snippet, and its twin on the CPU.

use fearless_simd::Level;

use super::ThresholdKind;
use super::rows;
use crate::error::Error;
use crate::tensor::SampleKind;
use crate::tensor::pixelwise::{Parameters, RowKernel, Step, Words};

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

/// The maximum value as a word that all frames share.
pub(super) fn max_word(kind: SampleKind, value: Option<f64>) -> Result<u32, Error> {
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
    Step { name, shader, kernel: RowKernel::OnGray(kernel(samples, kind)), parameters }
}

/// The row kernel of a kind, a plain function because a chain knows it only by what it does.
fn kernel(samples: SampleKind, kind: ThresholdKind) -> fn(Level, &mut [u8], Words<'_>) {
    macro_rules! kernel {
        ($kind:ident) => {
            match samples {
                SampleKind::U8 => |level, pixels, words| {
                    let [cut, max] = cut_and_max(words);
                    rows::in_place(level, ThresholdKind::$kind, pixels, cut.cast_signed(), max as u8);
                },
                SampleKind::U16 => |level, pixels, words| {
                    let [cut, max] = cut_and_max(words);
                    let pixels = bytemuck::cast_slice_mut::<u8, u16>(pixels);
                    rows::in_place(level, ThresholdKind::$kind, pixels, cut.cast_signed(), max as u16);
                },
                SampleKind::F32 => |level, pixels, words| {
                    let [cut, max] = cut_and_max(words).map(f32::from_bits);
                    let pixels = bytemuck::cast_slice_mut::<u8, f32>(pixels);
                    rows::in_place(level, ThresholdKind::$kind, pixels, cut, max);
                },
            }
        };
    }
    match kind {
        ThresholdKind::Binary => kernel!(Binary),
        ThresholdKind::BinaryInverted => kernel!(BinaryInverted),
        ThresholdKind::Truncate => kernel!(Truncate),
        ThresholdKind::ToZero => kernel!(ToZero),
        ThresholdKind::ToZeroInverted => kernel!(ToZeroInverted),
    }
}

fn cut_and_max(words: Words<'_>) -> [u32; 2] {
    [words.own[0], words.shared[0]]
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
