//! How numbers are quantized.

use super::parameters::{Parameters, Range, Spread, parameters};
use crate::error::Error;
use crate::tensor::rows::quantize::Quantized;

/// How numbers become 8-bit integers: `q = saturate(round(x / scale) + zero_point)`, ties to even.
///
/// By default scale and zero point are computed on the device from the least and the greatest number of the tensor, as the
/// operator `DynamicQuantizeLinear` of ONNX does; 0 is always in the range, so that it is exactly an integer. Numbers that
/// are not finite do not count. Where the scale would be below the normal numbers of `f32`, it is 1, and the zero point 0.
///
/// # Examples
///
/// ```
/// use swath::{Device, Quantize};
///
/// let tensor = Device::cpu()?.tensor(&[-1.0, 0.0, 1.0], &[3])?;
/// let quantized = tensor.quantize::<u8>(&Quantize::asymmetric())?.read().wait()?;
/// assert_eq!((quantized.values(), quantized.scales(), quantized.zero_points()), (&[0, 127, 254][..], &[2.0 / 255.0][..], &[127][..]));
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Quantize {
    is_symmetric: bool,
    axis: Option<usize>,
    calibration: Calibration,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Calibration {
    Extremes,
    Percentile(f64),
    Range(f32, f32),
    Given(Parameters),
}

/// Where scale and zero point come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    /// They are known.
    Given(Parameters),
    /// From the extremes of a channel.
    Extremes(Spread),
    /// From the range of so many in a hundred numbers of a channel, below 100.
    Percentile(Spread, f64),
}

impl Quantize {
    /// The range from the least to the greatest number, spread over all integers: `scale = (high - low) / 255` and
    /// `zero_point = min - low / scale`.
    pub fn asymmetric() -> Self {
        Self { is_symmetric: false, axis: None, calibration: Calibration::Extremes }
    }

    /// A range that reaches as far to either side of 0. For `i8`, `scale = reach / 127` and the zero point is 0 (-128 is
    /// left out of the range, but not of what numbers beyond it become); for `u8`, `scale = 2 reach / 255` and the zero
    /// point is 128.
    pub fn symmetric() -> Self {
        Self { is_symmetric: true, ..Self::asymmetric() }
    }

    /// A scale and a zero point of its own for each place along this axis, counted from 0. Without it, all numbers of a
    /// tensor share one.
    #[must_use]
    pub fn per_channel(self, axis: usize) -> Self {
        Self { axis: Some(axis), ..self }
    }

    /// The range of `p` in a hundred numbers, `0 < p <= 100`, so that a few outliers do not widen the steps of all. It is
    /// read from a histogram of 2,048 bins, as by the percentile calibration of ONNX Runtime: of an asymmetric range
    /// `(100 - p) / 2` in a hundred are left out at either end, of a symmetric one the `100 - p` largest. It begins and
    /// ends at the lower edges of bins, and never beyond the least and the greatest number; 100 is those two.
    ///
    /// Costs one more pass over the numbers.
    #[must_use]
    pub fn percentile(self, p: f64) -> Self {
        Self { calibration: Calibration::Percentile(p), ..self }
    }

    /// A range that is known beforehand, for all channels. Numbers beyond it saturate. No pass over the numbers is needed.
    #[must_use]
    pub fn with_range(self, min: f32, max: f32) -> Self {
        Self { calibration: Calibration::Range(min, max), ..self }
    }

    /// Scale and zero point themselves, for all channels, whether symmetric or not: those of a model that is quantized
    /// already, for example. The scale is a normal number above 0, and the zero point one of the integers.
    #[must_use]
    pub fn with_parameters(self, scale: f32, zero_point: i32) -> Self {
        Self { calibration: Calibration::Given(Parameters { scale, zero_point }), ..self }
    }

    /// The axis along which each place has parameters of its own.
    pub(super) fn axis(&self) -> Option<usize> {
        self.axis
    }

    /// Where scale and zero point come from, for integers of this type.
    pub(super) fn rule<Q: Quantized>(&self) -> Result<Rule, Error> {
        let spread = Spread { min: Q::MIN, max: Q::MAX, is_symmetric: self.is_symmetric };
        let wrong = |what, value: String, allowed| Err(Error::TensorOption { what, value, allowed });
        match self.calibration {
            Calibration::Extremes => Ok(Rule::Extremes(spread)),
            Calibration::Percentile(100.0) => Ok(Rule::Extremes(spread)),
            Calibration::Percentile(p) if p > 0.0 && p < 100.0 => Ok(Rule::Percentile(spread, p)),
            Calibration::Percentile(p) => {
                wrong("the percentile", p.to_string(), "above 0 and at most 100, in a hundred numbers".into())
            }
            Calibration::Range(min, max) if min <= max && min.is_finite() && max.is_finite() => {
                Ok(Rule::Given(parameters(Range::new(min, max), spread)))
            }
            Calibration::Range(min, max) => {
                wrong("the range", format!("{min} to {max}"), "of two finite numbers, the lower first".into())
            }
            Calibration::Given(Parameters { scale, .. }) if !(scale.is_normal() && scale > 0.0) => {
                wrong("the scale", scale.to_string(), format!("finite and at least {:e}", f32::MIN_POSITIVE))
            }
            Calibration::Given(Parameters { zero_point, .. }) if !(Q::MIN..=Q::MAX).contains(&zero_point) => {
                wrong("the zero point", zero_point.to_string(), format!("between {} and {}", Q::MIN, Q::MAX))
            }
            Calibration::Given(parameters) => Ok(Rule::Given(parameters)),
        }
    }
}
