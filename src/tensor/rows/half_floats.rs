//! Numbers to half precision, rounded half to even, the same bits at every level.

use fearless_simd::{Level, Simd, dispatch};
use half::f16;

/// `from` rounded to the nearest of `to`, ties to even; beyond 65,520 infinite. A NaN keeps its sign and the first ten
/// bits of its payload and becomes a quiet one, as in hardware.
pub(crate) fn to_f16(level: Level, from: &[f32], to: &mut [f16]) {
    #[cfg(target_arch = "x86_64")]
    match level {
        Level::Avx512(token) => return to_f16_avx512(token, from, to),
        Level::Avx2(token) => return to_f16_avx2(token, from, to),
        _ => {}
    }
    dispatch!(level, simd => f16_row(simd, from, to));
}

/// Every level without an instruction for it compiles this loop.
#[inline(always)]
fn f16_row<S: Simd>(_: S, from: &[f32], to: &mut [f16]) {
    for (from, to) in from.iter().zip(to) {
        *to = f16::from_bits(bits(*from));
    }
}

#[inline(always)]
fn bits(value: f32) -> u16 {
    let sign = value.to_bits() >> 16 & 0x8000;
    let magnitude = value.to_bits() & 0x7fff_ffff;
    // Half's step below 2^-14 is 2^-24, which is that of f32 from 0.5 on: adding 0.5 rounds as wanted.
    let subnormal = (f32::from_bits(magnitude) + 0.5).to_bits().wrapping_sub(0.5_f32.to_bits());
    let odd = magnitude >> 13 & 1;
    let normal = magnitude.wrapping_sub(112 << 23).wrapping_add(0xfff + odd) >> 13;
    let nan = 0x7e00 | (magnitude >> 13 & 0x3ff);
    let finite = if magnitude < 113 << 23 { subnormal } else { normal };
    let number = if magnitude >= 143 << 23 { 0x7c00 } else { finite };
    let result = if magnitude > 255 << 23 { nan } else { number };
    (sign | result) as u16
}

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    fn to_f16_avx512(avx512: Avx512, from: &[f32], to: &mut [f16]) {
        use fearless_simd::{f32x16, prelude::*, u16x16};
        use std::arch::x86_64::*;

        let (blocks, rest) = from.as_chunks::<16>();
        let (whole, last) = to.split_at_mut(blocks.len() * 16);
        for (from, to) in blocks.iter().zip(bytemuck::cast_slice_mut::<f16, u16>(whole).as_chunks_mut::<16>().0) {
            let numbers = f32x16::simd_from(avx512, *from).into();
            let halves = _mm512_cvtps_ph::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(numbers);
            let halves: u16x16<_> = halves.simd_into(avx512);
            halves.store_slice(to);
        }
        f16_row(avx512, rest, last);
    }
);

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    fn to_f16_avx2(avx2: Avx2, from: &[f32], to: &mut [f16]) {
        use fearless_simd::{f32x8, prelude::*, u16x8};
        use std::arch::x86_64::*;

        let (blocks, rest) = from.as_chunks::<8>();
        let (whole, last) = to.split_at_mut(blocks.len() * 8);
        for (from, to) in blocks.iter().zip(bytemuck::cast_slice_mut::<f16, u16>(whole).as_chunks_mut::<8>().0) {
            let numbers = f32x8::simd_from(avx2, *from).into();
            let halves: u16x8<_> = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(numbers).simd_into(avx2);
            halves.store_slice(to);
        }
        f16_row(avx2, rest, last);
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;

    #[test]
    fn every_kind_of_number_is_rounded_as_by_the_half_crate_at_every_level() {
        // All exponents, signs and upper bits with every pattern of the lower ones that decides a rounding.
        let lower = [0_u32, 1, 0x7ff, 0x800, 0xfff, 0x1000, 0x1001, 0x1fff];
        let values: Vec<_> = (0..1_u32 << 19).map(|upper| upper << 13).collect();
        let mut to = vec![f16::ZERO; values.len()];
        for lower in lower {
            let from: Vec<_> = values.iter().map(|upper| f32::from_bits(upper | lower)).collect();
            for level in SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level))) {
                to_f16(level, &from, &mut to);
                for (from, to) in from.iter().zip(&to) {
                    let expected = f16::from_f32_const(*from);
                    assert_eq!(to.to_bits(), expected.to_bits(), "{level:?}: {from} ({:x})", from.to_bits());
                }
            }
        }
    }

    #[test]
    fn every_length_is_converted_whole() {
        for level in SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level))) {
            for len in 0..70 {
                let from: Vec<_> = (0..len + 1).map(|index| index as f32 + 0.25).collect();
                let mut to = vec![f16::NAN; len + 1];
                to_f16(level, &from[1..], &mut to[..len]);
                assert!(from[1..].iter().map(|value| f16::from_f32_const(*value)).eq(to[..len].iter().copied()));
                assert!(to[len].is_nan());
            }
        }
    }
}
