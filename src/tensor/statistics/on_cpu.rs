//! Sums on the CPU: pieces by all workers, then joined in order.

use bytemuck::Pod;
use fearless_simd::Level;

use super::moments::{Run, Samples};
use crate::cpu::{Cpu, Deferred, HostBuffer, Queue};
use crate::device::Storage;
use crate::error::Error;
use crate::tensor::{Sample, SampleKind};

/// Samples of a channel in a piece: enough that a thread is worth it, few enough that threads share the work evenly.
const PIECE: usize = 64 << 10;
/// Where channels change more often than this, all of them are summed side by side.
const LONG: usize = 64;

/// Samples that can be summed.
pub(super) trait Summand: Sample {
    /// What is known of some of them.
    type Sum: Pod + Send + Sync;
    /// A sum that takes them one by one.
    type Running: Copy + Send;
    /// A sum of none.
    const NOTHING: Self::Running;

    /// Takes one more.
    fn push(running: &mut Self::Running, value: Self);

    /// What was taken.
    fn finish(running: Self::Running) -> Self::Sum;

    /// The sum of both.
    fn join(one: Self::Sum, other: Self::Sum) -> Self::Sum;

    /// Adds whole pixels of 1, 3 or 4 channels side by side, as many as there are sums.
    fn interleaved(level: Level, samples: &[Self], sums: &mut [Self::Sum]);
}

/// Records the task.
pub(super) fn record(queue: &Queue, samples: &Samples) -> Storage {
    let samples = samples.clone();
    let [records] = queue.record("sums of samples", move |cpu| {
        let array = Deferred::get(samples.storage.deferred())?;
        let records = match samples.kind {
            SampleKind::U8 => records::<u8>(cpu, &samples, array.as_slice()),
            SampleKind::U16 => records::<u16>(cpu, &samples, array.as_slice()),
            SampleKind::F32 => records::<f32>(cpu, &samples, array.as_slice()),
        };
        Ok([records?])
    });
    Storage::Cpu(records)
}

/// A part of a run: columns (samples of a channel), or where channels lie side by side rounds through all of them.
struct Piece {
    run: Run,
    start: usize,
    end: usize,
}

fn records<T: Summand>(cpu: &Cpu, samples: &Samples, array: &[T]) -> Result<HostBuffer, Error> {
    let channels = samples.channels;
    let nothing = T::finish(T::NOTHING);
    let side_by_side = !samples.are_interleaved() && samples.inner < LONG && channels > 1;
    let round = channels * samples.inner;
    let (unit, most) = if side_by_side { (round, (PIECE / round).max(1)) } else { (channels, PIECE) };

    let mut pieces = Vec::new();
    let mut ends = Vec::with_capacity(samples.runs.len());
    for run in samples.runs.iter() {
        let units = run.len / unit;
        pieces.extend((0..units).step_by(most).map(|start| Piece { run: *run, start, end: units.min(start + most) }));
        ends.push(pieces.len());
    }
    let mut sums = vec![nothing; pieces.len() * channels];
    if samples.are_interleaved() {
        cpu.workers.for_each_chunk(&mut sums, channels, |index, sums| {
            let Piece { run, start, end } = &pieces[index];
            T::interleaved(cpu.level, &array[run.first + start * channels..run.first + end * channels], sums);
        });
    } else if side_by_side {
        cpu.workers.for_each_chunk(&mut sums, channels, |index, sums| {
            let Piece { run, start, end } = &pieces[index];
            rounds(&array[run.first + start * round..run.first + end * round], round, samples.inner, sums);
        });
    } else {
        cpu.workers.for_each_chunk(&mut sums, 1, |index, sum| {
            stretches(cpu.level, array, samples, &pieces[index / channels], index % channels, sum);
        });
    }

    let mut records = cpu.pool.lease::<T::Sum>(samples.runs.len() * channels)?;
    let mut first = 0;
    for (records, end) in records.as_mut_slice::<T::Sum>().chunks_exact_mut(channels).zip(ends) {
        records.fill(nothing);
        for sums in sums[first * channels..end * channels].chunks_exact(channels) {
            records.iter_mut().zip(sums).for_each(|(record, sum)| *record = T::join(*record, *sum));
        }
        first = end;
    }
    Ok(records)
}

/// Rounds through all channels: the samples at each place of a round, then the places of each channel.
fn rounds<T: Summand>(samples: &[T], round: usize, inner: usize, sums: &mut [T::Sum]) {
    let mut places = vec![T::NOTHING; round];
    for samples in samples.chunks_exact(round) {
        places.iter_mut().zip(samples).for_each(|(place, sample)| T::push(place, *sample));
    }
    for (sum, places) in sums.iter_mut().zip(places.chunks_exact(inner)) {
        places.iter().for_each(|place| *sum = T::join(*sum, T::finish(*place)));
    }
}

/// Stretches of consecutive samples of one channel.
fn stretches<T: Summand>(
    level: Level,
    array: &[T],
    samples: &Samples,
    piece: &Piece,
    channel: usize,
    sum: &mut [T::Sum],
) {
    let inner = samples.inner;
    let mut column = piece.start;
    while column < piece.end {
        let (round, place) = (column / inner, column % inner);
        let len = (piece.end - column).min(inner - place);
        let first = piece.run.first + (round * samples.channels + channel) * inner + place;
        T::interleaved(level, &array[first..first + len], sum);
        column += len;
    }
}
