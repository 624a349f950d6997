//! The nearest points found so far, as a sorted list in vector registers.
//!
//! A candidate is one positive, finite, normal `f64`: the bits of its squared distance above those of its input index.
//! Such numbers compare like pairs, by distance, then by index, so one `min` and one `max` order distances and ties at
//! once, on every level alike.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, f64x8, u32x16};

/// Lanes of one register of the list.
pub(super) const REGISTER: usize = 8;

/// Added to the bits of every distance. Without it a distance of zero would make a denormal, which a host that flushes
/// denormals would lose; with it infinity is still a finite number.
pub(super) const BIAS: u32 = 0x0010_0000;

/// What an empty place holds: an infinite distance and no index. Points past the end of a cloud make the same number.
pub(super) const EMPTY: f64 = key(f32::INFINITY, u32::MAX);

/// A list at rest.
pub(super) type List<const B: usize> = [[f64; REGISTER]; B];

/// One candidate.
pub(super) const fn key(squared_distance: f32, index: u32) -> f64 {
    f64::from_bits((squared_distance.to_bits() + BIAS) as u64 * (1 << 32) + index as u64)
}

/// The squared distance of a candidate.
#[inline(always)]
pub(super) fn squared_distance(key: f64) -> f32 {
    f32::from_bits((key.to_bits() >> 32) as u32 - BIAS)
}

/// The input index of a candidate.
#[inline(always)]
pub(super) fn index(key: f64) -> u32 {
    key.to_bits() as u32
}

/// The candidates of a whole leaf, in its order.
#[inline(always)]
pub(super) fn keys<S: Simd>(squared_distances: f32x16<S>, indices: u32x16<S>) -> [f64x8<S>; 2] {
    let upper = squared_distances.to_bits() + BIAS;
    let (low, high) = indices.interleave(upper);
    [low.bitcast(), high.bitcast()]
}

/// Sorted list of the `8 * B` smallest candidates.
#[derive(Clone, Copy)]
pub(super) struct TopK<S: Simd, const B: usize>([f64x8<S>; B]);

impl<S: Simd, const B: usize> TopK<S, B> {
    #[inline(always)]
    pub(super) fn load(simd: S, list: &List<B>) -> Self {
        let mut registers = [f64x8::splat(simd, 0.0); B];
        for (register, from) in registers.iter_mut().zip(list) {
            *register = f64x8::load_array_ref(simd, from);
        }
        Self(registers)
    }

    #[inline(always)]
    pub(super) fn store(self, list: &mut List<B>) {
        for (register, place) in self.0.iter().zip(list) {
            register.store_array(place);
        }
    }

    /// Puts a candidate in its place; the largest drops out.
    #[inline(always)]
    pub(super) fn insert(&mut self, simd: S, candidate: f64) {
        let candidate = f64x8::splat(simd, candidate);
        // Each place takes the candidate if that lies between it and the place before, which `shifted` holds.
        let mut before = f64x8::splat(simd, 0.0);
        for register in &mut self.0 {
            let shifted = before.slide::<{ REGISTER - 1 }>(*register);
            before = *register;
            *register = shifted.max(register.min(candidate));
        }
    }
}

/// As [`TopK::insert`], for a list too long for registers.
#[inline(always)]
pub(super) fn insert_in_memory<S: Simd>(simd: S, list: &mut [[f64; REGISTER]], candidate: f64) {
    // Registers whose largest is smaller stay as they are.
    let first = list.partition_point(|register| register[REGISTER - 1] < candidate);
    let mut before = f64x8::splat(simd, 0.0);
    if let Some(last) = first.checked_sub(1) {
        before = f64x8::load_array_ref(simd, &list[last]);
    }
    let candidate = f64x8::splat(simd, candidate);
    for place in &mut list[first..] {
        let register = f64x8::load_array_ref(simd, place);
        before.slide::<{ REGISTER - 1 }>(register).max(register.min(candidate)).store_array(place);
        before = register;
    }
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;
    use crate::cpu::SimdLevel;
    use crate::points::samples::Random;

    #[test]
    fn keys_order_by_distance_then_index_and_give_both_back() {
        let pairs =
            [(0.0, 0), (0.0, 1), (0.0, u32::MAX - 1), (1e-45, 0), (1.0, 7), (f32::MAX, 3), (f32::INFINITY, u32::MAX)];
        for pair in pairs {
            let key = key(pair.0, pair.1);
            assert!(key.is_normal() && key > 0.0, "{pair:?}");
            assert_eq!((squared_distance(key), index(key)), pair);
        }
        assert!(pairs.windows(2).all(|pair| key(pair[0].0, pair[0].1) < key(pair[1].0, pair[1].1)));
    }

    fn smallest<const B: usize>(level: Level, candidates: &[f64]) -> Vec<f64> {
        #[inline(always)]
        fn body<S: Simd, const B: usize>(simd: S, candidates: &[f64]) -> Vec<f64> {
            let mut list = [[EMPTY; REGISTER]; B];
            let mut top = TopK::load(simd, &list);
            for candidate in candidates {
                top.insert(simd, *candidate);
            }
            top.store(&mut list);
            list.concat()
        }
        dispatch!(level, simd => body::<_, B>(simd, candidates))
    }

    #[test]
    fn lists_hold_the_smallest_in_order() {
        let mut random = Random::new(3);
        for level in SimdLevel::available() {
            for count in [0, 1, 7, 8, 9, 31, 32, 33, 100] {
                let candidates: Vec<_> = (0..count).map(|index| key(random.whole(20), index)).collect();
                let mut expected = candidates.clone();
                expected.resize(candidates.len() + 32, EMPTY);
                expected.sort_by(f64::total_cmp);
                let capped = SimdLevel::capped(Some(level));
                assert_eq!(smallest::<1>(capped, &candidates), expected[..8], "{level}, {count}");
                assert_eq!(smallest::<2>(capped, &candidates), expected[..16], "{level}, {count}");
                assert_eq!(smallest::<3>(capped, &candidates), expected[..24], "{level}, {count}");
                assert_eq!(smallest::<4>(capped, &candidates), expected[..32], "{level}, {count}");
            }
        }
    }
}
