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

use super::sums::{BLOCK, Few, Number, add_few, add_many, add_rows, pack, zeros};
use super::taps::{Axis, Taps};
use super::{Method, Sampling, scale};
use crate::tensor::SampleKind;

/// Samples of a strip in `sum` and in `mixed`: 16 KiB each. A pixel that covers more has a strip of its own.
const STRIP: usize = 4 << 10;
/// Where only every so many columns are needed, at least, the pairs that are blended are copied together first. Below
/// that, copying costs more than adding up the columns in between.
const SPARSE: usize = 8;

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
    from: Source,
    columns: Columns,
}

/// Source pixels that a strip is made of.
enum Source {
    /// All from one to another.
    Run(Range<usize>),
    /// Each of these and the one behind it.
    Pairs(Vec<u32>),
}

impl Source {
    fn pixels(&self) -> usize {
        match self {
            Self::Run(run) => run.len(),
            Self::Pairs(firsts) => 2 * firsts.len(),
        }
    }
}

/// Taps of each column of a strip. Their number is a constant as long as it is small: loops of a few rounds each, now one
/// more and now one less, cost several times what they do.
enum Columns {
    Two(Vec<Few<2>>),
    Three(Vec<Few<3>>),
    Five(Vec<Few<5>>),
    /// In pixels of `sum`.
    Many(Vec<Taps>),
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
                _ if sparse => Source::Pairs(taps.iter().map(pair).collect()),
                [first, .., last] => Source::Run(first.first..last.last + 1),
                [only] => Source::Run(only.first..only.last + 1),
                [] => Source::Run(0..0),
            }
        });
        let froms: Vec<_> = froms.collect();
        let widest = froms.iter().map(|from| from.pixels() * channels).max().unwrap_or(0);
        let most = taps.iter().map(|taps| taps.last + 1 - taps.first).max().unwrap_or(0);
        let strip = |(to, from): (Range<usize>, Source)| {
            let place = |(index, taps): (usize, &Taps)| match &from {
                Source::Run(run) => taps.moved_to(taps.first - run.start),
                Source::Pairs(firsts) => taps.moved_to(2 * index + taps.first - firsts[index] as usize),
            };
            let taps = taps[to.clone()].iter().enumerate().map(place);
            let columns = match most {
                0..=2 => Columns::Two(taps.map(|taps| Few::new(&taps, channels, widest)).collect()),
                3 => Columns::Three(taps.map(|taps| Few::new(&taps, channels, widest)).collect()),
                4..=5 => Columns::Five(taps.map(|taps| Few::new(&taps, channels, widest)).collect()),
                _ => Columns::Many(taps.collect()),
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
                    Source::Run(run) => {
                        let row = |row: usize| &source[(row * from_width + run.start) * N..][..run.len() * N];
                        add_rows(row, &taps, &mut sum[..run.len() * N], &mut part);
                    }
                    Source::Pairs(firsts) => {
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
                    Columns::Two(columns) => add_few::<N, LANES, 2>(&sum, columns, mixed),
                    Columns::Three(columns) => add_few::<N, LANES, 3>(&sum, columns, mixed),
                    Columns::Five(columns) => add_few::<N, LANES, 5>(&sum, columns, mixed),
                    Columns::Many(columns) => add_many::<N, LANES>(&sum, columns, mixed),
                }
                for (to, value) in to[strip.to.start * N..strip.to.end * N].iter_mut().zip(&*mixed) {
                    *to = T::rounded(*value * self.scale);
                }
            }
        }
    }
}

impl Taps {
    /// The same taps with another first one.
    fn moved_to(&self, first: usize) -> Self {
        Self { first, last: self.last - self.first + first, ..*self }
    }
}
