//! Quantization by all workers.

mod extremes;
mod map;
mod percentile;

use std::sync::Arc;

use super::options::Rule;
use super::parameters::{Parameters, Range, parameters};
use crate::cpu::{Cpu, Deferred, HostBuffer, Queue};
use crate::device::Storage;
use crate::error::Error;
use crate::tensor::axis::Axis;
use crate::tensor::rows::quantize::{Extremes, Quantized, Steps};

/// Numbers of a task: few enough that both they and the result stay in a second-level cache, enough that a thread is worth
/// it.
const CHUNK: usize = 64 << 10;
/// Where channels change more often than this, many are worked at side by side.
const LONG: usize = 64;

/// Records the task: integers, scales and zero points.
pub(super) fn quantize<Q: Quantized>(queue: &Queue, source: &Storage, axis: Axis, rule: Rule) -> [Storage; 3] {
    let source = source.deferred().clone();
    let made = queue.record("quantizing", move |cpu| {
        let source = Deferred::get(&source)?;
        let from = &source.as_slice::<f32>()[..axis.len];
        let mut scales = cpu.pool.lease::<f32>(axis.channels)?;
        let mut zero_points = cpu.pool.lease::<i32>(axis.channels)?;
        let both = scales.as_mut_slice::<f32>().iter_mut().zip(zero_points.as_mut_slice::<i32>());
        for ((scale, zero_point), known) in both.zip(all_parameters(cpu, from, axis, rule)) {
            (*scale, *zero_point) = (known.scale, known.zero_point);
        }
        let mut to = cpu.pool.lease::<Q>(axis.len)?;
        let steps = Steps { scales: scales.as_slice(), zero_points: zero_points.as_slice() };
        map::quantize(cpu, from, axis, steps, to.as_mut_slice::<Q>());
        Ok([to, scales, zero_points])
    });
    made.map(Storage::Cpu)
}

fn all_parameters(cpu: &Cpu, from: &[f32], axis: Axis, rule: Rule) -> Vec<Parameters> {
    let of_extremes = |Extremes { low, high, .. }| Range::new(low, high);
    match rule {
        Rule::Given(known) => vec![known; axis.channels],
        Rule::Extremes(spread) => {
            let extremes = extremes::of_channels(cpu, from, axis);
            extremes.into_iter().map(|extremes| parameters(of_extremes(extremes), spread)).collect()
        }
        Rule::Percentile(spread, p) => {
            let extremes = extremes::of_channels(cpu, from, axis);
            let ranges = percentile::ranges(cpu, from, axis, &extremes, spread.is_symmetric, p);
            ranges.into_iter().map(|range| parameters(range, spread)).collect()
        }
    }
}

/// Records the task: numbers from integers.
pub(super) fn dequantize<Q: Quantized>(queue: &Queue, made: &[Storage; 3], axis: Axis) -> Storage {
    let made = Made::of(made);
    let [numbers] = queue.record("dequantizing", move |cpu| {
        let (integers, [scales, zero_points]) = made.get()?;
        let steps = Steps { scales: scales.as_slice(), zero_points: zero_points.as_slice() };
        let mut to = cpu.pool.lease::<f32>(axis.len)?;
        map::dequantize(cpu, integers.as_slice::<Q>(), axis, steps, to.as_mut_slice());
        Ok([to])
    });
    Storage::Cpu(numbers)
}

/// Records the task: what was lost of numbers, one [`Loss`].
pub(super) fn loss<Q: Quantized>(queue: &Queue, source: &Storage, made: &[Storage; 3], axis: Axis) -> Storage {
    let (source, made) = (source.deferred().clone(), Made::of(made));
    let [loss] = queue.record("the loss of quantizing", move |cpu| {
        let (integers, [scales, zero_points]) = made.get()?;
        let source = Deferred::get(&source)?;
        let steps = Steps { scales: scales.as_slice(), zero_points: zero_points.as_slice() };
        let from = &source.as_slice::<f32>()[..axis.len];
        let loss = map::lost(cpu, from, integers.as_slice::<Q>(), axis, steps);
        Ok([cpu.pool.copy_of(&[loss.noise, loss.signal])?])
    });
    Storage::Cpu(loss)
}

/// Integers, scales and zero points that tasks before this one make.
struct Made([Arc<Deferred>; 3]);

impl Made {
    fn of(made: &[Storage; 3]) -> Self {
        Self(made.each_ref().map(|storage| storage.deferred().clone()))
    }

    fn get(&self) -> Result<(Arc<HostBuffer>, [Arc<HostBuffer>; 2]), Error> {
        let [integers, scales, zero_points] = &self.0;
        Ok((integers.get()?, [scales.get()?, zero_points.get()?]))
    }
}
