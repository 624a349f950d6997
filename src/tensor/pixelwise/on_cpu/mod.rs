//! A chain on the CPU: block by block, each block through all steps while it is in the first-level cache.

mod block;
mod counted;
mod pixels;
mod planes;
mod prepared;

use super::step::{Chain, Number, Output};
use crate::cpu::{Cpu, HostBuffer, Queue};
use crate::device::Storage;
use crate::error::Error;
use prepared::Prepared;

/// Records the computation.
pub(super) fn evaluate(queue: &Queue, chain: Chain, output: Output) -> Storage {
    let [result] = queue.record("a chain of per-pixel operations", move |cpu| Ok([result(cpu, &chain, &output)?]));
    Storage::Cpu(result)
}

/// Records the computation of pixels that are bytes, and of 256 counts a frame.
pub(super) fn evaluate_counted(queue: &Queue, chain: Chain) -> [Storage; 2] {
    let results = queue.record("a chain of per-pixel operations and a histogram", move |cpu| {
        counted::compute(cpu, &Prepared::new(&chain)?)
    });
    results.map(Storage::Cpu)
}

fn result(cpu: &Cpu, chain: &Chain, output: &Output) -> Result<HostBuffer, Error> {
    let prepared = Prepared::new(chain)?;
    match output {
        Output::Pixels => pixels::compute(cpu, &prepared),
        Output::Planes(planes) => match planes.number {
            Number::F32 => planes::compute::<f32>(cpu, &prepared, planes),
            Number::F16 => planes::compute::<half::f16>(cpu, &prepared, planes),
        },
    }
}
