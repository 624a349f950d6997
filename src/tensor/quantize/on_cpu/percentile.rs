//! Percentiles of every channel.

use super::super::parameters::Range;
use super::super::percentile::{BINS, Bins};
use super::{CHUNK, LONG};
use crate::cpu::Cpu;
use crate::tensor::axis::Axis;
use crate::tensor::rows::quantize::Extremes;

/// Numbers that lie side by side in a cache line: channels that change as often are counted together.
const LINE: usize = 16;

/// The range of `p` in a hundred numbers of every channel. Whole channels are counted each by a worker; where they are too
/// few for all workers, parts of one channel are.
pub(super) fn ranges(
    cpu: &Cpu,
    from: &[f32],
    axis: Axis,
    extremes: &[Extremes],
    is_symmetric: bool,
    p: f64,
) -> Vec<Range> {
    let group = LINE.div_ceil(axis.inner);
    let mut ranges = vec![Range::new(0.0, 0.0); axis.channels];
    let bins = |channel: usize| Bins::new(extremes[channel], is_symmetric);
    if axis.channels >= 2 * group * cpu.workers.threads() {
        cpu.workers.for_each_chunk(&mut ranges, group, |index, ranges| {
            let first = index * group;
            let bins: Vec<Bins> = (first..first + ranges.len()).map(bins).collect();
            let mut counts = vec![0; bins.len() * BINS];
            count(from, axis, first, &bins, (0, axis.len / axis.channels), &mut counts);
            for ((range, bins), counts) in ranges.iter_mut().zip(&bins).zip(counts.chunks_exact(BINS)) {
                *range = bins.range(counts, p);
            }
        });
        return ranges;
    }
    for (index, ranges) in ranges.chunks_mut(group).enumerate() {
        let first = index * group;
        let bins: Vec<Bins> = (first..first + ranges.len()).map(bins).collect();
        let own = axis.len / axis.channels;
        // Parts of whole stretches where those are short.
        let unit = if axis.inner < LONG { axis.inner } else { 1 };
        let parts = own.div_ceil(CHUNK).clamp(1, 4 * cpu.workers.threads());
        let part = own.div_ceil(parts).next_multiple_of(unit).max(1);
        let mut partial = vec![0; own.div_ceil(part) * bins.len() * BINS];
        cpu.workers.for_each_chunk(&mut partial, bins.len() * BINS, |index, counts| {
            count(from, axis, first, &bins, (index * part, own.min((index + 1) * part)), counts);
        });
        let mut counts = vec![0; bins.len() * BINS];
        for partial in partial.chunks_exact(counts.len()) {
            counts.iter_mut().zip(partial).for_each(|(sum, count)| *sum += count);
        }
        for ((range, bins), counts) in ranges.iter_mut().zip(&bins).zip(counts.chunks_exact(BINS)) {
            *range = bins.range(counts, p);
        }
    }
    ranges
}

/// Counts some of the numbers of each of several channels side by side: those from one place to another of a channel,
/// whole stretches where there is more than one channel.
fn count(from: &[f32], axis: Axis, first: usize, bins: &[Bins], (start, end): (usize, usize), counts: &mut [u64]) {
    let mut place = start;
    while place < end {
        let (row, column) = (place / axis.inner, place % axis.inner);
        let len = (axis.inner - column).min(end - place);
        for (index, (bins, counts)) in bins.iter().zip(counts.chunks_exact_mut(BINS)).enumerate() {
            let begin = row * axis.round() + (first + index) * axis.inner + column;
            bins.count(&from[begin..begin + len], counts);
        }
        place += len;
    }
}
