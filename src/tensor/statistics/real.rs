//! Sums of numbers in `f32`, taken in `f64` on the CPU.
//!
//! A block is summed as deviations from its first number, which loses nothing to cancellation, and in a fixed number of
//! lanes, so that every SIMD level rounds alike. Blocks are joined in order by Chan's formulas.

use bytemuck::{Pod, Zeroable};
use fearless_simd::Level;

use super::on_cpu::Summand;
use crate::tensor::rows::moments::{FloatMoments, absolute_f32, moments_f32};

/// Samples of a block: it stays in the first-level cache while it is looked at several times.
const BLOCK: usize = 4 << 10;

/// What is known of some numbers; all but `other` is of the finite ones. A record of the CPU.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Real {
    /// How many are finite.
    pub(super) count: u64,
    /// How many are not.
    pub(super) other: u64,
    /// Their mean, 0 of none.
    pub(super) mean: f64,
    /// The sum of the squares of their deviations from the mean.
    pub(super) deviations: f64,
    /// The sum of their absolute values.
    pub(super) absolute: f64,
    /// The least, `f32::MAX` of none.
    pub(super) min: f32,
    /// The greatest, `f32::MIN` of none.
    pub(super) max: f32,
}

/// What a record of a GPU holds, in the order of the shader.
#[cfg(feature = "gpu")]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct GpuReal {
    pub(super) count: u32,
    pub(super) other: u32,
    pub(super) mean: f32,
    pub(super) deviations: f32,
    pub(super) absolute: f32,
    pub(super) min: f32,
    pub(super) max: f32,
    pub(super) unused: u32,
}

#[cfg(feature = "gpu")]
impl From<GpuReal> for Real {
    fn from(record: GpuReal) -> Self {
        Self {
            count: record.count.into(),
            other: record.other.into(),
            mean: record.mean.into(),
            deviations: record.deviations.into(),
            absolute: record.absolute.into(),
            min: record.min,
            max: record.max,
        }
    }
}

impl Real {
    const NOTHING: Self =
        Self { count: 0, other: 0, mean: 0.0, deviations: 0.0, absolute: 0.0, min: f32::MAX, max: f32::MIN };

    /// Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979).
    fn join(self, other: Self) -> Self {
        let other_numbers = self.other + other.other;
        if self.count == 0 || other.count == 0 {
            let known = if self.count == 0 { other } else { self };
            return Self { other: other_numbers, ..known };
        }
        let (n, m) = (self.count as f64, other.count as f64);
        let difference = other.mean - self.mean;
        Self {
            count: self.count + other.count,
            other: other_numbers,
            mean: self.mean + difference * (m / (n + m)),
            deviations: self.deviations + other.deviations + difference * difference * (n * m / (n + m)),
            absolute: self.absolute + other.absolute,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

/// Numbers of one channel that come one by one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Running {
    count: u64,
    other: u64,
    shift: f64,
    sum: f64,
    squares: f64,
    absolute: f64,
    min: f32,
    max: f32,
}

impl Running {
    const NOTHING: Self =
        Self { count: 0, other: 0, shift: 0.0, sum: 0.0, squares: 0.0, absolute: 0.0, min: f32::MAX, max: f32::MIN };

    #[inline(always)]
    fn push(&mut self, value: f32) {
        if !value.is_finite() {
            self.other += 1;
            return;
        }
        let number = f64::from(value);
        if self.count == 0 {
            self.shift = number;
        }
        let deviation = number - self.shift;
        self.count += 1;
        self.sum += deviation;
        self.squares += deviation * deviation;
        self.absolute += number.abs();
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    fn finish(self) -> Real {
        let Self { count, other, absolute, min, max, .. } = self;
        if count == 0 {
            return Real { other, ..Real::NOTHING };
        }
        let mean = self.sum / count as f64;
        let deviations = (self.squares - self.sum * mean).max(0.0);
        Real { count, other, mean: self.shift + mean, deviations, absolute, min, max }
    }
}

impl Summand for f32 {
    type Sum = Real;
    type Running = Running;
    const NOTHING: Running = Running::NOTHING;

    fn push(running: &mut Running, value: Self) {
        running.push(value);
    }

    fn finish(running: Running) -> Real {
        running.finish()
    }

    fn join(one: Real, other: Real) -> Real {
        one.join(other)
    }

    fn interleaved(level: Level, samples: &[Self], sums: &mut [Real]) {
        let channels = sums.len();
        for block in samples.chunks(BLOCK / channels * channels) {
            let running = block_sums(level, block, channels);
            sums.iter_mut().zip(running).for_each(|(sum, running)| *sum = sum.join(running.finish()));
        }
    }
}

/// The sums of one block, as if all its numbers were finite, and then, if they were not, one by one.
fn block_sums(level: Level, samples: &[f32], channels: usize) -> [Running; 4] {
    let first = |channel: usize| samples.get(channel).filter(|first| channel < channels && first.is_finite());
    let shift: [f64; 4] = std::array::from_fn(|channel| first(channel).copied().map_or(0.0, f64::from));
    let moments = moments_f32(level, samples, channels, shift);
    let mut sums = [Running::NOTHING; 4];
    if moments.iter().any(|moments| moments.not_finite > 0) {
        samples.iter().enumerate().for_each(|(index, sample)| sums[index % channels].push(*sample));
        return sums;
    }
    let absolute = absolute_f32(level, samples, channels);
    let count = (samples.len() / channels) as u64;
    for (channel, sums) in sums.iter_mut().enumerate().take(channels) {
        let FloatMoments { sum, squares, min, max, .. } = moments[channel];
        *sums = Running { count, other: 0, shift: shift[channel], sum, squares, absolute: absolute[channel], min, max };
    }
    sums
}
