//! A chain that ends in pixels.

use super::block::{Block, blocks};
use super::prepared::Prepared;
use crate::cpu::{Cpu, HostBuffer};
use crate::error::Error;

/// Bytes read and written up to which one thread does it all: waking a second one takes as long as it would save. A
/// threshold of 1024 x 1024 took 33 us on one thread and 38 us on two.
const ALONE: usize = 2 << 20;

/// All pixels of all frames. Streaming them past the caches made thresholds of 16 megapixels take half as long again, and
/// gray no shorter.
pub(super) fn compute(cpu: &Cpu, chain: &Prepared) -> Result<HostBuffer, Error> {
    let mut result = cpu.pool.lease::<u8>(chain.frames.capacity() * chain.bytes_per_pixel())?;
    let mut parts = parts(chain, result.as_mut_slice::<u8>());
    let moved = chain.frames.capacity() * (chain.source_bytes_per_pixel() + chain.bytes_per_pixel());
    let together = if moved <= ALONE && !chain.needs_rows() { parts.len().max(1) } else { 1 };
    cpu.workers.for_each_chunk(&mut parts, together, |_, parts| {
        for (block, to) in parts {
            chain.fill(cpu.level, block, to);
        }
    });
    drop(parts);
    Ok(result)
}

/// Every block with the part of the result that is its own.
pub(super) fn parts<'a>(chain: &Prepared, mut rest: &'a mut [u8]) -> Vec<(Block, &'a mut [u8])> {
    let bytes = chain.bytes_per_pixel();
    let mut next = 0;
    let mut parts = Vec::new();
    for block in blocks(&chain.frames, chain.needs_rows()) {
        let first = chain.frames.get(block.frame).map_or(0, |frame| frame.first) + block.pixels.start;
        let (_, from_first) = std::mem::take(&mut rest).split_at_mut((first - next) * bytes);
        let (part, behind) = from_first.split_at_mut(block.pixels.len() * bytes);
        next = first + block.pixels.len();
        rest = behind;
        parts.push((block, part));
    }
    parts
}
