//! Images made larger or smaller: the methods by name.

use crate::tensor::resample::Method;

/// How the pixels of a resized image are made.
///
/// With `s` = source size / destination size along an axis, the destination pixel `x` covers the source from `x s` to
/// `(x + 1) s` and has its centre at `c = (x + 0.5) s`; source pixel `i` covers `i` to `i + 1` (half-pixel centres). Both
/// axes are treated alike, one after the other. Positions are computed in whole numbers and are exact.
///
/// Bytes and 16-bit samples are rounded once, to the nearest, halves up; `f32` samples are not clamped. On the CPU every
/// SIMD level and every number of threads gives the same bits. A GPU gives the same for [`Nearest`](Resize::Nearest), is
/// at most 1 off for whole numbers, where a sum falls on a half, and within 1e-5 of the largest sample for `f32`.
/// Channels are independent; colours are not multiplied by alpha. A pixel of weight 0 has no influence, even if it is
/// infinite or NaN. The same size gives the same pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resize {
    /// The source pixel that holds the centre: `i = floor(c)`. As OpenCV's `INTER_NEAREST_EXACT`.
    Nearest,
    /// The two pixels whose centres lie around it, on each axis: with `p = c - 0.5`, `i = floor(p)` and `f = p - i`,
    /// `(1 - f) a[i] + f a[i + 1]`; beyond the border the border pixel counts. As OpenCV's `INTER_LINEAR`, which rounds
    /// bytes more coarsely. No antialiasing: of a strong reduction it sees only every so many pixels.
    Bilinear,
    /// The average of what the pixel covers, pixels that are covered in part by their share: the sum over `i` of
    /// `|[x s, (x + 1) s] ∩ [i, i + 1]| a[i] / s`. As OpenCV's `INTER_AREA`. An axis that is enlarged is treated as by
    /// [`Bilinear`](Resize::Bilinear).
    Area,
}

impl From<Resize> for Method {
    fn from(resize: Resize) -> Self {
        match resize {
            Resize::Nearest => Self::Nearest,
            Resize::Bilinear => Self::Bilinear,
            Resize::Area => Self::Area,
        }
    }
}
