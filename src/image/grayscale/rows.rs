//! Rows of colour to rows of gray.

use fearless_simd::{Level, Simd, dispatch};

/// What a gray value of whole numbers is made of: `(a f0 + b f1 + c f2 + 2^(shift - 1)) >> shift`, in `u32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weights {
    /// Of the first three samples of a pixel, in the order of memory. They sum to `2^shift`, so white stays white.
    pub(crate) factors: [u32; 3],
    /// 15 or 16.
    pub(crate) shift: u32,
}

/// What a gray value of `f32` is made of: red, green and blue by their factors, added in this order and never fused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FloatWeights {
    /// Of the first three samples of a pixel, in the order of memory.
    pub(crate) factors: [f32; 3],
    /// The third sample is the red one. Both orders then add the same numbers in the same order.
    pub(crate) blue_first: bool,
}

/// Gray of interleaved pixels of 3 or 4 channels; a fourth one is ignored. `to` is filled as far as `from` reaches; where
/// that is further, the last vectors are loaded whole.
pub(crate) fn gray_u8(level: Level, from: &[u8], channels: usize, weights: Weights, to: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    match level {
        Level::Avx512(token) if fits_quads(weights) => return gray_avx512(token, from, channels, weights, to),
        Level::Avx2(token) if fits_quads(weights) => return gray_avx2(token, from, channels, weights, to),
        _ => {}
    }
    whole_numbers(level, from, channels, weights, to);
}

/// The same of 16-bit samples.
pub(crate) fn gray_u16(level: Level, from: &[u16], channels: usize, weights: Weights, to: &mut [u16]) {
    whole_numbers(level, from, channels, weights, to);
}

/// The same of `f32` samples; results are not clamped.
pub(crate) fn gray_f32(level: Level, from: &[f32], channels: usize, weights: FloatWeights, to: &mut [f32]) {
    match channels {
        4 => dispatch!(level, simd => floats::<_, 4>(simd, from, weights, to)),
        _ => dispatch!(level, simd => floats::<_, 3>(simd, from, weights, to)),
    }
}

/// A sample of whole numbers.
trait Whole: Copy + Into<u32> {
    /// The lowest bits.
    fn truncated(value: u32) -> Self;
}

impl Whole for u8 {
    #[inline(always)]
    fn truncated(value: u32) -> Self {
        value as Self
    }
}

impl Whole for u16 {
    #[inline(always)]
    fn truncated(value: u32) -> Self {
        value as Self
    }
}

fn whole_numbers<T: Whole>(level: Level, from: &[T], channels: usize, weights: Weights, to: &mut [T]) {
    match channels {
        4 => dispatch!(level, simd => gray_row::<_, T, 4>(simd, from, weights, to)),
        _ => dispatch!(level, simd => gray_row::<_, T, 3>(simd, from, weights, to)),
    }
}

/// Every SIMD level compiles this loop and must equal the plain one. With 16-bit samples the largest sum is
/// `65535 * 65536 + 32768`, which still fits.
#[inline(always)]
fn gray_row<S: Simd, T: Whole, const N: usize>(_: S, from: &[T], weights: Weights, to: &mut [T]) {
    let Weights { factors: [first, second, third], shift } = weights;
    let half = 1 << (shift - 1);
    let (pixels, _) = from.as_chunks::<N>();
    for (pixel, gray) in pixels.iter().zip(to) {
        let [a, b, c]: [u32; 3] = [pixel[0].into(), pixel[1].into(), pixel[2].into()];
        *gray = T::truncated((a * first + b * second + c * third + half) >> shift);
    }
}

#[inline(always)]
fn floats<S: Simd, const N: usize>(_: S, from: &[f32], weights: FloatWeights, to: &mut [f32]) {
    let [first, second, third] = weights.factors;
    let (pixels, _) = from.as_chunks::<N>();
    if weights.blue_first {
        for (pixel, gray) in pixels.iter().zip(to) {
            *gray = third * pixel[2] + second * pixel[1] + first * pixel[0];
        }
    } else {
        for (pixel, gray) in pixels.iter().zip(to) {
            *gray = first * pixel[0] + second * pixel[1] + third * pixel[2];
        }
    }
}

/// Where the bytes of sixteen pixels come from when they are spread to quads (first, second, third, second), for 3 and 4
/// channels.
#[cfg(target_arch = "x86_64")]
const QUADS: [[u8; 64]; 2] = [quads(3), quads(4)];

#[cfg(target_arch = "x86_64")]
const fn quads(channels: usize) -> [u8; 64] {
    let mut from = [0; 64];
    let mut byte = 0;
    while byte < 64 {
        from[byte] = (byte / 4 * channels + [0, 1, 2, 1][byte % 4]) as u8;
        byte += 1;
    }
    from
}

/// The third byte of each of 32 32-bit numbers.
#[cfg(target_arch = "x86_64")]
const THIRD_BYTES: [u8; 64] = {
    let mut from = [0; 64];
    let mut byte = 0;
    while byte < 64 {
        from[byte] = (4 * byte + 2) as u8;
        byte += 1;
    }
    from
};

/// The factors of a quad in 1/65536: the second one halved, because it is there twice and Pillow's 38,470 fits no 16 bits.
#[cfg(target_arch = "x86_64")]
fn quad_factors(weights: Weights) -> [i32; 4] {
    let [first, second, third] = weights.factors.map(|factor| (factor << (16 - weights.shift)) as i32);
    [first, second / 2, third, second - second / 2]
}

/// Whether the factors of a quad have a high byte of at most 127.
#[cfg(target_arch = "x86_64")]
fn fits_quads(weights: Weights) -> bool {
    quad_factors(weights).iter().all(|factor| *factor < 127 << 8)
}

/// They apart in a high and a low signed byte each: `factor = 256 high + low`.
#[cfg(target_arch = "x86_64")]
fn byte_factors(weights: Weights) -> [i32; 2] {
    let factors = quad_factors(weights);
    let low = factors.map(|factor| factor as i8);
    let high = [0, 1, 2, 3].map(|index| ((factors[index] - i32::from(low[index])) >> 8) as i8);
    [high, low].map(|bytes| i32::from_le_bytes(bytes.map(|byte| byte as u8)))
}

// Sixteen pixels a vector, spread to quads of bytes; the sums of four products of bytes, by the factors' high and low
// bytes, are an instruction each. Half as many instructions as pairs of 16-bit products: 62 instead of 40 GB/s in the
// second-level cache of a Zen 4. The last pixels, where a vector would reach beyond the source, go through a padded copy.
#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    fn gray_avx512(avx512: Avx512, from: &[u8], channels: usize, weights: Weights, to: &mut [u8]) {
        use fearless_simd::{prelude::*, u8x32, u8x64};
        use std::arch::x86_64::*;

        let [high, low] = byte_factors(weights);
        let [high, low] = [_mm512_set1_epi32(high), _mm512_set1_epi32(low)];
        let half = _mm512_set1_epi32(1 << 7);
        let spread = u8x64::simd_from(avx512, QUADS[usize::from(channels == 4)]).into();
        let third_bytes = u8x64::simd_from(avx512, THIRD_BYTES).into();
        let sixteen = |from: &[u8]| {
            let pixels = _mm512_permutexvar_epi8(spread, u8x64::from_slice(avx512, &from[..64]).into());
            let high = _mm512_slli_epi32::<8>(_mm512_dpbusd_epi32(half, pixels, high));
            _mm512_dpbusd_epi32(high, pixels, low)
        };
        let step = 16 * channels;
        let reach = 3 * step + 64;
        let mut done = 0;
        while let (Some(from), Some(to)) =
            (from.get(done * channels..done * channels + reach), to.get_mut(done..done + 64))
        {
            let [a, b] = [sixteen(from), sixteen(&from[step..])];
            let [c, d] = [sixteen(&from[2 * step..]), sixteen(&from[3 * step..])];
            let low: u8x32<_> = _mm512_castsi512_si256(_mm512_permutex2var_epi8(a, third_bytes, b)).simd_into(avx512);
            let high: u8x32<_> = _mm512_castsi512_si256(_mm512_permutex2var_epi8(c, third_bytes, d)).simd_into(avx512);
            low.store_slice(&mut to[..32]);
            high.store_slice(&mut to[32..]);
            done += 64;
        }
        for (from, to) in from[done * channels..].chunks(4 * step).zip(to[done..].chunks_mut(64)) {
            let mut pixels = [0; 4 * 64 + 64];
            let mut gray = [0; 64];
            pixels[..from.len()].copy_from_slice(from);
            gray_avx512(avx512, &pixels, channels, weights, &mut gray);
            let len = to.len().min(from.len() / channels);
            to[..len].copy_from_slice(&gray[..len]);
        }
    }
);

// Eight pixels a vector, spread to the pairs (first, third) and (second, second) of 16-bit numbers; one multiply-add of
// pairs each.
#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    fn gray_avx2(avx2: Avx2, from: &[u8], channels: usize, weights: Weights, to: &mut [u8]) {
        use fearless_simd::{i32x8, prelude::*, u8x16, u8x32};
        use std::arch::x86_64::*;

        let [first, second, third, fourth] = quad_factors(weights);
        let outer_factors = _mm256_set1_epi32(first | third << 16);
        let inner_factors = _mm256_set1_epi32(second | fourth << 16);
        let half = _mm256_set1_epi32(1 << 15);
        // Both lanes pick from pixels of their own. The highest bit of an index stands for a zero.
        let every_other = u8x16::simd_from(avx2, std::array::from_fn(|byte| (byte as u8 % 2) << 7));
        let quads = u8x16::from_slice(avx2, &QUADS[usize::from(channels == 4)][..16]);
        let outer = _mm256_broadcastsi128_si256((quads | every_other).into());
        let inner = _mm_or_si128(_mm_srli_epi16::<8>(quads.into()), every_other.into());
        let inner = _mm256_broadcastsi128_si256(inner);
        let eight = |from: &[u8]| {
            let low: __m128i = u8x16::from_slice(avx2, &from[..16]).into();
            let high: __m128i = u8x16::from_slice(avx2, &from[4 * channels..4 * channels + 16]).into();
            let pixels = _mm256_set_m128i(high, low);
            let outer = _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, outer), outer_factors);
            let inner = _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, inner), inner_factors);
            _mm256_srli_epi32::<16>(_mm256_add_epi32(_mm256_add_epi32(outer, inner), half))
        };
        // Packing works within 128-bit lanes, so it leaves fours of pixels in the order 0, 2, 4, 6, 1, 3, 5, 7.
        let order = i32x8::simd_from(avx2, [0, 4, 1, 5, 2, 6, 3, 7]).into();
        let step = 8 * channels;
        let reach = 3 * step + 32;
        let mut done = 0;
        while let (Some(from), Some(to)) =
            (from.get(done * channels..done * channels + reach), to.get_mut(done..done + 32))
        {
            let [a, b] = [eight(from), eight(&from[step..])];
            let [c, d] = [eight(&from[2 * step..]), eight(&from[3 * step..])];
            let packed = _mm256_packus_epi16(_mm256_packus_epi32(a, b), _mm256_packus_epi32(c, d));
            let gray: u8x32<_> = _mm256_permutevar8x32_epi32(packed, order).simd_into(avx2);
            gray.store_slice(to);
            done += 32;
        }
        for (from, to) in from[done * channels..].chunks(4 * step).zip(to[done..].chunks_mut(32)) {
            let mut pixels = [0; 4 * 32 + 32];
            let mut gray = [0; 32];
            pixels[..from.len()].copy_from_slice(from);
            gray_avx2(avx2, &pixels, channels, weights, &mut gray);
            let len = to.len().min(from.len() / channels);
            to[..len].copy_from_slice(&gray[..len]);
        }
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;

    const BT601: Weights = Weights { factors: [9_798, 19_235, 3_735], shift: 15 };
    const BT709_BGR: Weights = Weights { factors: [2_366, 23_436, 6_966], shift: 15 };
    const PILLOW: Weights = Weights { factors: [19_595, 38_470, 7_471], shift: 16 };

    fn levels() -> impl Iterator<Item = Level> {
        SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level)))
    }

    /// The same in a width that nothing overflows.
    fn expected(pixel: [u64; 3], weights: Weights) -> u64 {
        let sum: u64 = pixel.iter().zip(weights.factors).map(|(sample, factor)| sample * u64::from(factor)).sum();
        (sum + (1 << weights.shift) / 2) / (1 << weights.shift)
    }

    fn noise(len: usize) -> impl Iterator<Item = u32> {
        let mut state = 12_345_u32;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        })
        .take(len)
    }

    #[test]
    fn all_colors_are_the_formula_at_every_level() {
        let mut colors = Vec::with_capacity(3 << 16);
        let mut gray = vec![0; 1 << 16];
        for red in 0..=255_u8 {
            colors.clear();
            colors.extend((0..=u16::MAX).flat_map(|rest| [red, (rest >> 8) as u8, rest as u8]));
            for weights in [BT601, PILLOW] {
                for level in levels() {
                    gray.fill(1);
                    gray_u8(level, &colors, 3, weights, &mut gray);
                    for (color, gray) in colors.chunks_exact(3).zip(&gray) {
                        let color = [color[0], color[1], color[2]];
                        let [a, b, c] = color.map(u32::from);
                        let [first, second, third] = weights.factors;
                        let sum = a * first + b * second + c * third + (1 << weights.shift) / 2;
                        assert_eq!(u32::from(*gray), sum >> weights.shift, "{level:?}, {color:?}, {weights:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_length_and_alignment_equals_the_formula() {
        let bytes: Vec<u8> = noise(4 * 300).map(|value| value as u8).collect();
        let words: Vec<u16> =
            noise(4 * 300).map(|value| if value % 5 == 0 { u16::MAX } else { value as u16 }).collect();
        for (level, channels) in levels().flat_map(|level| [(level, 3), (level, 4)]) {
            for (weights, len) in [BT601, BT709_BGR, PILLOW].into_iter().flat_map(|w| (0..200).map(move |len| (w, len)))
            {
                let offset = len % 7;
                let from = &bytes[offset..offset + len * channels];
                let mut to = vec![7; len + 9];
                gray_u8(level, from, channels, weights, &mut to[offset..offset + len]);
                let formula = |pixel: &[u8]| expected([pixel[0], pixel[1], pixel[2]].map(u64::from), weights) as u8;
                assert!(from.chunks_exact(channels).map(formula).eq(to[offset..offset + len].iter().copied()));
                assert!(to[..offset].iter().chain(&to[offset + len..]).all(|untouched| *untouched == 7));

                let from = &words[offset..offset + len * channels];
                let mut to = vec![7; len];
                gray_u16(level, from, channels, weights, &mut to);
                let formula = |pixel: &[u16]| expected([pixel[0], pixel[1], pixel[2]].map(u64::from), weights) as u16;
                assert!(
                    from.chunks_exact(channels).map(formula).eq(to),
                    "{level:?}, {channels} channels, {len} pixels"
                );
            }
        }
    }

    #[test]
    fn factors_that_fit_no_16_bit_number_are_right_too() {
        let weights = Weights { factors: [65_536, 0, 0], shift: 16 };
        let from: Vec<u8> = noise(300).map(|value| value as u8).collect();
        for level in levels() {
            let mut to = vec![0; 100];
            gray_u8(level, &from, 3, weights, &mut to);
            assert!(from.chunks_exact(3).map(|pixel| pixel[0]).eq(to));
        }
    }

    #[test]
    fn floats_are_added_from_red_to_blue_whatever_their_order() {
        let samples: Vec<f32> = noise(4 * 200)
            .map(|value| match value % 19 {
                0 => f32::NAN,
                1 => f32::NEG_INFINITY,
                _ => (value as f32 - 8e6) * 1e-5,
            })
            .collect();
        for (level, channels) in levels().flat_map(|level| [(level, 3), (level, 4)]) {
            for len in 0..200 {
                for blue_first in [false, true] {
                    let rgb = [0.299_f32, 0.587, 0.114];
                    let factors = if blue_first { [rgb[2], rgb[1], rgb[0]] } else { rgb };
                    let mut to = vec![9.0; len];
                    gray_f32(
                        level,
                        &samples[..len * channels],
                        channels,
                        FloatWeights { factors, blue_first },
                        &mut to,
                    );
                    for (pixel, gray) in samples.chunks_exact(channels).zip(to) {
                        let [red, blue] = if blue_first { [pixel[2], pixel[0]] } else { [pixel[0], pixel[2]] };
                        let [red, green, blue] = [red * rgb[0], pixel[1] * rgb[1], blue * rgb[2]];
                        let expected = (red + green) + blue;
                        assert!(gray.to_bits() == expected.to_bits() || gray.is_nan() && expected.is_nan());
                    }
                }
            }
        }
    }
}
