//! Gray to what is above a level and what is not.

mod rows;
mod step;

use super::Image;
use super::otsu;
use super::pixel::{Gray, Pixel};
use crate::error::Error;
use crate::tensor::pixelwise::Parameters;
use crate::tensor::{Arity, Sample, SampleKind};

/// How pixels are told apart, and what becomes of them.
///
/// Comparisons are strict: a pixel equal to the level is not above it, and NaN never is. Whole samples are compared with
/// the level rounded down, as OpenCV does it: below 0 every pixel is above it, from the largest sample on none is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    cut: Cut,
    kind: ThresholdKind,
    max_value: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Cut {
    At(f64),
    Otsu,
}

/// What becomes of a pixel `x`, as in OpenCV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ThresholdKind {
    /// The maximum value above the level, 0 elsewhere. The default.
    #[default]
    Binary,
    /// 0 above the level, the maximum value elsewhere.
    BinaryInverted,
    /// The level above it, `x` elsewhere.
    Truncate,
    /// `x` above the level, 0 elsewhere.
    ToZero,
    /// 0 above the level, `x` elsewhere.
    ToZeroInverted,
}

impl Threshold {
    /// White where the pixel is above `level`, 0 elsewhere.
    pub fn binary(level: impl Into<f64>) -> Self {
        Self { cut: Cut::At(level.into()), kind: ThresholdKind::Binary, max_value: None }
    }

    /// 0 where the pixel is above `level`, white elsewhere.
    pub fn binary_inverted(level: impl Into<f64>) -> Self {
        Self::binary(level).kind(ThresholdKind::BinaryInverted)
    }

    /// `level` where the pixel is above it, the pixel itself elsewhere.
    pub fn truncate(level: impl Into<f64>) -> Self {
        Self::binary(level).kind(ThresholdKind::Truncate)
    }

    /// The pixel itself where it is above `level`, 0 elsewhere.
    pub fn to_zero(level: impl Into<f64>) -> Self {
        Self::binary(level).kind(ThresholdKind::ToZero)
    }

    /// 0 where the pixel is above `level`, the pixel itself elsewhere.
    pub fn to_zero_inverted(level: impl Into<f64>) -> Self {
        Self::binary(level).kind(ThresholdKind::ToZeroInverted)
    }

    /// White where the pixel is above the image's own Otsu level, 0 elsewhere; see [`Image::otsu_level`]. For
    /// [`Gray8`](super::Gray8) images; each image of a batch has its own level.
    pub fn otsu() -> Self {
        Self { cut: Cut::Otsu, kind: ThresholdKind::Binary, max_value: None }
    }

    /// The same level, but another outcome.
    #[must_use]
    pub fn kind(self, kind: ThresholdKind) -> Self {
        Self { kind, ..self }
    }

    /// The value that the two binary kinds give instead of white (255, 65,535 or 1). Whole samples get it rounded, and
    /// saturated.
    #[must_use]
    pub fn max_value(self, value: impl Into<f64>) -> Self {
        Self { max_value: Some(value.into()), ..self }
    }
}

impl<P: Gray, A: Arity> Image<P, A> {
    /// Image of the same size and type, with the same samples on every device; see [`Threshold`] and [`ThresholdKind`].
    ///
    /// # Errors
    /// [`Error::Threshold`] for a level or maximum value that is NaN; [`Error::Unsupported`] for Otsu's level of samples
    /// that are not bytes, [`Error::EmptyImage`] for that of no pixels. When the result is read:
    /// [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Gray8, ImageView, Threshold};
    ///
    /// let device = Device::cpu()?;
    /// let image = device.image(ImageView::<Gray8>::new(&[99, 100, 101, 200], 4, 1)?)?;
    /// assert_eq!(image.threshold(Threshold::binary(100))?.read().wait()?.as_slice(), [0, 0, 255, 255]);
    /// assert_eq!(image.threshold(Threshold::truncate(100.7))?.read().wait()?.as_slice(), [99, 100, 100, 100]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn threshold(&self, threshold: Threshold) -> Result<Self, Error> {
        let kind = <P::Sample as Sample>::KIND;
        let shared = step::shared_words(kind, threshold.kind, threshold.max_value)?;
        let parameters = match threshold.cut {
            Cut::At(level) => Parameters::known(&shared, &[step::level_word(kind, level)?]),
            Cut::Otsu if kind == SampleKind::U8 => Parameters::computed(&shared, otsu::levels(self)?, 1),
            Cut::Otsu => return Err(unsupported::<P>("Otsu's level")),
        };
        self.then(step::step(kind, threshold.kind, parameters))
    }
}

fn unsupported<P: Pixel>(operation: &'static str) -> Error {
    Error::Unsupported { operation, pixel: P::NAME, advice: "use Gray8" }
}
