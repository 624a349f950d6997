//! Gray to what is above a level and what is not.

mod rows;
mod step;

use super::Image;
use super::adaptive::{AdaptiveMean, adaptive_mean};
use super::otsu;
use super::pixel::{Gray, Pixel};
use crate::error::Error;
use crate::tensor::pixelwise::{Lazy, Parameters};
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
    AdaptiveMean { block: usize, c: f64 },
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

    /// White where the pixel is above the mean of the square block of `block` by `block` pixels around it less `c`, 0
    /// elsewhere, as OpenCV's `adaptiveThreshold` with `ADAPTIVE_THRESH_MEAN_C`: the pixels at the edge of the image stand
    /// in for those outside, means are rounded to whole numbers, and `c` is rounded up (down for
    /// [`ThresholdKind::BinaryInverted`]). For [`Gray8`](super::Gray8) images and the two binary kinds; `block` is odd,
    /// from 3 to 4,095.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Gray8, ImageView, Threshold};
    ///
    /// let page = [90, 90, 30, 90, 200, 200, 120, 200]; // ink on paper, in the shade and in the light
    /// let image = Device::cpu()?.image(ImageView::<Gray8>::new(&page, 8, 1)?)?;
    /// let mask = image.threshold(Threshold::adaptive_mean(3, 10.0))?.read().wait()?;
    /// assert_eq!(mask.as_slice(), [255, 255, 0, 0, 255, 255, 0, 255]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn adaptive_mean(block: usize, c: impl Into<f64>) -> Self {
        Self { cut: Cut::AdaptiveMean { block, c: c.into() }, kind: ThresholdKind::Binary, max_value: None }
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
    /// [`Error::Threshold`] for a level or maximum value that is NaN; [`Error::Unsupported`] for Otsu's level or an
    /// adaptive one of samples that are not bytes, [`Error::EmptyImage`] for Otsu's level of no pixels;
    /// [`Error::Block`] for a block or constant that cannot be used, [`Error::AdaptiveKind`] for a kind that is not
    /// binary. When the result is read:
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
            Cut::AdaptiveMean { block, c } if kind == SampleKind::U8 => {
                return self.threshold_by_mean(block, c, threshold.kind, shared[0] as u8);
            }
            Cut::AdaptiveMean { .. } => return Err(unsupported::<P>("an adaptive threshold")),
        };
        self.then(step::step(kind, threshold.kind, parameters))
    }

    /// For samples that are bytes.
    fn threshold_by_mean(&self, block: usize, c: f64, kind: ThresholdKind, max_value: u8) -> Result<Self, Error> {
        let is_inverted = match kind {
            ThresholdKind::Binary => false,
            ThresholdKind::BinaryInverted => true,
            kind => return Err(Error::AdaptiveKind { kind: format!("{kind:?}") }),
        };
        let mean = AdaptiveMean::new(block, c, is_inverted, max_value, 0)?;
        let storage = adaptive_mean(self.device(), &self.storage()?, self.frames(), mean)?;
        Ok(Image::from_lazy(Lazy::ready(self.device().clone(), storage), self.frames().clone()))
    }
}

fn unsupported<P: Pixel>(operation: &'static str) -> Error {
    Error::Unsupported { operation, pixel: P::NAME, advice: "use Gray8" }
}
