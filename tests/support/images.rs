//! References for images: whole bytes in, the definition, whole numbers or `f64` out.

use std::cmp::Ordering;

use super::Mismatch;

/// Gray of interleaved pixels: BT.601 in 1/32768, rounded half up.
pub fn gray(pixels: &[u8], channels: usize) -> Vec<u8> {
    let weigh = |pixel: &[u8]| {
        let sum = 9_798 * u64::from(pixel[0]) + 19_235 * u64::from(pixel[1]) + 3_735 * u64::from(pixel[2]);
        ((sum + 16_384) / 32_768) as u8
    };
    pixels.chunks_exact(channels).map(weigh).collect()
}

/// White above the level, black up to it.
pub fn binary(gray: &[u8], level: u8) -> Vec<u8> {
    gray.iter().map(|value| u8::from(*value > level) * 255).collect()
}

/// Otsu's level by trying every split: the lowest level of the largest between-class variance; of a single gray, that.
pub fn otsu(gray: &[u8]) -> u8 {
    let mut counts = [0_u64; 256];
    gray.iter().for_each(|value| counts[usize::from(*value)] += 1);
    let count = |low: usize, high: usize| counts[low..high].iter().map(|count| u128::from(*count)).sum();
    let sum = |low: usize, high: usize| (low..high).map(|level| level as u128 * u128::from(counts[level])).sum();
    let mut best: Option<(u8, u128, u128)> = None;
    for level in 0..255_u8 {
        let split = usize::from(level) + 1;
        let (below, above): (u128, u128) = (count(0, split), count(split, 256));
        let (sum_below, sum_above): (u128, u128) = (sum(0, split), sum(split, 256));
        if below == 0 || above == 0 {
            continue;
        }
        // below * above * (mean_below - mean_above)^2, all over the same number of pixels squared.
        let difference = (sum_below * above).abs_diff(sum_above * below);
        let (numerator, denominator) = (difference * difference, below * above);
        let is_better = best.is_none_or(|(_, n, d)| compare(numerator, denominator, n, d) == Ordering::Greater);
        if is_better {
            best = Some((level, numerator, denominator));
        }
    }
    best.map_or_else(|| gray[0], |(level, ..)| level)
}

/// `a / b` against `c / d`, exactly, by their continued fractions; no product can overflow.
pub fn compare(a: u128, b: u128, c: u128, d: u128) -> Ordering {
    match ((a / b).cmp(&(c / d)), a % b, c % d) {
        (Ordering::Equal, 0, 0) => Ordering::Equal,
        (Ordering::Equal, 0, _) => Ordering::Less,
        (Ordering::Equal, _, 0) => Ordering::Greater,
        (Ordering::Equal, left, right) => compare(d, right, b, left),
        (different, ..) => different,
    }
}

/// Whether `got` holds planes of `(byte / 255 - mean) / std`, within the rounding of one product and one sum in `f32`.
pub fn check_planes(pixels: &[u8], channels: usize, mean: &[f64], std: &[f64], got: &[f32]) -> Result<(), Mismatch> {
    let count = pixels.len() / channels;
    if got.len() != count * mean.len() {
        return Err(Mismatch::at("the length", got.len(), count * mean.len()));
    }
    for (plane, (mean, std)) in mean.iter().zip(std).enumerate() {
        // Below 2e-6 for the statistics of ImageNet.
        let bound = (1.0 + mean.abs()) / std * 2_f64.powi(-22);
        for pixel in 0..count {
            let expected = (f64::from(pixels[pixel * channels + plane]) / 255.0 - mean) / std;
            let value = f64::from(got[plane * count + pixel]);
            if (value - expected).abs() > bound || value.is_nan() {
                return Err(Mismatch::at(format!("plane {plane}, pixel {pixel}"), value, expected));
            }
        }
    }
    Ok(())
}
