//! Other sizes, one axis after the other, unrounded.
//!
//! A pixel is a square, and its value that of its centre: pixel `x` of `to` lies at `(x + 1/2) from / to` of `from`.

use super::{Picture, Sample};
use crate::support::Mismatch;
use crate::support::floats::{self, ROUNDING};

/// How pixels between pixels are found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Filter {
    /// The pixel that the centre lies in; the later one where it lies between two. There OpenCV (`INTER_NEAREST_EXACT`) and
    /// Pillow take either, as their running sum in `f64` falls; everywhere else they take the same.
    Nearest,
    /// Linear between the two centres around it; beyond the outermost centres, the outermost pixel. Never blurred.
    Bilinear,
    /// The mean of what the pixel covers, along an axis that shrinks; [`Filter::Bilinear`] along one that grows.
    Area,
}

/// The pixels of `from` that make up pixel `x` of `to`, each with its weight.
pub fn weights(from: usize, to: usize, filter: Filter, x: usize) -> Vec<(usize, f64)> {
    let last = from - 1;
    match filter {
        Filter::Nearest => vec![((2 * x + 1) * from / (2 * to), 1.0)],
        Filter::Area if from >= to => {
            // Both grids in units of which `from` have `to` each and `to` have `from` each.
            let (start, end) = (x * from, (x + 1) * from);
            let covered = |pixel: usize| ((pixel + 1) * to).min(end) - (pixel * to).max(start);
            (start / to..end.div_ceil(to)).map(|pixel| (pixel, covered(pixel) as f64 / from as f64)).collect()
        }
        Filter::Bilinear | Filter::Area => {
            // The centre, counted from the first centre, in units of `1 / (2 to)`.
            let centre = ((2 * x + 1) * from) as i64 - to as i64;
            let unit = 2 * to as i64;
            let (left, fraction) = (centre.div_euclid(unit), centre.rem_euclid(unit) as f64 / unit as f64);
            let inside = |pixel: i64| pixel.clamp(0, last as i64) as usize;
            vec![(inside(left), 1.0 - fraction), (inside(left + 1), fraction)]
        }
    }
}

/// The picture in another size.
///
/// # Panics
/// Where there are no pixels to make new ones of.
pub fn resize<T: Sample>(picture: &Picture<T>, width: usize, height: usize, filter: Filter) -> Picture<f64> {
    let columns: Vec<_> = (0..width).map(|x| weights(picture.width, width, filter, x)).collect();
    let rows: Vec<_> = (0..height).map(|y| weights(picture.height, height, filter, y)).collect();
    weigh(picture, &columns, &rows)
}

/// The weighted sums of the pixels named for each column and each row.
fn weigh<T: Sample>(picture: &Picture<T>, columns: &[Vec<(usize, f64)>], rows: &[Vec<(usize, f64)>]) -> Picture<f64> {
    let narrow = Picture::from_fn(columns.len(), picture.height, picture.channels, |x, y, channel| {
        columns[x].iter().map(|(from, weight)| weight * picture.at(*from, y, channel).value()).sum::<f64>()
    });
    Picture::from_fn(columns.len(), rows.len(), picture.channels, |x, y, channel| {
        rows[y].iter().map(|(from, weight)| weight * narrow.at(x, *from, channel)).sum()
    })
}

/// Whether samples are the unrounded ones to within `distance`. One half is what rounding alone takes; 1 is what OpenCV
/// keeps to with its weights of 11 bits.
pub fn check_whole<T: Sample>(expected: &Picture<f64>, got: &[T], distance: f64) -> Result<(), Mismatch> {
    if got.len() != expected.samples.len() {
        return Err(Mismatch::at("the length", got.len(), expected.samples.len()));
    }
    // The reference itself is off by some roundings of `f64`.
    let distance = distance + 1e-9;
    match got.iter().zip(&expected.samples).position(|(got, expected)| (got.value() - expected).abs() > distance) {
        Some(index) => Err(Mismatch::at(index, format!("{:?}", got[index]), expected.samples[index])),
        None => Ok(()),
    }
}

/// How many roundings of `f32` a pixel may be off by, of the sizes that make it up.
///
/// A weight is off by 3 roundings at most of the largest that it could be (numerator, denominator, quotient; one minus a
/// rounded weight is no better), a product by one, and a sum of `n` by `n - 1`: with both axes, `(3 + n) + (3 + m)`
/// roundings of the sizes that make up the pixel, each by the largest weight that it could have.
pub fn roundings(from: (usize, usize), to: (usize, usize), filter: Filter) -> f64 {
    let most = |from, to| (0..to).map(|x| weights(from, to, filter, x).len()).max().unwrap_or(0);
    if filter == Filter::Nearest { 0.0 } else { (6 + most(from.0, to.0) + most(from.1, to.1)) as f64 }
}

/// Whether floats are the unrounded ones, given the picture they come from.
pub fn check_float(
    picture: &Picture<f32>,
    expected: &Picture<f64>,
    filter: Filter,
    got: &[f32],
) -> Result<(), Mismatch> {
    let axis = |from: usize, to: usize| {
        let largest = if filter == Filter::Area && from >= to { to as f64 / from as f64 } else { 1.0 };
        let pixels = |x| weights(from, to, filter, x).into_iter().map(|(pixel, _)| (pixel, largest)).collect();
        (0..to).map(pixels).collect::<Vec<Vec<_>>>()
    };
    let (columns, rows) = (axis(picture.width, expected.width), axis(picture.height, expected.height));
    let roundings = roundings((picture.width, picture.height), (expected.width, expected.height), filter);
    let sizes = Picture { samples: picture.samples.iter().map(|sample| sample.abs()).collect(), ..*picture };
    let sizes = weigh(&sizes, &columns, &rows);
    let bounds = sizes.samples.iter().map(|size| roundings * ROUNDING * size);
    floats::check(got, expected.samples.iter().copied().zip(bounds))
}
