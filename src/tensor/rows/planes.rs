//! Interleaved pixels to planes of numbers.

use bytemuck::Pod;
use fearless_simd::{Level, Simd, dispatch};
use half::f16;

use super::half_floats::to_f16;
use crate::cpu::stream;

/// What one plane is made of: `(x - shift) * scale + offset` of a channel, rounded after each of the three.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PlaneRule {
    /// Which sample of a pixel.
    pub(crate) channel: usize,
    /// Subtracted first.
    pub(crate) shift: f32,
    /// Multiplied by.
    pub(crate) scale: f32,
    /// Added last.
    pub(crate) offset: f32,
}

/// Writes a plane for each rule from interleaved samples of 1, 3 or 4 channels. Each plane of `to` has one number a
/// pixel. `streaming` writes past the caches, which pays once all planes together are larger than those.
///
/// A NaN comes out as some NaN in `f32` planes, and as one of the same payload in `f16`.
pub(crate) fn planes<T: PlaneSample, O: PlaneNumber>(
    level: Level,
    from: &[T],
    channels: usize,
    rules: &[PlaneRule],
    to: &mut [&mut [O]],
    streaming: bool,
) {
    assert!(rules.iter().all(|rule| rule.channel < channels), "a plane takes one of the {channels} channels");
    assert!(matches!(channels, 1 | 3 | 4), "{channels} channels are not 1, 3 or 4");
    assert_eq!(rules.len(), to.len(), "there is a rule for each plane");
    assert!(to.iter().all(|plane| plane.len() * channels == from.len()), "a plane has a number for each pixel");
    stream::fill(level, streaming, to, |plane, range, to| {
        O::make(level, to, |start, to| {
            T::plane(level, &from[(range.start + start) * channels..], channels, &rules[plane], to);
        });
    });
}

/// What planes are made of: `f32` or `f16`.
pub(crate) trait PlaneNumber: Pod {
    /// Fills `to`; `plane(start, numbers)` gives the `f32` numbers from `start` on.
    fn make(level: Level, to: &mut [Self], plane: impl FnMut(usize, &mut [f32]));
}

impl PlaneNumber for f32 {
    #[inline(always)]
    fn make(_: Level, to: &mut [Self], mut plane: impl FnMut(usize, &mut [f32])) {
        plane(0, to);
    }
}

impl PlaneNumber for f16 {
    fn make(level: Level, to: &mut [Self], mut plane: impl FnMut(usize, &mut [f32])) {
        let mut numbers = [0.0; 512];
        for (index, to) in to.chunks_mut(numbers.len()).enumerate() {
            let numbers = &mut numbers[..to.len()];
            plane(index * 512, numbers);
            to_f16(level, numbers, to);
        }
    }
}

/// A sample of a pixel.
pub(crate) trait PlaneSample: Pod {
    /// Exact in `f32`.
    fn number(self) -> f32;

    /// One channel of `from`, by its rule, until `to` is full. Pixels beyond that let whole vectors be loaded.
    fn plane(level: Level, from: &[Self], channels: usize, rule: &PlaneRule, to: &mut [f32]) {
        one_plane(level, from, channels, rule, to);
    }
}

impl PlaneSample for u8 {
    #[inline(always)]
    fn number(self) -> f32 {
        f32::from(self)
    }

    fn plane(level: Level, from: &[Self], channels: usize, rule: &PlaneRule, to: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        match level {
            Level::Avx512(token) if channels > 1 => return plane_avx512(token, from, channels, rule, to),
            Level::Avx2(token) if channels > 1 => return plane_avx2(token, from, channels, rule, to),
            _ => {}
        }
        one_plane(level, from, channels, rule, to);
    }
}

impl PlaneSample for u16 {
    #[inline(always)]
    fn number(self) -> f32 {
        f32::from(self)
    }
}

impl PlaneSample for f32 {
    #[inline(always)]
    fn number(self) -> f32 {
        self
    }

    fn plane(level: Level, from: &[Self], channels: usize, rule: &PlaneRule, to: &mut [f32]) {
        // What the compiler makes of the loop for AVX-512 takes twice as long.
        #[cfg(target_arch = "x86_64")]
        let level = level.as_avx2().map_or(level, |token| token.level());
        one_plane(level, from, channels, rule, to);
    }
}

fn one_plane<T: PlaneSample>(level: Level, from: &[T], channels: usize, rule: &PlaneRule, to: &mut [f32]) {
    match channels {
        1 => dispatch!(level, simd => plane_row::<_, T, 1>(simd, from, rule, to)),
        3 => dispatch!(level, simd => plane_row::<_, T, 3>(simd, from, rule, to)),
        _ => dispatch!(level, simd => plane_row::<_, T, 4>(simd, from, rule, to)),
    }
}

/// Every SIMD level compiles this loop and must equal the plain one: multiplied, then added, never fused.
#[inline(always)]
fn plane_row<S: Simd, T: PlaneSample, const N: usize>(_: S, from: &[T], rule: &PlaneRule, to: &mut [f32]) {
    let PlaneRule { channel, shift, scale, offset } = *rule;
    let (pixels, _) = from.as_chunks::<N>();
    for (pixel, to) in pixels.iter().zip(to) {
        *to = (pixel[channel].number() - shift) * scale + offset;
    }
}

/// Where the first samples of sixteen pixels are, one in four bytes, for 3 and 4 channels. The highest bit stands for a
/// zero, also after a channel's number is added.
#[cfg(target_arch = "x86_64")]
const FIRST_SAMPLES: [[u8; 64]; 2] = [first_samples(3), first_samples(4)];

#[cfg(target_arch = "x86_64")]
const fn first_samples(channels: usize) -> [u8; 64] {
    let mut from = [0x80; 64];
    let mut pixel = 0;
    while pixel < 16 {
        from[4 * pixel] = (pixel * channels) as u8;
        pixel += 1;
    }
    from
}

// Sixteen pixels a vector: one shuffle both picks the channel and spreads it to 32-bit numbers. The last pixels, where
// a vector would reach beyond the source, go through a padded copy.
#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    fn plane_avx512(avx512: Avx512, from: &[u8], channels: usize, rule: &PlaneRule, to: &mut [f32]) {
        use fearless_simd::{f32x16, prelude::*, u8x64};
        use std::arch::x86_64::*;

        let first = u8x64::simd_from(avx512, FIRST_SAMPLES[usize::from(channels == 4)]);
        let picked = (first + u8x64::splat(avx512, rule.channel as u8)).into();
        let shift = f32x16::splat(avx512, rule.shift);
        let scale = f32x16::splat(avx512, rule.scale);
        let offset = f32x16::splat(avx512, rule.offset);
        let sixteen = |from: &[u8], to: &mut [f32]| {
            let pixels = u8x64::from_slice(avx512, &from[..64]).into();
            let values = _mm512_maskz_permutexvar_epi8(0x1111_1111_1111_1111, picked, pixels);
            let numbers: f32x16<_> = _mm512_cvtepi32_ps(values).simd_into(avx512);
            ((numbers - shift) * scale + offset).store_slice(to);
        };
        let step = 16 * channels;
        let reach = 3 * step + 64;
        let mut done = 0;
        while let (Some(from), Some(to)) =
            (from.get(done * channels..done * channels + reach), to.get_mut(done..done + 64))
        {
            sixteen(from, &mut to[..16]);
            sixteen(&from[step..], &mut to[16..32]);
            sixteen(&from[2 * step..], &mut to[32..48]);
            sixteen(&from[3 * step..], &mut to[48..64]);
            done += 64;
        }
        for (from, to) in from[done * channels..].chunks(4 * step).zip(to[done..].chunks_mut(64)) {
            let mut pixels = [0; 4 * 64 + 64];
            let mut numbers = [0.0; 64];
            pixels[..from.len()].copy_from_slice(from);
            plane_avx512(avx512, &pixels, channels, rule, &mut numbers);
            to.copy_from_slice(&numbers[..to.len()]);
        }
    }
);

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    fn plane_avx2(avx2: Avx2, from: &[u8], channels: usize, rule: &PlaneRule, to: &mut [f32]) {
        use fearless_simd::{f32x8, prelude::*, u8x16};
        use std::arch::x86_64::*;

        let first = u8x16::from_slice(avx2, &FIRST_SAMPLES[usize::from(channels == 4)][..16]);
        let picked = _mm256_broadcastsi128_si256((first + u8x16::splat(avx2, rule.channel as u8)).into());
        let shift = f32x8::splat(avx2, rule.shift);
        let scale = f32x8::splat(avx2, rule.scale);
        let offset = f32x8::splat(avx2, rule.offset);
        let eight = |from: &[u8], to: &mut [f32]| {
            let low: __m128i = u8x16::from_slice(avx2, &from[..16]).into();
            let high: __m128i = u8x16::from_slice(avx2, &from[4 * channels..4 * channels + 16]).into();
            let values = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), picked);
            let numbers: f32x8<_> = _mm256_cvtepi32_ps(values).simd_into(avx2);
            ((numbers - shift) * scale + offset).store_slice(to);
        };
        let step = 8 * channels;
        let reach = 3 * step + 32;
        let mut done = 0;
        while let (Some(from), Some(to)) =
            (from.get(done * channels..done * channels + reach), to.get_mut(done..done + 32))
        {
            eight(from, &mut to[..8]);
            eight(&from[step..], &mut to[8..16]);
            eight(&from[2 * step..], &mut to[16..24]);
            eight(&from[3 * step..], &mut to[24..32]);
            done += 32;
        }
        for (from, to) in from[done * channels..].chunks(4 * step).zip(to[done..].chunks_mut(32)) {
            let mut pixels = [0; 4 * 32 + 32];
            let mut numbers = [0.0; 32];
            pixels[..from.len()].copy_from_slice(from);
            plane_avx2(avx2, &pixels, channels, rule, &mut numbers);
            to.copy_from_slice(&numbers[..to.len()]);
        }
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;

    fn levels() -> impl Iterator<Item = Level> {
        SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level)))
    }

    const RULES: [PlaneRule; 4] = [
        PlaneRule { channel: 0, shift: 0.0, scale: 0.017, offset: -2.1 },
        PlaneRule { channel: 2, shift: 3.5, scale: -1e-3, offset: 0.3 },
        PlaneRule { channel: 1, shift: -7.0, scale: 1e30, offset: 1e37 },
        PlaneRule { channel: 3, shift: 1.0, scale: 0.0, offset: -0.0 },
    ];

    /// The formula on its own, each operation rounded by itself.
    fn expected(sample: f32, rule: &PlaneRule) -> f32 {
        let moved = std::hint::black_box(sample - rule.shift);
        let scaled = std::hint::black_box(moved * rule.scale);
        scaled + rule.offset
    }

    fn check<T: PlaneSample>(samples: &[T]) {
        let cases = [(1, &[0, 0][..]), (3, &[2, 1, 0]), (3, &[1]), (4, &[0, 1, 2, 3]), (4, &[3, 0])];
        for (level, (channels, picked)) in levels().flat_map(|level| cases.map(|case| (level, case))) {
            let rules: Vec<_> =
                picked.iter().map(|channel| PlaneRule { channel: *channel, ..RULES[*channel] }).collect();
            for (len, streaming) in (0..200).chain([4_000]).flat_map(|len| [(len, false), (len, true)]) {
                let offset = len % 5;
                let from = &samples[offset..offset + len * channels];
                let mut numbers = vec![vec![-7.0_f32; len + 20]; rules.len()];
                let mut halves = vec![vec![f16::MAX; len + 20]; rules.len()];
                let start = |plane: usize| offset + 3 * plane;
                let mut to: Vec<_> =
                    numbers.iter_mut().enumerate().map(|(plane, to)| &mut to[start(plane)..][..len]).collect();
                planes(level, from, channels, &rules, &mut to, streaming);
                let mut to: Vec<_> =
                    halves.iter_mut().enumerate().map(|(plane, to)| &mut to[start(plane)..][..len]).collect();
                planes(level, from, channels, &rules, &mut to, streaming);
                for (plane, rule) in rules.iter().enumerate() {
                    for pixel in 0..len {
                        let expected = expected(from[pixel * channels + rule.channel].number(), rule);
                        let got = numbers[plane][start(plane) + pixel];
                        let case =
                            format!("{level:?}, {channels} channels, plane {plane}, {pixel} of {len}, {streaming}");
                        assert!(
                            got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan(),
                            "{case}: {got}"
                        );
                        let got = halves[plane][start(plane) + pixel];
                        let expected = f16::from_f32_const(expected);
                        assert!(
                            got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan(),
                            "{case}: {got}"
                        );
                    }
                    let untouched = |index: &usize| !(start(plane)..start(plane) + len).contains(index);
                    assert!((0..len + 20).filter(untouched).all(|index| numbers[plane][index] == -7.0));
                    assert!((0..len + 20).filter(untouched).all(|index| halves[plane][index] == f16::MAX));
                }
            }
        }
    }

    #[test]
    fn planes_of_every_sample_are_the_formula_bit_for_bit() {
        let mix = |index: u32| (index.wrapping_mul(2_654_435_761) >> 7) ^ index;
        check(&(0..16_100).map(|index| mix(index) as u8).collect::<Vec<_>>());
        check(&(0..16_100).map(|index| mix(index) as u16).collect::<Vec<_>>());
        let special = [0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE / 8.0];
        let float = |index: u32| match index % 11 {
            0 => special[index as usize / 11 % special.len()],
            _ => (mix(index) as f32 - 1.5e7) * 3e-6,
        };
        check(&(0..16_100).map(float).collect::<Vec<_>>());
    }

    #[test]
    #[should_panic(expected = "a plane takes one of the 3 channels")]
    fn a_channel_that_is_not_there_is_refused() {
        planes(Level::fallback(), &[0_u8; 3], 3, &[RULES[3]], &mut [&mut [0.0_f32][..]], false);
    }
}
