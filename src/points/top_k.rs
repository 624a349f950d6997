//! The nearest points found so far, as a sorted list in vector registers.
//!
//! A candidate is one positive, finite, normal `f64`: the bits of its squared distance above those of its input index.
//! Such numbers compare like pairs, by distance, then by index, so one `min` and one `max` order distances and ties at
//! once, on every level alike.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, f64x8, u32x16, u64x8};

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
        for register in 0..B {
            self.0[register].store_array(&mut list[register]);
        }
    }

    /// Puts a candidate in its place; the largest drops out.
    ///
    /// Sorting a leaf's candidates in registers and merging them, where more than six pass, was 5 % faster on AVX-512
    /// and 10 % slower on AVX2 (k = 16, airborne LiDAR, a Zen 4 server), so one by one it is for all.
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

    /// Takes sixteen candidates at once; the largest of all drop out. Any of them may be [`EMPTY`].
    #[inline(always)]
    pub(super) fn merge(&mut self, simd: S, candidates: [f64x8<S>; 2]) {
        let candidates = sorted_descending(simd, candidates);
        // The lists are padded to a power of two. The smaller of an ascending and a descending list, place by place, are
        // the smallest of both, in an order that a bitonic merge sorts.
        let padded = B.next_power_of_two().max(2);
        let mut all = [f64x8::splat(simd, EMPTY); PADDED];
        all[..B].copy_from_slice(&self.0);
        if B == 1 {
            all[0] = all[0].min(candidates[1]);
        } else {
            all[padded - 2] = all[padded - 2].min(candidates[0]);
            all[padded - 1] = all[padded - 1].min(candidates[1]);
        }
        let half = padded / 2;
        for _ in 0..(padded * REGISTER).ilog2() {
            let halves = all;
            for place in 0..half {
                let (low, high) = compare(halves[place], halves[place + half]).interleaved();
                all[2 * place] = low;
                all[2 * place + 1] = high;
            }
        }
        self.0.copy_from_slice(&all[..B]);
    }
}

/// Registers of the longest list, a power of two.
const PADDED: usize = super::walk::MAX_NEIGHBORS.div_ceil(REGISTER).next_power_of_two();

/// Two registers of which each lane of the first is at most the same lane of the second.
struct Ordered<S: Simd>(f64x8<S>, f64x8<S>);

/// Compares lane by lane.
#[inline(always)]
fn compare<S: Simd>(a: f64x8<S>, b: f64x8<S>) -> Ordered<S> {
    Ordered(a.min(b), a.max(b))
}

impl<S: Simd> Ordered<S> {
    #[inline(always)]
    fn interleaved(self) -> (f64x8<S>, f64x8<S>) {
        self.0.interleave(self.1)
    }

    #[inline(always)]
    fn deinterleaved(self) -> (f64x8<S>, f64x8<S>) {
        self.0.deinterleave(self.1)
    }
}

/// Sixteen candidates, largest first: a bitonic sort (K. Batcher, 1968) whose elements move by perfect shuffles (H. Stone,
/// 1971), so that partners always lie in the same lane of the two registers. Lanes that are to come out the other way
/// round are negated for the while, which takes no masked moves.
#[inline(always)]
fn sorted_descending<S: Simd>(simd: S, [a, b]: [f64x8<S>; 2]) -> [f64x8<S>; 2] {
    let (a, b) = (negated(simd, a, 0b1010_1010), negated(simd, b, 0b1010_1010));
    let pair = compare(a, b);
    let pair = Ordered(negated(simd, pair.0, 0b0110_0110), negated(simd, pair.1, 0b0110_0110));
    let (a, b) = pair.deinterleaved();
    let (a, b) = compare(a, b).interleaved();
    let pair = compare(a, b);
    let pair = Ordered(negated(simd, pair.0, 0b0011_1100), negated(simd, pair.1, 0b0011_1100));
    let (a, b) = pair.deinterleaved();
    let (a, b) = a.deinterleave(b);
    let (a, b) = compare(a, b).interleaved();
    let (a, b) = compare(a, b).interleaved();
    let pair = compare(a, b);
    let pair = Ordered(negated(simd, pair.0, 0b0000_1111), negated(simd, pair.1, 0b0000_1111));
    let (a, b) = pair.interleaved();
    let (a, b) = compare(a, b).interleaved();
    let (a, b) = compare(a, b).interleaved();
    let (a, b) = compare(a, b).interleaved();
    let (a, b) = compare(a, b).interleaved();
    [negated(simd, a, 0b1111_1111), negated(simd, b, 0b1111_1111)]
}

/// The lanes whose bits are set, with the other sign.
#[inline(always)]
fn negated<S: Simd>(simd: S, values: f64x8<S>, lanes: u8) -> f64x8<S> {
    let mut signs = [0; REGISTER];
    for (lane, sign) in signs.iter_mut().enumerate() {
        *sign = u64::from(lanes >> lane & 1) << 63;
    }
    f64x8::from_bits(values.to_bits() ^ u64x8::simd_from(simd, signs))
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

    /// The list after inserting candidates one by one, and after merging them by sixteens.
    fn smallest<const B: usize>(level: Level, candidates: &[f64]) -> [Vec<f64>; 2] {
        #[inline(always)]
        fn body<S: Simd, const B: usize>(simd: S, candidates: &[f64]) -> [Vec<f64>; 2] {
            let mut list = [[EMPTY; REGISTER]; B];
            let mut inserted = TopK::load(simd, &list);
            let mut merged = inserted;
            for sixteen in candidates.chunks(2 * REGISTER) {
                let mut padded = [EMPTY; 2 * REGISTER];
                padded[..sixteen.len()].copy_from_slice(sixteen);
                let (low, high) = padded.split_at(REGISTER);
                merged.merge(simd, [f64x8::from_slice(simd, low), f64x8::from_slice(simd, high)]);
                for candidate in sixteen {
                    inserted.insert(simd, *candidate);
                }
            }
            inserted.store(&mut list);
            let inserted = list.concat();
            merged.store(&mut list);
            [inserted, list.concat()]
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
                assert_eq!(smallest::<1>(capped, &candidates), [&expected[..8]; 2], "{level}, {count}");
                assert_eq!(smallest::<2>(capped, &candidates), [&expected[..16]; 2], "{level}, {count}");
                assert_eq!(smallest::<3>(capped, &candidates), [&expected[..24]; 2], "{level}, {count}");
                assert_eq!(smallest::<4>(capped, &candidates), [&expected[..32]; 2], "{level}, {count}");
            }
        }
    }
}
