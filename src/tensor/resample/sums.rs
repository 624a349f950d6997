//! Loops over samples: weighted rows added, columns of the sum added, results rounded. Every SIMD level compiles them.

use std::ops::Range;

use super::taps::Taps;
use crate::tensor::Sample;

/// Taps that are added up before their sum is added to others: a sum of 16,384 then errs as one of 320.
pub(super) const BLOCK: usize = 64;

/// A column of at most `K` taps. Those that it lacks read a 0 and weigh 0.
pub(super) struct Few<const K: usize> {
    /// Where they are in `sum`.
    samples: [u32; K],
    weights: [f32; K],
}

impl<const K: usize> Few<K> {
    /// The taps of a column, in pixels, where the widest strip has so many samples.
    pub(super) fn new(taps: &Taps, channels: usize, widest: usize) -> Self {
        let pixels: [_; K] = std::array::from_fn(|tap| Some(taps.first + tap).filter(|pixel| *pixel <= taps.last));
        Self {
            samples: pixels.map(|pixel| pixel.map_or(zeros(widest), |pixel| pixel * channels) as u32),
            weights: pixels.map(|pixel| pixel.map_or(0.0, |pixel| taps.weight(pixel))),
        }
    }
}

/// Where `sum` holds zeros, behind the samples of the widest strip and what a vector reads beyond them.
pub(super) fn zeros(widest: usize) -> usize {
    widest + 4
}

/// Pairs of pixels, one behind the other.
#[inline(always)]
pub(super) fn pack<T: Copy, const N: usize>(from: &[T], firsts: &[u32], to: &mut [T]) {
    for (first, to) in firsts.iter().zip(to.chunks_exact_mut(2 * N)) {
        to.copy_from_slice(&from[*first as usize * N..][..2 * N]);
    }
}

/// Sets `sum` to the weighted rows, several at a time, so that it is read and written less often.
#[inline(always)]
pub(super) fn add_rows<'a, T: Number>(row: impl Fn(usize) -> &'a [T], taps: &Taps, sum: &mut [f32], part: &mut [f32]) {
    let inner = (taps.first + 1..taps.last).len();
    let mut next = taps.first + 1;
    next += match inner {
        0 => set_to([], &row, taps, sum),
        1 => set_to([next], &row, taps, sum),
        2 => set_to([next, next + 1], &row, taps, sum),
        3 => set_to([next, next + 1, next + 2], &row, taps, sum),
        _ => set_to([next, next + 1, next + 2, next + 3], &row, taps, sum),
    };
    if inner <= BLOCK {
        return add_inner(&row, next..taps.last, taps.inner_weight, sum);
    }
    for start in (next..taps.last).step_by(BLOCK) {
        let part = &mut part[..sum.len()];
        part.fill(0.0);
        add_inner(&row, start..taps.last.min(start + BLOCK), taps.inner_weight, part);
        for (sum, part) in sum.iter_mut().zip(part) {
            *sum += *part;
        }
    }
}

/// Sets `sum` to the first, the last and `K` of the inner rows; how many these are.
#[inline(always)]
fn set_to<'a, T: Number, const K: usize>(
    inner: [usize; K],
    row: impl Fn(usize) -> &'a [T],
    taps: &Taps,
    sum: &mut [f32],
) -> usize {
    let cut = |index| &row(index)[..sum.len()];
    let (first, last, inner) = (cut(taps.first), cut(taps.last), inner.map(cut));
    if taps.first == taps.last {
        for (sum, first) in sum.iter_mut().zip(first) {
            *sum = (*first).into() * taps.first_weight;
        }
        return K;
    }
    for (index, sum) in sum.iter_mut().enumerate() {
        *sum = first[index].into() * taps.first_weight + last[index].into() * taps.last_weight;
        if K > 0 {
            *sum += T::weighted(inner.map(|row| row[index]), taps.inner_weight);
        }
    }
    K
}

/// Adds rows that weigh alike to `sum`.
#[inline(always)]
fn add_inner<'a, T: Number>(row: impl Fn(usize) -> &'a [T], mut rows: Range<usize>, weight: f32, sum: &mut [f32]) {
    while !rows.is_empty() {
        let next = rows.start;
        rows.start += match rows.len() {
            1 => add_to([next], &row, weight, sum),
            2 | 3 => add_to([next, next + 1], &row, weight, sum),
            _ => add_to([next, next + 1, next + 2, next + 3], &row, weight, sum),
        };
    }
}

/// Adds `K` rows to `sum`; how many these are.
#[inline(always)]
fn add_to<'a, T: Number, const K: usize>(
    rows: [usize; K],
    row: impl Fn(usize) -> &'a [T],
    weight: f32,
    sum: &mut [f32],
) -> usize {
    let rows = rows.map(|index| &row(index)[..sum.len()]);
    for (index, sum) in sum.iter_mut().enumerate() {
        *sum += T::weighted(rows.map(|row| row[index]), weight);
    }
    K
}

/// Pixels of a few columns each, left to right. The vectors of three channels overlap; the next pixel overwrites the
/// fourth.
#[inline(always)]
pub(super) fn add_few<const N: usize, const LANES: usize, const K: usize>(
    sum: &[f32],
    columns: &[Few<K>],
    mixed: &mut [f32],
) {
    for (index, column) in columns.iter().enumerate() {
        let mut value = pixel::<LANES>(sum, column.samples[0] as usize).map(|value| value * column.weights[0]);
        for tap in 1..K {
            let from = pixel::<LANES>(sum, column.samples[tap] as usize);
            value = std::array::from_fn(|lane| value[lane] + from[lane] * column.weights[tap]);
        }
        mixed[index * N..][..LANES].copy_from_slice(&value);
    }
}

/// Pixels of many columns each, left to right in blocks.
#[inline(always)]
pub(super) fn add_many<const N: usize, const LANES: usize>(sum: &[f32], columns: &[Taps], mixed: &mut [f32]) {
    for (index, taps) in columns.iter().enumerate() {
        let mut value = pixel::<LANES>(sum, taps.first * N).map(|value| value * taps.first_weight);
        for start in (taps.first + 1..taps.last).step_by(BLOCK) {
            let mut block = [0.0; LANES];
            for column in start..taps.last.min(start + BLOCK) {
                let from = pixel::<LANES>(sum, column * N);
                block = std::array::from_fn(|lane| block[lane] + from[lane] * taps.inner_weight);
            }
            value = std::array::from_fn(|lane| value[lane] + block[lane]);
        }
        let last = pixel::<LANES>(sum, taps.last * N);
        value = std::array::from_fn(|lane| value[lane] + last[lane] * taps.last_weight);
        mixed[index * N..][..LANES].copy_from_slice(&value);
    }
}

#[inline(always)]
fn pixel<const LANES: usize>(samples: &[f32], first: usize) -> [f32; LANES] {
    std::array::from_fn(|lane| samples[first..first + LANES][lane])
}

/// `floor(value + 0.5)` of a number from 0 to 65,535.4. Additions, a comparison and no conversion, because casts saturate,
/// which compilers do one number at a time.
#[inline(always)]
fn whole(value: f32) -> u32 {
    /// From here to twice it, `f32` has whole numbers only, and its lowest bits count them.
    const WHOLE: f32 = 8_388_608.0;
    let value = value + 0.5;
    let near = (value + WHOLE) - WHOLE;
    let below = if near > value { near - 1.0 } else { near };
    (below + WHOLE).to_bits()
}

/// A sample, to `f32` and back.
pub(super) trait Number: Sample + Default + Into<f32> {
    /// The nearest sample, halves up.
    fn rounded(value: f32) -> Self;
    /// At most four samples of one weight, added. Whole numbers are added as such, which is less work.
    fn weighted<const K: usize>(samples: [Self; K], weight: f32) -> f32;
}

impl Number for u8 {
    #[inline(always)]
    fn rounded(value: f32) -> Self {
        whole(value) as Self
    }

    #[inline(always)]
    fn weighted<const K: usize>(samples: [Self; K], weight: f32) -> f32 {
        f32::from(samples.into_iter().fold(0, |sum: u16, sample| sum.wrapping_add(sample.into()))) * weight
    }
}

impl Number for u16 {
    #[inline(always)]
    fn rounded(value: f32) -> Self {
        whole(value) as Self
    }

    #[inline(always)]
    fn weighted<const K: usize>(samples: [Self; K], weight: f32) -> f32 {
        samples.into_iter().fold(0, |sum: i32, sample| sum + i32::from(sample)) as f32 * weight
    }
}

impl Number for f32 {
    #[inline(always)]
    fn rounded(value: f32) -> Self {
        value
    }

    #[inline(always)]
    fn weighted<const K: usize>(samples: [Self; K], weight: f32) -> f32 {
        samples.into_iter().fold(0.0, |sum, sample| sum + sample * weight)
    }
}
