//! Moments of neighbours that come in no particular order: sums of whole numbers, which are the same in any order.
//!
//! Offsets from the point are rounded to whole steps, of which the radius, or the whole cloud where that is smaller, holds
//! between 2^20 and 2^21, a power of two of
//! the unit, so that where coordinates are whole numbers and the radius below 2^21 of them nothing is lost. Products then
//! have 42 bits, and the sums of 2^21 of them are exact in 64. Chunks, tiles and devices visit neighbours in different
//! orders, and all get the same bits. Twin: `shaders/points/features/fixed_point.wgsl`.

use super::moments::Moments;
use crate::points::radius::Hits;
use crate::points::tree::{LEAF, Leaf};

/// Bits of the steps that a radius holds.
const BITS: i32 = 21;
/// More neighbours than this overflow the sums.
pub(super) const MOST_NEIGHBORS: u32 = 1 << 21;
/// Added and taken away, it rounds to whole numbers, ties to even: above 2^23 an `f32` has no fraction.
const ROUNDING: f32 = 12_582_912.0;

/// The step for a squared radius, a power of two.
pub(in crate::points) fn step(squared_radius: f32) -> f32 {
    // The exponent of the radius, rounded up: 2^e > radius.
    let exponent = (squared_radius.sqrt().to_bits() >> 23) as i32 - 127 + 1;
    // Kept among the normal numbers, whose reciprocals are normal too.
    f32::from_bits((((exponent - BITS).clamp(-126, 126) + 127) as u32) << 23)
}

/// Sums over the neighbours of sixteen queries.
pub(super) struct Sums {
    /// Steps a local unit.
    steps: f32,
    lanes: [Sum; LEAF],
}

#[derive(Clone, Copy)]
struct Sum {
    count: u32,
    offsets: [i64; 3],
    /// xx, xy, xz, yy, yz, zz.
    products: [i64; 6],
    reach: f32,
    heights: [f32; 2],
}

const NOTHING: Sum = Sum { count: 0, offsets: [0; 3], products: [0; 6], reach: 0.0, heights: [0.0; 2] };

impl Sums {
    pub(super) fn new(step: f32) -> Self {
        Self { steps: 1.0 / step, lanes: [NOTHING; LEAF] }
    }

    /// Moments of the neighbours so far; the sums start anew.
    pub(super) fn take_moments(&mut self) -> Moments {
        let step = 1.0 / self.steps;
        let mut moments = Moments::NONE;
        for (lane, sum) in self.lanes.iter_mut().enumerate() {
            if sum.count == 0 {
                continue;
            }
            let count = sum.count as f32;
            let middle = sum.offsets.map(|offset| (to_f32(offset) / count + ROUNDING - ROUNDING) as i64);
            moments.count[lane] = count;
            for axis in 0..3 {
                moments.mean[axis][lane] = to_f32(sum.offsets[axis]) / count * step;
            }
            for (entry, (a, b)) in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)].into_iter().enumerate() {
                // The sum of (a - middle_a)(b - middle_b): exact, as the result fits and what wraps around comes back.
                let about_middle = sum.products[entry]
                    .wrapping_sub(middle[a].wrapping_mul(sum.offsets[b]))
                    .wrapping_sub(middle[b].wrapping_mul(sum.offsets[a]))
                    .wrapping_add(i64::from(sum.count).wrapping_mul(middle[a].wrapping_mul(middle[b])));
                moments.covariance[entry][lane] = to_f32(about_middle) / count * (step * step);
            }
            moments.reach[lane] = sum.reach;
            moments.heights[0][lane] = sum.heights[0];
            moments.heights[1][lane] = sum.heights[1];
            *sum = NOTHING;
        }
        moments
    }
}

impl Hits for Sums {
    #[inline(always)]
    fn take(&mut self, queries: &Leaf, query: usize, leaf: &Leaf, mut inside: u64, squared_distances: &[f32; LEAF]) {
        let center = [queries.x[query], queries.y[query], queries.z[query]];
        let sum = &mut self.lanes[query];
        while inside != 0 {
            let lane = inside.trailing_zeros() as usize % LEAF;
            inside &= inside - 1;
            let offset = [leaf.x[lane] - center[0], leaf.y[lane] - center[1], leaf.z[lane] - center[2]];
            let [x, y, z] = offset.map(|offset| i64::from((offset * self.steps + ROUNDING - ROUNDING) as i32));
            sum.count += 1;
            sum.offsets[0] += x;
            sum.offsets[1] += y;
            sum.offsets[2] += z;
            for (to, product) in sum.products.iter_mut().zip([x * x, x * y, x * z, y * y, y * z, z * z]) {
                *to = to.wrapping_add(product);
            }
            sum.reach = sum.reach.max(squared_distances[lane]);
            sum.heights = [sum.heights[0].min(offset[2]), sum.heights[1].max(offset[2])];
        }
    }
}

/// The sum of its upper and lower half, each rounded, as a device without 64-bit numbers computes it.
fn to_f32(value: i64) -> f32 {
    let size = value.unsigned_abs();
    let rounded = (size >> 32) as f32 * 4_294_967_296.0 + size as u32 as f32;
    if value < 0 { -rounded } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_radius_holds_between_a_million_and_two_million_steps() {
        for radius in [1e-6_f32, 0.5, 1.0, 3.0, 1e3, 4_096.0, 1e15] {
            let steps = radius / step(radius * radius);
            assert!((1_048_575.0..=2_097_153.0).contains(&steps), "{radius} holds {steps} steps");
        }
        // Whole coordinates stay whole.
        assert!(step(1_000_000.0_f32 * 1_000_000.0) <= 1.0);
    }

    #[test]
    fn moments_are_those_of_integers_in_f64_and_do_not_depend_on_the_order() {
        let offsets: Vec<[i32; 3]> = (0..1_000).map(|i| [i * 7 % 501 - 250, i * 13 % 301 - 20, i % 17]).collect();
        let mut leaves = vec![[[0.0_f32; LEAF]; 3]; 63];
        for (place, offset) in offsets.iter().enumerate() {
            for axis in 0..3 {
                leaves[place / LEAF][axis][place % LEAF] = 1_000_000.0 + offset[axis] as f32;
            }
        }
        let query = Leaf { x: [1e6; LEAF], y: [1e6; LEAF], z: [1e6; LEAF], index: [0; LEAF] };
        let sum = |leaves: &[[[f32; LEAF]; 3]]| {
            let mut sums = Sums::new(step(500.0 * 500.0));
            for [x, y, z] in leaves {
                let inside = if z[LEAF - 1] == 0.0 { 0xff } else { 0xffff };
                sums.take(&query, 3, &Leaf { x: *x, y: *y, z: *z, index: [0; LEAF] }, inside, &[1.0; LEAF]);
            }
            sums.take_moments()
        };
        let moments = sum(&leaves);
        let count = offsets.len() as f64;
        let mean: [f64; 3] = [0, 1, 2].map(|axis| offsets.iter().map(|p| f64::from(p[axis])).sum::<f64>() / count);
        for (entry, (a, b)) in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)].into_iter().enumerate() {
            let product = |p: &[i32; 3]| (f64::from(p[a]) - mean[a]) * (f64::from(p[b]) - mean[b]);
            let expected = offsets.iter().map(product).sum::<f64>() / count;
            let got = f64::from(moments.covariance[entry][3]);
            assert!((got - expected).abs() <= 1e-6 * expected.abs().max(1.0), "entry {entry}: {got}, not {expected}");
        }
        leaves.reverse();
        let reversed = sum(&leaves);
        assert_eq!(reversed.covariance.map(|entry| entry[3]), moments.covariance.map(|entry| entry[3]));
        assert_eq!(reversed.mean.map(|axis| axis[3]), moments.mean.map(|axis| axis[3]));
    }
}
