//! Sums of whole numbers, exact.

use bytemuck::{Pod, Zeroable};
use fearless_simd::Level;

use super::on_cpu::Summand;
use crate::tensor::rows::moments::{Moments, moments_u8, moments_u16};

/// What is known of some whole numbers. Below 2^32 of them nothing overflows. A record on either executor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Whole {
    /// Their sum, which is also that of their absolute values.
    pub(super) sum: u64,
    /// The sum of their squares.
    pub(super) squares: u64,
    /// How many there are.
    pub(super) count: u64,
    /// The least, `u32::MAX` of none.
    pub(super) min: u32,
    /// The greatest, 0 of none.
    pub(super) max: u32,
}

impl Whole {
    const NOTHING: Self = Self { sum: 0, squares: 0, count: 0, min: u32::MAX, max: 0 };

    fn of(row: Moments, count: u64) -> Self {
        Self { sum: row.sum, squares: row.squares, count, min: row.min.into(), max: row.max.into() }
    }

    fn push(&mut self, value: u32) {
        self.sum += u64::from(value);
        self.squares += u64::from(value) * u64::from(value);
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    fn join(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            count: self.count + other.count,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    /// `count * squares - sum^2`: the variance times the square of the count.
    pub(super) fn spread(&self) -> u128 {
        u128::from(self.count) * u128::from(self.squares) - u128::from(self.sum) * u128::from(self.sum)
    }
}

macro_rules! whole {
    ($($sample:ty: $rows:ident;)*) => {$(
        impl Summand for $sample {
            type Sum = Whole;
            type Running = Whole;
            const NOTHING: Whole = Whole::NOTHING;

            fn push(running: &mut Whole, value: Self) {
                running.push(u32::from(value));
            }

            fn finish(running: Whole) -> Whole {
                running
            }

            fn join(one: Whole, other: Whole) -> Whole {
                one.join(other)
            }

            fn interleaved(level: Level, samples: &[Self], sums: &mut [Whole]) {
                let count = (samples.len() / sums.len()) as u64;
                let moments = $rows(level, samples, sums.len());
                if count > 0 {
                    sums.iter_mut().zip(moments).for_each(|(sum, row)| *sum = sum.join(Whole::of(row, count)));
                }
            }
        }
    )*};
}

whole! {
    u8: moments_u8;
    u16: moments_u16;
}
