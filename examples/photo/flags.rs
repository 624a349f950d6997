//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use swath::{DeviceChoice, Luma, Threshold, ThresholdKind};

use crate::device;
use crate::size::parse_size;

/// Block and constant of an adaptive threshold where none are given.
const BLOCK: usize = 31;
const CONSTANT: f64 = 10.0;

/// Turns photographs into gray images, masks and inputs for a neural network.
///
/// Writes gray.png, threshold.png (white where the gray value is above the threshold) and tensor.npy (32-bit floats,
/// channels x height x width, ImageNet's mean and standard deviation). Several photographs go through the device
/// together, and each gets a folder of its name. Without INPUT a landscape is painted.
#[derive(Debug, Parser)]
#[command(name = "photo")]
pub struct Flags {
    /// Photographs, .png or .jpg
    pub inputs: Vec<PathBuf>,
    /// Make every photograph this large first: an average of what a pixel covers, or bilinear where it grows
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    pub resize: Option<(usize, usize)>,
    /// How colours are weighed
    #[arg(long, value_enum, default_value_t = Weights::Bt601)]
    pub gray: Weights,
    /// Level above which a pixel is white: 0 to 255, otsu to find it from the histogram, or adaptive[:BLOCK[:C]] for the
    /// mean of the block around each pixel less C
    #[arg(long, value_name = "LEVEL", default_value = "otsu", value_parser = parse_level)]
    pub threshold: Level,
    /// What becomes of a pixel above the level, and of one below
    #[arg(long, value_enum, default_value_t = Outcome::Binary)]
    pub outcome: Outcome,
    /// Also write the tensor in 8 bits, as tensor_i8.npy or tensor_u8.npy
    #[arg(long, value_enum)]
    pub quantize: Option<Integer>,
    /// Where to run [default: what SWATH_DEVICE says, else auto]
    #[arg(long, value_parser = device::choice_parser())]
    pub device: Option<DeviceChoice>,
    /// Folder for the results; made if it is missing
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out_dir: PathBuf,
    /// Write the seconds of every stage and repeat as JSON, after one warm-up run
    #[arg(long, value_name = "OUT.json")]
    pub timings: Option<PathBuf>,
    /// Timed runs
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// Print what the device did and the memory it holds
    #[arg(long)]
    pub stats: bool,
}

/// A threshold, and the words that it was given in.
#[derive(Debug, Clone)]
pub struct Level {
    pub threshold: Threshold,
    text: String,
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// A formula of gray.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Weights {
    /// BT.601, as OpenCV rounds it
    #[value(name = "601")]
    Bt601,
    /// BT.709
    #[value(name = "709")]
    Bt709,
    /// BT.601, as Pillow rounds it
    Pillow,
}

impl From<Weights> for Luma {
    fn from(weights: Weights) -> Self {
        match weights {
            Weights::Bt601 => Self::Bt601,
            Weights::Bt709 => Self::Bt709,
            Weights::Pillow => Self::Pillow,
        }
    }
}

/// What becomes of a pixel.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Outcome {
    /// White above, black below
    Binary,
    /// Black above, white below
    Inverted,
    /// The level above, the pixel below
    Truncate,
    /// The pixel above, black below
    ToZero,
    /// Black above, the pixel below
    ToZeroInverted,
}

impl From<Outcome> for ThresholdKind {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Binary => Self::Binary,
            Outcome::Inverted => Self::BinaryInverted,
            Outcome::Truncate => Self::Truncate,
            Outcome::ToZero => Self::ToZero,
            Outcome::ToZeroInverted => Self::ToZeroInverted,
        }
    }
}

/// A number of 8 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Integer {
    /// From -128 to 127
    I8,
    /// From 0 to 255
    U8,
}

fn parse_level(text: &str) -> Result<Level, String> {
    Ok(Level { threshold: parse_threshold(text)?, text: text.to_owned() })
}

fn parse_threshold(text: &str) -> Result<Threshold, String> {
    let mut parts = text.split(':');
    match (parts.next().unwrap_or_default(), parts.next(), parts.next(), parts.next()) {
        ("otsu", None, ..) => Ok(Threshold::otsu()),
        ("adaptive", block, c, None) => {
            let block = block.map_or(Ok(BLOCK), str::parse).map_err(|_| format!("{text}: the block is no number"))?;
            let c = c.map_or(Ok(CONSTANT), str::parse).map_err(|_| format!("{text}: C is no number"))?;
            Ok(Threshold::adaptive_mean(block, c))
        }
        (level, None, ..) => {
            let level: u8 = level.parse().map_err(|_| "it is no level from 0 to 255, otsu or adaptive[:BLOCK[:C]]")?;
            Ok(Threshold::binary(level))
        }
        _ => Err("it is no level from 0 to 255, otsu or adaptive[:BLOCK[:C]]".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_levels_otsu_or_adaptive() {
        assert_eq!(parse_threshold("128"), Ok(Threshold::binary(128)));
        assert_eq!(parse_threshold("otsu"), Ok(Threshold::otsu()));
        assert_eq!(parse_threshold("adaptive"), Ok(Threshold::adaptive_mean(BLOCK, CONSTANT)));
        assert_eq!(parse_threshold("adaptive:5:-2.5"), Ok(Threshold::adaptive_mean(5, -2.5)));
        for wrong in ["256", "-1", "", "otsu:3", "adaptive:x", "adaptive:3:y", "adaptive:3:1:1", "12:3"] {
            assert!(parse_threshold(wrong).is_err(), "{wrong}");
        }
    }
}
