//! Otsu's level, by trying every split.

use std::cmp::Ordering;

/// How often each gray occurs.
pub fn histogram(gray: &[u8]) -> [u64; 256] {
    let mut counts = [0; 256];
    gray.iter().for_each(|value| counts[usize::from(*value)] += 1);
    counts
}

/// The lowest level of the largest between-class variance; of a single gray, that.
pub fn otsu(gray: &[u8]) -> u8 {
    let counts = histogram(gray);
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
