//! A resize on the CPU: rows of the result, each from the source alone.
//!
//! ```text
//! for every row of the result, for every strip of it:
//!     sum   <- the source rows that the row is made of, weighted and added      (a vector of samples at a time)
//!     mixed <- for every pixel, the columns of `sum` that it is made of, likewise (a vector is a pixel)
//!     row   <- mixed, scaled and rounded                                         (a vector of samples at a time)
//! ```
//!
//! Rows come first because that step touches most numbers and needs no shuffling. Strips keep `sum` and `mixed` in the
//! first-level cache. All in `f32`, multiplied, then added, in one order: every SIMD level gives the same bits.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};

use super::taps::{Axis, Taps};
use super::{Method, Sampling, scale};
use crate::tensor::{Sample, SampleKind};

/// Samples of a strip in `sum` and in `mixed`: 16 KiB each. A pixel that covers more has a strip of its own.
const STRIP: usize = 4 << 10;
/// Taps that are added up before their sum is added to others: a sum of 16,384 then errs as one of 320.
const BLOCK: usize = 64;
/// Where only every so many columns are needed, at least, the pairs that are blended are copied together first. Below
/// that, copying costs more than adding up the columns in between.
const SPARSE: usize = 4;

/// What all bands of one resize share.
pub(crate) struct Resampler {
    sampling: Sampling,
    kind: SampleKind,
    channels: usize,
    plan: Plan,
}

enum Plan {
    /// The result is the source, or nothing.
    Copy,
    /// The source column of every column, and where rows come from.
    Nearest(Vec<u32>, Axis),
    /// Weighted sums.
    Weighted(Weighted),
}

struct Weighted {
    rows: Axis,
    strips: Vec<Strip>,
    scale: f32,
    /// The most samples that a strip has in `sum`.
    widest: usize,
}

/// Some columns of the result.
struct Strip {
    to: Range<usize>,
    from: From,
    columns: Columns,
}

/// Source pixels that a strip is made of.
enum From {
    /// All from one to another.
    Run(Range<usize>),
    /// Each of these and the one behind it.
    Pairs(Vec<u32>),
}

impl From {
    fn pixels(&self) -> usize {
        match self {
            Self::Run(run) => run.len(),
            Self::Pairs(firsts) => 2 * firsts.len(),
        }
    }
}

/// Taps of each column of a strip, counted in samples of `sum`.
enum Columns {
    Blended(Vec<Pair>),
    Covered(Vec<Taps>),
}

struct Pair {
    samples: [u32; 2],
    weights: [f32; 2],
}

impl Resampler {
    /// Prepares a resize of images with samples of this kind and 1, 3 or 4 channels.
    pub(crate) fn new(sampling: Sampling, kind: SampleKind, channels: usize) -> Self {
        let (width, height) = sampling.to;
        let plan = if sampling.is_identity() || width == 0 || height == 0 {
            Plan::Copy
        } else {
            let [columns, rows] = sampling.axes(kind);
            match sampling.method {
                Method::Nearest => Plan::Nearest((0..width).map(|x| columns.nearest(x) as u32).collect(), rows),
                Method::Bilinear | Method::Area => Plan::Weighted(Weighted {
                    scale: scale(&[columns, rows], kind),
                    ..Weighted::new(&columns, rows, width, channels)
                }),
            }
        };
        Self { sampling, kind, channels, plan }
    }

    /// Fills `to` with these rows of the result. `source` is the whole source image, tight; both are samples as bytes,
    /// aligned as such. Any division into bands gives the same bytes, on every level.
    pub(crate) fn rows(&self, level: Level, source: &[u8], rows: Range<usize>, to: &mut [u8]) {
        match self.kind {
            SampleKind::U8 => self.samples::<u8>(level, source, rows, to),
            SampleKind::U16 => {
                self.samples::<u16>(level, bytemuck::cast_slice(source), rows, bytemuck::cast_slice_mut(to))
            }
            SampleKind::F32 => {
                self.samples::<f32>(level, bytemuck::cast_slice(source), rows, bytemuck::cast_slice_mut(to))
            }
        }
    }

    fn samples<T: Number>(&self, level: Level, source: &[T], rows: Range<usize>, to: &mut [T]) {
        let width = self.sampling.to.0 * self.channels;
        match &self.plan {
            Plan::Copy => to.copy_from_slice(&source[rows.start * width..rows.end * width]),
            Plan::Nearest(columns, axis) => {
                let from = source.chunks_exact(self.sampling.from.0 * self.channels);
                let from = |row| from.clone().nth(axis.nearest(row)).unwrap_or_default();
                for (row, to) in rows.zip(to.chunks_exact_mut(width)) {
                    match self.channels {
                        1 => pick::<T, 1>(from(row), columns, to),
                        3 => pick::<T, 3>(from(row), columns, to),
                        _ => pick::<T, 4>(from(row), columns, to),
                    }
                }
            }
            Plan::Weighted(plan) => {
                let from = self.sampling.from.0;
                match self.channels {
                    1 => dispatch!(level, simd => plan.rows::<_, T, 1, 1>(simd, source, from, rows, to)),
                    3 => dispatch!(level, simd => plan.rows::<_, T, 3, 4>(simd, source, from, rows, to)),
                    _ => dispatch!(level, simd => plan.rows::<_, T, 4, 4>(simd, source, from, rows, to)),
                }
            }
        }
    }
}

/// Copies the pixels of these columns.
fn pick<T: Copy, const N: usize>(from: &[T], columns: &[u32], to: &mut [T]) {
    let (from, _) = from.as_chunks::<N>();
    let (to, _) = to.as_chunks_mut::<N>();
    for (to, column) in to.iter_mut().zip(columns) {
        *to = from[*column as usize];
    }
}

impl Weighted {
    fn new(columns: &Axis, rows: Axis, width: usize, channels: usize) -> Self {
        let sparse = !columns.covers && columns.before >= SPARSE as u32 * columns.after;
        let taps: Vec<_> = (0..width).map(|x| columns.taps(x)).collect();
        let mut ranges = Vec::new();
        let mut start = 0;
        for x in 0..width {
            let pixels = if sparse { 2 * (x + 1 - start) } else { taps[x].last + 1 - taps[start].first };
            if x > start && pixels.max(x + 1 - start) * channels > STRIP {
                ranges.push(start..x);
                start = x;
            }
        }
        ranges.push(start..width);

        let froms = ranges.iter().map(|to| {
            let taps = &taps[to.clone()];
            // The last pixel of a source has none behind it.
            let pair = |taps: &Taps| taps.first.min(columns.size as usize - 2) as u32;
            match taps {
                _ if sparse => From::Pairs(taps.iter().map(pair).collect()),
                [first, .., last] => From::Run(first.first..last.last + 1),
                [only] => From::Run(only.first..only.last + 1),
                [] => From::Run(0..0),
            }
        });
        let froms: Vec<_> = froms.collect();
        let widest = froms.iter().map(|from| from.pixels() * channels).max().unwrap_or(0);
        let strip = |(to, from): (Range<usize>, From)| {
            let taps = &taps[to.clone()];
            let columns = if columns.covers {
                let From::Run(run) = &from else { unreachable!("only pairs that are blended are sparse") };
                Columns::Covered(taps.iter().map(|taps| taps.counted_from(run.start)).collect())
            } else {
                let place = |index: usize, pixel: usize| match &from {
                    From::Run(run) => pixel - run.start,
                    From::Pairs(firsts) => 2 * index + pixel - firsts[index] as usize,
                };
                let pairs = taps.iter().enumerate().map(|(index, taps)| {
                    let first = (place(index, taps.first) * channels) as u32;
                    // What a tap without weight reads is 0, lest it should be infinite.
                    let last = if taps.last > taps.first { first + channels as u32 } else { zeros(widest) as u32 };
                    Pair { samples: [first, last], weights: [taps.first_weight, taps.last_weight] }
                });
                Columns::Blended(pairs.collect())
            };
            Strip { to, from, columns }
        };
        let strips = ranges.into_iter().zip(froms).map(strip).collect();
        Self { rows, strips, scale: 1.0, widest }
    }

    /// Every SIMD level compiles this and must equal the plain one. `LANES` is `N` rounded up to a vector.
    #[inline(always)]
    fn rows<S: Simd, T: Number, const N: usize, const LANES: usize>(
        &self,
        _: S,
        source: &[T],
        from_width: usize,
        rows: Range<usize>,
        to: &mut [T],
    ) {
        let width = self.strips.last().map_or(0, |strip| strip.to.end) * N;
        let mut sum = vec![0.0; zeros(self.widest) + LANES];
        let mut part = Vec::new();
        let mut mixed = [0.0; STRIP + 4];
        let mut packed = Vec::new();
        for (row, to) in rows.zip(to.chunks_exact_mut(width)) {
            let taps = self.rows.taps(row);
            if taps.last - taps.first >= BLOCK {
                part.resize(self.widest, 0.0);
            }
            for strip in &self.strips {
                match &strip.from {
                    From::Run(run) => {
                        let row = |row: usize| &source[(row * from_width + run.start) * N..][..run.len() * N];
                        add_rows(row, &taps, &mut sum[..run.len() * N], &mut part);
                    }
                    From::Pairs(firsts) => {
                        let samples = firsts.len() * 2 * N;
                        packed.resize(2 * samples, T::default());
                        let (first, last) = packed.split_at_mut(samples);
                        for (row, packed) in [taps.first, taps.last].into_iter().zip([&mut *first, &mut *last]) {
                            pack::<T, N>(&source[row * from_width * N..][..from_width * N], firsts, packed);
                        }
                        let row = |row: usize| if row == taps.first { &*first } else { &*last };
                        add_rows(row, &taps, &mut sum[..samples], &mut part);
                    }
                }
                let mixed = &mut mixed[..strip.to.len() * N + LANES - N];
                match &strip.columns {
                    Columns::Blended(pairs) => blend_columns::<N, LANES>(&sum, pairs, mixed),
                    Columns::Covered(taps) => add_columns::<N, LANES>(&sum, taps, mixed),
                }
                for (to, value) in to[strip.to.start * N..strip.to.end * N].iter_mut().zip(&*mixed) {
                    *to = T::rounded(*value * self.scale);
                }
            }
        }
    }
}

impl Taps {
    fn counted_from(&self, start: usize) -> Self {
        Self { first: self.first - start, last: self.last - start, ..*self }
    }
}

/// Where `sum` holds zeros, behind the samples of the widest strip and what a vector reads beyond them.
fn zeros(widest: usize) -> usize {
    widest + 4
}

/// Pairs of pixels, one behind the other.
#[inline(always)]
fn pack<T: Copy, const N: usize>(from: &[T], firsts: &[u32], to: &mut [T]) {
    for (first, to) in firsts.iter().zip(to.chunks_exact_mut(2 * N)) {
        to.copy_from_slice(&from[*first as usize * N..][..2 * N]);
    }
}

/// Sets `sum` to the weighted rows.
#[inline(always)]
fn add_rows<'a, T: Number>(row: impl Fn(usize) -> &'a [T], taps: &Taps, sum: &mut [f32], part: &mut [f32]) {
    let end = taps.last + 1;
    add_block(&row, taps, taps.first..end.min(taps.first + BLOCK), sum);
    for first in (taps.first + BLOCK..end).step_by(BLOCK) {
        let part = &mut part[..sum.len()];
        add_block(&row, taps, first..end.min(first + BLOCK), part);
        for (sum, part) in sum.iter_mut().zip(part) {
            *sum += *part;
        }
    }
}

/// Sets `sum` to some of the weighted rows, several at a time, so that it is read and written less often.
#[inline(always)]
fn add_block<'a, T: Number>(row: impl Fn(usize) -> &'a [T], taps: &Taps, rows: Range<usize>, sum: &mut [f32]) {
    let Range { mut start, end } = rows;
    let mut fresh = true;
    while start < end {
        let rows = |offset: usize| (row(start + offset), taps.weight(start + offset));
        start += match (end - start, fresh) {
            (1, true) => set_to([0].map(rows), sum),
            (2 | 3, true) => set_to([0, 1].map(rows), sum),
            (_, true) => set_to([0, 1, 2, 3].map(rows), sum),
            (1, false) => add_to([0].map(rows), sum),
            (2 | 3, false) => add_to([0, 1].map(rows), sum),
            (_, false) => add_to([0, 1, 2, 3].map(rows), sum),
        };
        fresh = false;
    }
}

/// `sum = w0 r0 + w1 r1 + ..`, left to right; how many rows these were.
#[inline(always)]
fn set_to<T: Number, const K: usize>(rows: [(&[T], f32); K], sum: &mut [f32]) -> usize {
    let rows = rows.map(|(row, weight)| (&row[..sum.len()], weight));
    for (index, sum) in sum.iter_mut().enumerate() {
        let (first, weight) = rows[0];
        let start = first[index].into() * weight;
        *sum = rows[1..].iter().fold(start, |sum, (row, weight)| sum + row[index].into() * weight);
    }
    K
}

/// `sum = sum + w0 r0 + w1 r1 + ..`, left to right; how many rows these were.
#[inline(always)]
fn add_to<T: Number, const K: usize>(rows: [(&[T], f32); K], sum: &mut [f32]) -> usize {
    let rows = rows.map(|(row, weight)| (&row[..sum.len()], weight));
    for (index, sum) in sum.iter_mut().enumerate() {
        *sum = rows.iter().fold(*sum, |sum, (row, weight)| sum + row[index].into() * weight);
    }
    K
}

/// Pixels that are blended of two. The vectors of three channels overlap; the next pixel overwrites the fourth.
#[inline(always)]
fn blend_columns<const N: usize, const LANES: usize>(sum: &[f32], pairs: &[Pair], mixed: &mut [f32]) {
    for (index, pair) in pairs.iter().enumerate() {
        let [first, last] = pair.samples.map(|sample| pixel::<LANES>(sum, sample as usize));
        let value: [f32; LANES] =
            std::array::from_fn(|lane| first[lane] * pair.weights[0] + last[lane] * pair.weights[1]);
        mixed[index * N..][..LANES].copy_from_slice(&value);
    }
}

/// Pixels that are averages of several.
#[inline(always)]
fn add_columns<const N: usize, const LANES: usize>(sum: &[f32], columns: &[Taps], mixed: &mut [f32]) {
    for (index, taps) in columns.iter().enumerate() {
        let mut value = [0.0; LANES];
        for start in (taps.first..=taps.last).step_by(BLOCK) {
            let mut block = [0.0; LANES];
            for column in start..(start + BLOCK).min(taps.last + 1) {
                let from = pixel::<LANES>(sum, column * N);
                let weight = taps.weight(column);
                block = std::array::from_fn(|lane| block[lane] + from[lane] * weight);
            }
            value = std::array::from_fn(|lane| value[lane] + block[lane]);
        }
        mixed[index * N..][..LANES].copy_from_slice(&value);
    }
}

#[inline(always)]
fn pixel<const LANES: usize>(samples: &[f32], first: usize) -> [f32; LANES] {
    std::array::from_fn(|lane| samples[first..first + LANES][lane])
}

/// A sample, to `f32` and back.
trait Number: Sample + Default + Into<f32> {
    /// The nearest sample, halves up.
    fn rounded(value: f32) -> Self;
}

impl Number for u8 {
    #[inline(always)]
    fn rounded(value: f32) -> Self {
        (value + 0.5) as Self
    }
}

impl Number for u16 {
    #[inline(always)]
    fn rounded(value: f32) -> Self {
        (value + 0.5) as Self
    }
}

impl Number for f32 {
    #[inline(always)]
    fn rounded(value: f32) -> Self {
        value
    }
}
