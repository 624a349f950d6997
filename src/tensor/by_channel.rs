//! Two parameters of each channel, such as scale and zero point, for consecutive numbers of a tensor.

use std::ops::Range;

use super::axis::Axis;

/// Numbers whose parameters are spelled out at a time where channels change often.
const BLOCK: usize = 512;
/// Where channels change more often than this, they do.
const LONG: usize = 64;
/// Where a round through all channels is longer than this, they are spelled out anew for each block.
const LONGEST_ROUND: usize = 16 << 10;

/// The parameters of consecutive numbers: one of each, or one of each for every number.
pub(crate) enum Part<'a, A, B> {
    /// All are of one channel.
    One(A, B),
    /// Of each number its own.
    Each(&'a [A], &'a [B]),
}

/// Which parameters numbers have.
pub(crate) struct ByChannel<'a, A, B> {
    axis: Axis,
    first: &'a [A],
    second: &'a [B],
    /// Those of the numbers of a round and a block more, so that every block is a part of it; empty where it is not used.
    spelled_out: (Vec<A>, Vec<B>),
}

impl<'a, A: Copy + Default, B: Copy + Default> ByChannel<'a, A, B> {
    /// From those of every channel.
    pub(crate) fn new(axis: Axis, first: &'a [A], second: &'a [B]) -> Self {
        let mut by_channel = Self { axis, first, second, spelled_out: Default::default() };
        if axis.channels > 1 && axis.inner < LONG && axis.round() <= LONGEST_ROUND && axis.len > 0 {
            let len = axis.round() + BLOCK;
            let mut spelled_out = (vec![A::default(); len], vec![B::default(); len]);
            by_channel.spell_out(0..len, &mut spelled_out.0, &mut spelled_out.1);
            by_channel.spelled_out = spelled_out;
        }
        by_channel
    }

    /// Calls `each` with parts that make up a range of numbers, in order. Where they begin depends on nothing but the range.
    pub(crate) fn walk(&self, range: Range<usize>, mut each: impl FnMut(Range<usize>, Part<'_, A, B>)) {
        if self.axis.inner >= LONG || self.axis.channels == 1 {
            for (channel, stretch) in self.axis.stretches(range) {
                each(stretch, Part::One(self.first[channel], self.second[channel]));
            }
            return;
        }
        let (mut first, mut second) = ([A::default(); BLOCK], [B::default(); BLOCK]);
        for start in range.clone().step_by(BLOCK) {
            let block = start..range.end.min(start + BLOCK);
            if self.spelled_out.0.is_empty() {
                self.spell_out(block.clone(), &mut first, &mut second);
                let len = block.len();
                each(block, Part::Each(&first[..len], &second[..len]));
            } else {
                let place = start % self.axis.round();
                let places = place..place + block.len();
                each(block, Part::Each(&self.spelled_out.0[places.clone()], &self.spelled_out.1[places]));
            }
        }
    }

    fn spell_out(&self, range: Range<usize>, first: &mut [A], second: &mut [B]) {
        let start = range.start;
        for (channel, stretch) in self.axis.stretches(range) {
            let places = stretch.start - start..stretch.end - start;
            first[places.clone()].fill(self.first[channel]);
            second[places].fill(self.second[channel]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_the_parameters_of_its_channel() {
        for (channels, inner, rounds) in
            [(1, 5_000, 1), (3, 1, 2_000), (5, 7, 100), (20_000, 1, 2), (9_000, 3, 1), (4, 100, 9)]
        {
            let axis = Axis { len: channels * inner * rounds, channels, inner };
            let first: Vec<u32> = (0..channels as u32).collect();
            let second: Vec<i64> = (0..channels as i64).map(|channel| -channel).collect();
            let by_channel = ByChannel::new(axis, &first, &second);
            for range in [0..axis.len, 0..0, axis.len / 3..axis.len / 3 + 1, 1..axis.len - 1] {
                let mut next = range.start;
                by_channel.walk(range.clone(), |part, parameters| {
                    assert_eq!(part.start, next);
                    next = part.end;
                    for (place, number) in part.enumerate() {
                        let (one, other) = match parameters {
                            Part::One(one, other) => (one, other),
                            Part::Each(first, second) => (first[place], second[place]),
                        };
                        assert_eq!((one, other), (axis.channel(number) as u32, -(axis.channel(number) as i64)));
                    }
                });
                assert_eq!(next, range.end);
            }
        }
    }
}
