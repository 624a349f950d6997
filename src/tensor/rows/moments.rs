//! Sums, squares and extremes of interleaved samples, a channel each.
//!
//! Samples go to a fixed number of partial sums by their position, and those are added in a fixed order at the end. So
//! sums of `f32`, which are rounded, are the same bits at every level too.

use fearless_simd::{Level, Simd, dispatch};

/// Partial sums of whole numbers: a multiple of 1, 3 and 4 channels and of every vector.
const LANES: usize = 48;
/// Rounds after which partial sums in 16 bits are emptied: `257 * 255` is the most that they hold.
const ROUNDS: usize = 256;
/// Partial sums of `f32` samples, in `f64`.
const FLOAT_LANES: usize = 24;
/// Rounds of a block of `f32` samples: 6 KiB.
const FLOAT_ROUNDS: usize = 64;

/// What is known of one channel of whole numbers. Without any, the least is above the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moments {
    /// Their sum.
    pub(crate) sum: u64,
    /// The sum of their squares, exact for up to 2^32 samples.
    pub(crate) squares: u64,
    /// The least.
    pub(crate) min: u16,
    /// The greatest.
    pub(crate) max: u16,
}

impl Moments {
    /// Those of no sample.
    pub(crate) const NONE: Self = Self { sum: 0, squares: 0, min: u16::MAX, max: 0 };

    /// Those of both parts.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    fn and(self, value: u16) -> Self {
        let wide = u64::from(value);
        self.with(Self { sum: wide, squares: wide * wide, min: value, max: value })
    }
}

/// What is known of one channel of `f32` samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FloatMoments {
    /// The sum of their distances from the pivot.
    pub(crate) sum: f64,
    /// The sum of the squares of those.
    pub(crate) squares: f64,
    /// The least of those that are numbers; infinite without any.
    pub(crate) min: f32,
    /// The greatest of those that are numbers; minus infinity without any.
    pub(crate) max: f32,
    /// How many are infinite or NaN.
    pub(crate) not_finite: u64,
}

impl FloatMoments {
    /// Those of no sample.
    pub(crate) const NONE: Self =
        Self { sum: 0.0, squares: 0.0, min: f32::INFINITY, max: f32::NEG_INFINITY, not_finite: 0 };

    /// Those of both parts, about the same pivot. Rounded: parts are to be added in one order.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            sum: plain_nan(self.sum + other.sum),
            squares: plain_nan(self.squares + other.squares),
            min: least(self.min, other.min),
            max: greatest(self.max, other.max),
            not_finite: self.not_finite + other.not_finite,
        }
    }
}

/// Exact moments of interleaved samples of 1, 3 or 4 channels; the channels that are not there have none.
pub(crate) fn moments_u8(level: Level, from: &[u8], channels: usize) -> [Moments; 4] {
    let mut moments = [Moments::NONE; 4];
    #[cfg(target_arch = "x86_64")]
    let from = match level {
        Level::Avx512(token) => &from[moments_avx512(token, from, channels, &mut moments)..],
        _ => from,
    };
    dispatch!(level, simd => bytes(simd, from, channels, &mut moments));
    moments
}

/// The same of 16-bit samples.
pub(crate) fn moments_u16(level: Level, from: &[u16], channels: usize) -> [Moments; 4] {
    let mut moments = [Moments::NONE; 4];
    dispatch!(level, simd => words(simd, from, channels, &mut moments));
    moments
}

/// Moments of `f32` samples about a pivot a channel, in `f64`. About the mean, or a number near it, the mean of the
/// squares less the square of the mean is the variance to nearly all digits; about 0 they are plain sums.
pub(crate) fn moments_f32(level: Level, from: &[f32], channels: usize, pivot: [f64; 4]) -> [FloatMoments; 4] {
    dispatch!(level, simd => floats(simd, from, channels, pivot))
}

/// The sum of the absolute values of each channel.
pub(crate) fn absolute_f32(level: Level, from: &[f32], channels: usize) -> [f64; 4] {
    dispatch!(level, simd => absolutes(simd, from, channels))
}

/// Every SIMD level but AVX-512 compiles this loop.
#[inline(always)]
fn bytes<S: Simd>(_: S, from: &[u8], channels: usize, moments: &mut [Moments; 4]) {
    let mut min = [u8::MAX; LANES];
    let mut max = [0; LANES];
    let (whole, rest) = from.as_chunks::<LANES>();
    for block in whole.chunks(ROUNDS) {
        let mut sum = [0_u16; LANES];
        let mut squares = [0_u32; LANES];
        for samples in block {
            for lane in 0..LANES {
                let value = u16::from(samples[lane]);
                sum[lane] += value;
                squares[lane] += u32::from(value * value);
            }
        }
        for samples in block {
            for lane in 0..LANES {
                min[lane] = min[lane].min(samples[lane]);
                max[lane] = max[lane].max(samples[lane]);
            }
        }
        for lane in 0..LANES {
            moments[lane % channels].sum += u64::from(sum[lane]);
            moments[lane % channels].squares += u64::from(squares[lane]);
        }
    }
    for lane in 0..if whole.is_empty() { 0 } else { LANES } {
        let of_lane = Moments { sum: 0, squares: 0, min: min[lane].into(), max: max[lane].into() };
        moments[lane % channels] = moments[lane % channels].with(of_lane);
    }
    for (lane, value) in rest.iter().enumerate() {
        moments[lane % channels] = moments[lane % channels].and((*value).into());
    }
}

/// Every SIMD level compiles this loop.
#[inline(always)]
fn words<S: Simd>(_: S, from: &[u16], channels: usize, moments: &mut [Moments; 4]) {
    let mut min = [u16::MAX; LANES];
    let mut max = [0; LANES];
    let (whole, rest) = from.as_chunks::<LANES>();
    for block in whole.chunks(ROUNDS) {
        let mut sum = [0_u32; LANES];
        // Squares of 16 bits fill 32: their halves are added apart.
        let mut low = [0_u32; LANES];
        let mut high = [0_u32; LANES];
        for samples in block {
            for lane in 0..LANES {
                let value = u32::from(samples[lane]);
                let square = value * value;
                sum[lane] += value;
                low[lane] += square & 0xffff;
                high[lane] += square >> 16;
            }
        }
        for samples in block {
            for lane in 0..LANES {
                min[lane] = min[lane].min(samples[lane]);
                max[lane] = max[lane].max(samples[lane]);
            }
        }
        for lane in 0..LANES {
            moments[lane % channels].sum += u64::from(sum[lane]);
            moments[lane % channels].squares += u64::from(low[lane]) + (u64::from(high[lane]) << 16);
        }
    }
    for lane in 0..if whole.is_empty() { 0 } else { LANES } {
        let of_lane = Moments { sum: 0, squares: 0, min: min[lane], max: max[lane] };
        moments[lane % channels] = moments[lane % channels].with(of_lane);
    }
    for (lane, value) in rest.iter().enumerate() {
        moments[lane % channels] = moments[lane % channels].and(*value);
    }
}

/// Every SIMD level compiles this loop.
#[inline(always)]
fn floats<S: Simd>(_: S, from: &[f32], channels: usize, pivot: [f64; 4]) -> [FloatMoments; 4] {
    let pivots: [f64; FLOAT_LANES] = std::array::from_fn(|lane| pivot[lane % channels]);
    let mut sum = [0.0_f64; FLOAT_LANES];
    let mut squares = [0.0_f64; FLOAT_LANES];
    let mut min = [f32::INFINITY; FLOAT_LANES];
    let mut max = [f32::NEG_INFINITY; FLOAT_LANES];
    let mut not_finite = [0_u64; FLOAT_LANES];
    for block in from.chunks(FLOAT_LANES * FLOAT_ROUNDS) {
        let (whole, rest) = block.as_chunks::<FLOAT_LANES>();
        // Two loops over what is in the first-level cache: AVX2 has registers for the sums of one at a time.
        for samples in whole {
            for lane in 0..FLOAT_LANES {
                let distance = f64::from(samples[lane]) - pivots[lane];
                sum[lane] += distance;
                squares[lane] += distance * distance;
            }
        }
        let mut odd = [0_u32; FLOAT_LANES];
        for samples in whole {
            for lane in 0..FLOAT_LANES {
                min[lane] = least(min[lane], samples[lane]);
                max[lane] = greatest(max[lane], samples[lane]);
                odd[lane] += u32::from(!is_finite(samples[lane]));
            }
        }
        for (lane, value) in rest.iter().enumerate() {
            let distance = f64::from(*value) - pivots[lane];
            sum[lane] += distance;
            squares[lane] += distance * distance;
            min[lane] = least(min[lane], *value);
            max[lane] = greatest(max[lane], *value);
            odd[lane] += u32::from(!is_finite(*value));
        }
        for lane in 0..FLOAT_LANES {
            not_finite[lane] += u64::from(odd[lane]);
        }
    }
    let mut moments = [FloatMoments::NONE; 4];
    for lane in 0..FLOAT_LANES {
        let of_lane = FloatMoments {
            sum: sum[lane],
            squares: squares[lane],
            min: min[lane],
            max: max[lane],
            not_finite: not_finite[lane],
        };
        moments[lane % channels] = moments[lane % channels].with(of_lane);
    }
    moments
}

/// Every SIMD level compiles this loop.
#[inline(always)]
fn absolutes<S: Simd>(_: S, from: &[f32], channels: usize) -> [f64; 4] {
    let mut sum = [0.0_f64; FLOAT_LANES];
    for block in from.chunks(FLOAT_LANES * FLOAT_ROUNDS) {
        let (whole, rest) = block.as_chunks::<FLOAT_LANES>();
        for samples in whole {
            for lane in 0..FLOAT_LANES {
                sum[lane] += f64::from(samples[lane]).abs();
            }
        }
        for (lane, value) in rest.iter().enumerate() {
            sum[lane] += f64::from(*value).abs();
        }
    }
    let mut sums = [0.0; 4];
    for lane in 0..FLOAT_LANES {
        sums[lane % channels] = plain_nan(sums[lane % channels] + sum[lane]);
    }
    sums
}

#[inline(always)]
pub(super) fn least(so_far: f32, value: f32) -> f32 {
    if value < so_far { value } else { so_far }
}

#[inline(always)]
pub(super) fn greatest(so_far: f32, value: f32) -> f32 {
    if value > so_far { value } else { so_far }
}

#[inline(always)]
pub(super) fn is_finite(value: f32) -> bool {
    value.to_bits() & 0x7f80_0000 != 0x7f80_0000
}

/// Which of two NaN a sum becomes is the compiler's choice.
#[inline(always)]
fn plain_nan(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value }
}

/// Which samples of a step's bytes fill the quads of a vector, so that a quad has samples of one channel: sixteen pixels
/// of 3 channels in 12 quads, the others zero.
#[cfg(target_arch = "x86_64")]
fn quads(channels: usize) -> [u8; 64] {
    std::array::from_fn(|byte| {
        let (quad, sample) = (byte / 4, byte % 4);
        match channels {
            1 => byte as u8,
            _ => ((quad / channels * 4 + sample) * channels + quad % channels) as u8,
        }
    })
}

// A quad of bytes is summed in one instruction, and multiplied by another quad in one: `x * x` as `x * (x - 128)`, whose
// second factor is a signed byte, and 128 times the sum. Returns the samples done.
#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    fn moments_avx512(avx512: Avx512, from: &[u8], channels: usize, moments: &mut [Moments; 4]) -> usize {
        use fearless_simd::{i32x16, prelude::*, u8x64};
        use std::arch::x86_64::*;

        let order = u8x64::simd_from(avx512, quads(channels)).into();
        let (step, used, bytes) = if channels == 3 { (48, 12, u64::MAX >> 16) } else { (64, 16, u64::MAX) };
        let ones = _mm512_set1_epi8(1);
        let signs = _mm512_set1_epi8(-128);
        let mut min = _mm512_set1_epi8(-1);
        let mut max = _mm512_setzero_si512();
        let mut done = 0;
        while from.len() >= done + 64 {
            let mut sum = _mm512_setzero_si512();
            let mut products = _mm512_setzero_si512();
            // A product of quads is at least -4 * 4096 and at most 4 * 32385: 16,000 of them fit 32 bits.
            for _ in 0..16_000 {
                let Some(samples) = from.get(done..done + 64) else { break };
                let samples = _mm512_permutexvar_epi8(order, u8x64::from_slice(avx512, samples).into());
                sum = _mm512_dpbusd_epi32(sum, samples, ones);
                products = _mm512_dpbusd_epi32(products, samples, _mm512_xor_si512(samples, signs));
                min = _mm512_min_epu8(min, samples);
                max = _mm512_max_epu8(max, samples);
                done += step;
            }
            let sum: i32x16<_> = sum.simd_into(avx512);
            let products: i32x16<_> = products.simd_into(avx512);
            for quad in 0..used {
                let of_channel = &mut moments[quad % channels];
                of_channel.sum += sum[quad] as u64;
                of_channel.squares += (i64::from(products[quad]) + 128 * i64::from(sum[quad])) as u64;
            }
        }
        if done > 0 {
            let min: u8x64<_> = min.simd_into(avx512);
            let max: u8x64<_> = max.simd_into(avx512);
            for byte in 0..bytes.count_ones() as usize {
                let of_channel = &mut moments[byte / 4 % channels];
                of_channel.min = of_channel.min.min(min[byte].into());
                of_channel.max = of_channel.max.max(max[byte].into());
            }
        }
        done
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;

    fn levels() -> impl Iterator<Item = Level> {
        SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level)))
    }

    fn expected(samples: &[u64], channels: usize) -> [Moments; 4] {
        std::array::from_fn(|channel| {
            let of_channel = || samples.iter().skip(channel).step_by(channels).take_while(|_| channel < channels);
            Moments {
                sum: of_channel().sum(),
                squares: of_channel().map(|value| value * value).sum(),
                min: of_channel().min().map_or(u16::MAX, |value| *value as u16),
                max: of_channel().max().map_or(0, |value| *value as u16),
            }
        })
    }

    fn noise(index: usize) -> u32 {
        (index as u32).wrapping_mul(2_654_435_761) >> 9 ^ index as u32
    }

    #[test]
    fn whole_numbers_are_summed_exactly_at_every_level() {
        let bytes: Vec<u8> = (0..70_000).map(|index| noise(index) as u8).collect();
        let words: Vec<u16> = (0..70_000).map(|index| noise(index) as u16).collect();
        for (level, channels) in levels().flat_map(|level| [1, 3, 4].map(|channels| (level, channels))) {
            for len in (0..200).chain([16_000]).map(|len| len * channels) {
                let offset = len % 7;
                let from = &bytes[offset..offset + len];
                let wide: Vec<_> = from.iter().map(|value| u64::from(*value)).collect();
                assert_eq!(
                    moments_u8(level, from, channels),
                    expected(&wide, channels),
                    "{level:?}, {channels}, {len}"
                );
                let from = &words[offset..offset + len];
                let wide: Vec<_> = from.iter().map(|value| u64::from(*value)).collect();
                assert_eq!(
                    moments_u16(level, from, channels),
                    expected(&wide, channels),
                    "{level:?}, {channels}, {len}"
                );
            }
        }
    }

    #[test]
    fn white_black_and_the_smallest_products_do_not_overflow() {
        let len = 48 * 40_000;
        for (level, value) in levels().flat_map(|level| [0, 64, 255].map(|value| (level, value))) {
            let wide = u64::from(value);
            let [moments, ..] = moments_u8(level, &vec![value; len], 1);
            let exact = Moments {
                sum: wide * len as u64,
                squares: wide * wide * len as u64,
                min: value.into(),
                max: value.into(),
            };
            assert_eq!(moments, exact, "{level:?}");
        }
        for level in levels() {
            let [moments, ..] = moments_u16(level, &vec![u16::MAX; len], 1);
            assert_eq!((moments.sum, moments.squares), (65_535 * len as u64, 65_535 * 65_535 * len as u64));
        }
    }

    #[test]
    fn floats_have_the_same_bits_at_every_level_and_are_near_the_exact_sums() {
        let samples: Vec<f32> = (0..9_000).map(|index| (noise(index) as f32 - 4e6) * 1e-4).collect();
        for channels in [1, 3, 4] {
            for len in (0..200).chain([2_000]).map(|len| len * channels) {
                let from = &samples[len % 5..][..len];
                let pivot = [0.0, 3.5, -100.0, 1e-3];
                let plain = moments_f32(Level::fallback(), from, channels, pivot);
                let absolute = absolute_f32(Level::fallback(), from, channels);
                for channel in 0..channels {
                    let values = || from.iter().skip(channel).step_by(channels).copied();
                    let distances = || values().map(|value| f64::from(value) - pivot[channel]);
                    let FloatMoments { sum, squares, min, max, not_finite } = plain[channel];
                    let scale = distances().map(f64::abs).sum::<f64>() + 1.0;
                    assert!((sum - distances().sum::<f64>()).abs() <= 1e-13 * scale);
                    let exact: f64 = distances().map(|distance| distance * distance).sum();
                    assert!((squares - exact).abs() <= 1e-13 * exact);
                    assert_eq!(min, values().fold(f32::INFINITY, f32::min));
                    assert_eq!(max, values().fold(f32::NEG_INFINITY, f32::max));
                    assert_eq!(not_finite, 0);
                    let exact: f64 = values().map(|value| f64::from(value).abs()).sum();
                    assert!((absolute[channel] - exact).abs() <= 1e-13 * exact);
                }
                for level in levels() {
                    assert_eq!(moments_f32(level, from, channels, pivot), plain, "{level:?}, {channels}, {len}");
                    assert_eq!(absolute_f32(level, from, channels), absolute, "{level:?}, {channels}, {len}");
                }
            }
        }
    }

    #[test]
    fn values_that_are_not_finite_are_counted() {
        let mut samples = vec![1.0_f32; 100];
        samples[3] = f32::NAN;
        samples[40] = f32::INFINITY;
        samples[77] = -f32::NAN;
        for level in levels() {
            let [moments, ..] = moments_f32(level, &samples, 1, [0.0; 4]);
            assert_eq!((moments.min, moments.max, moments.not_finite), (1.0, f32::INFINITY, 3), "{level:?}");
            assert_eq!(moments.sum.to_bits(), f64::NAN.to_bits(), "{level:?}");
        }
    }
}
