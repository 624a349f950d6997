//! Sums of whole numbers, exact.

use bytemuck::{Pod, Zeroable};
use fearless_simd::{Level, Simd, dispatch};

use super::on_cpu::Summand;

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
    ($($sample:ty: $lanes:ident;)*) => {$(
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
                match sums.len() {
                    1 => dispatch!(level, simd => $lanes::<_, 1, 64>(simd, samples, sums)),
                    3 => dispatch!(level, simd => $lanes::<_, 3, 48>(simd, samples, sums)),
                    _ => dispatch!(level, simd => $lanes::<_, 4, 64>(simd, samples, sums)),
                }
            }
        }
    )*};
}

whole! {
    u8: bytes;
    u16: words;
}

/// Bytes of `C` channels side by side. Each of the lanes keeps to one channel; in a piece none can overflow.
#[inline(always)]
fn bytes<S: Simd, const C: usize, const LANES: usize>(_: S, samples: &[u8], sums: &mut [Whole]) {
    const { assert!(LANES % C == 0) };
    let (blocks, rest) = samples.as_chunks::<LANES>();
    let (mut sum, mut squares) = ([0_u32; LANES], [0_u32; LANES]);
    let (mut min, mut max) = ([u8::MAX; LANES], [0_u8; LANES]);
    for block in blocks {
        for lane in 0..LANES {
            let value = u32::from(block[lane]);
            sum[lane] += value;
            squares[lane] += value * value;
            min[lane] = min[lane].min(block[lane]);
            max[lane] = max[lane].max(block[lane]);
        }
    }
    for lane in 0..LANES {
        let (squares, min, max) = (u64::from(squares[lane]), u32::from(min[lane]), u32::from(max[lane]));
        let lane_sum = Whole { sum: u64::from(sum[lane]), squares, count: blocks.len() as u64, min, max };
        sums[lane % C] = sums[lane % C].join(lane_sum);
    }
    for (index, sample) in rest.iter().enumerate() {
        sums[index % C].push(u32::from(*sample));
    }
}

/// As [`bytes`]; squares of 32 bits are summed in halves of 16, so that lanes stay 32 bits wide.
#[inline(always)]
fn words<S: Simd, const C: usize, const LANES: usize>(_: S, samples: &[u16], sums: &mut [Whole]) {
    const { assert!(LANES % C == 0) };
    let (blocks, rest) = samples.as_chunks::<LANES>();
    let (mut sum, mut low, mut high) = ([0_u32; LANES], [0_u32; LANES], [0_u32; LANES]);
    let (mut min, mut max) = ([u16::MAX; LANES], [0_u16; LANES]);
    for block in blocks {
        for lane in 0..LANES {
            let value = u32::from(block[lane]);
            let square = value * value;
            sum[lane] += value;
            low[lane] += square & 0xffff;
            high[lane] += square >> 16;
            min[lane] = min[lane].min(block[lane]);
            max[lane] = max[lane].max(block[lane]);
        }
    }
    for lane in 0..LANES {
        let squares = u64::from(low[lane]) + (u64::from(high[lane]) << 16);
        let (min, max) = (u32::from(min[lane]), u32::from(max[lane]));
        let lane_sum = Whole { sum: u64::from(sum[lane]), squares, count: blocks.len() as u64, min, max };
        sums[lane % C] = sums[lane % C].join(lane_sum);
    }
    for (index, sample) in rest.iter().enumerate() {
        sums[index % C].push(u32::from(*sample));
    }
}
