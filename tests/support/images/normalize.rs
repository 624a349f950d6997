//! Pixels to planes of floats: `(x - shift) * scale + offset`, in `f64`, with a bound for what `f32` makes of it.
//!
//! With one rounding `u` of 2^-24 for each of the numbers and each of the operations, whether or not a device fuses them,
//!
//! ```text
//! d = x - shift                                       off by at most   e = |error of shift| + u |d|
//! d * scale                                                            |scale| (e + (error of scale + u) |d|)
//! d * scale + offset                                                   the same + u |offset| + u (|d scale| + |offset|)
//! ```

use super::Picture;
use super::statistics::{Channel, Measured};
use crate::support::Mismatch;
use crate::support::floats::{self, ROUNDING};

/// What is divided by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Norm {
    /// The sum of sizes.
    L1,
    /// The root of the sum of squares.
    L2,
    /// The largest size.
    Inf,
}

/// What a channel is brought to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form<'a> {
    /// `(x / white - mean) / std`, one of each for every plane that comes out.
    Given {
        /// Subtracted, in units of white.
        mean: &'a [f64],
        /// Divided by, in units of white.
        std: &'a [f64],
    },
    /// From `low` at the channel's least value to `high` at its largest; all `low` where those are one.
    MinMax {
        /// What the least value becomes.
        low: f64,
        /// What the largest value becomes.
        high: f64,
    },
    /// `(x - mean) / sqrt(variance + epsilon)`, `epsilon` in units of samples squared; 0 where nothing is divided by.
    Standardize {
        /// Added to the variance.
        epsilon: f64,
    },
    /// `x / norm`; 0 where that is 0.
    Norm(Norm),
}

/// Where pixels go.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    /// The channel that each plane is made of.
    pub planes: &'a [usize],
    /// Left and right change places, before anything is padded.
    pub is_flipped: bool,
    /// Width and height of the planes, and what is right of the image and beneath it.
    pub padded: Option<(usize, usize, f64)>,
}

impl<'a> Layout<'a> {
    /// These planes, and nothing else.
    pub fn of(planes: &'a [usize]) -> Self {
        Self { planes, is_flipped: false, padded: None }
    }
}

/// How far off the numbers are that a device computed from the pixels.
#[derive(Debug, Clone, Copy)]
pub struct Inexact {
    /// Of a mean, for each unit of the mean size of a value.
    pub mean: f64,
    /// Of a standard deviation, for each unit of the mean size of a value.
    pub spread: f64,
    /// Of a factor, for each unit of it.
    pub scale: f64,
}

/// Numbers from exact statistics, rounded to `f32`: a factor may be that of three numbers rounded before.
pub const ROUNDED: Inexact = Inexact { mean: ROUNDING, spread: 0.0, scale: 4.0 * ROUNDING };

#[derive(Debug, Clone, Copy)]
struct Affine {
    shift: f64,
    shift_error: f64,
    scale: f64,
    scale_error: f64,
    offset: f64,
}

impl Affine {
    /// A value, and how far off it may be.
    fn of(&self, x: f64) -> (f64, f64) {
        let d = x - self.shift;
        let before = self.shift_error + (ROUNDING + self.scale_error + ROUNDING) * d.abs();
        let bound = self.scale.abs() * before + ROUNDING * (2.0 * self.offset.abs() + (d * self.scale).abs());
        (d * self.scale + self.offset, bound)
    }
}

impl Form<'_> {
    fn affine<T: Measured>(&self, picture: &Picture<T>, channel: usize, plane: usize, inexact: Inexact) -> Affine {
        let exact = Affine { shift: 0.0, shift_error: 0.0, scale: 0.0, scale_error: ROUNDING, offset: 0.0 };
        let is_given = matches!(self, Self::Given { .. });
        if !is_given && picture.channel(channel).iter().any(|sample| !sample.value().is_finite()) {
            return Affine { scale: f64::NAN, ..exact };
        }
        match *self {
            Self::Given { mean, std } => {
                Affine { scale: 1.0 / (T::WHITE * std[plane]), offset: -mean[plane] / std[plane], ..exact }
            }
            Self::MinMax { low, high } => {
                let Channel { min, max, .. } = T::measure(picture, channel);
                let scale = if min == max { 0.0 } else { (high - low) / (max - min) };
                Affine { shift: min, scale, scale_error: inexact.scale, offset: low, ..exact }
            }
            Self::Standardize { epsilon } => {
                let Channel { mean, variance, mean_size, .. } = T::measure(picture, channel);
                let square = variance + epsilon;
                let scale = if square == 0.0 { 0.0 } else { 1.0 / square.sqrt() };
                let shift_error = inexact.mean * mean_size;
                let scale_error = inexact.scale + inexact.spread * mean_size * scale;
                Affine { shift: mean, shift_error, scale, scale_error, ..exact }
            }
            Self::Norm(norm) => {
                let values = picture.channel(channel);
                let sizes = values.iter().map(|sample| sample.value().abs());
                let norm = match norm {
                    Norm::L1 => sizes.sum(),
                    Norm::L2 => sizes.map(|size| size * size).sum::<f64>().sqrt(),
                    Norm::Inf => sizes.fold(0.0, f64::max),
                };
                let scale = if norm == 0.0 { 0.0 } else { 1.0 / norm };
                Affine { scale, scale_error: inexact.scale, ..exact }
            }
        }
    }
}

/// Planes row by row, one after the other: each value, and how far off it may be.
pub fn planes<T: Measured>(
    picture: &Picture<T>,
    form: &Form<'_>,
    layout: &Layout<'_>,
    inexact: Inexact,
) -> Vec<(f64, f64)> {
    let (width, height, padding) = layout.padded.unwrap_or((picture.width, picture.height, 0.0));
    let mut planes = Vec::with_capacity(width * height * layout.planes.len());
    if width * height == 0 {
        return planes;
    }
    for (plane, channel) in layout.planes.iter().copied().enumerate() {
        let has_pixels = picture.width * picture.height > 0;
        let affine = has_pixels.then(|| form.affine(picture, channel, plane, inexact));
        for y in 0..height {
            for x in 0..width {
                let Some(affine) = affine.filter(|_| x < picture.width && y < picture.height) else {
                    planes.push((padding, padding.abs() * ROUNDING));
                    continue;
                };
                let from = if layout.is_flipped { picture.width - 1 - x } else { x };
                planes.push(affine.of(picture.at(from, y, channel).value()));
            }
        }
    }
    planes
}

/// Whether `got` holds planes of `(byte / 255 - mean) / std`.
pub fn check_planes(pixels: &[u8], channels: usize, mean: &[f64], std: &[f64], got: &[f32]) -> Result<(), Mismatch> {
    let picture = Picture::new(pixels.len() / channels, 1, channels, pixels.to_vec());
    let order: Vec<_> = (0..mean.len()).collect();
    let expected = planes(&picture, &Form::Given { mean, std }, &Layout::of(&order), ROUNDED);
    floats::check(got, expected.into_iter())
}
