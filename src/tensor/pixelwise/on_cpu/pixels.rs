//! A chain that ends in pixels.

use super::block::{Block, blocks};
use super::prepared::Prepared;
use crate::cpu::{Cpu, HostBuffer};
use crate::error::Error;

/// All pixels of all frames. Streaming them past the caches made thresholds of 16 megapixels take half as long again, and
/// gray no shorter.
pub(super) fn compute(cpu: &Cpu, chain: &Prepared) -> Result<HostBuffer, Error> {
    let mut result = cpu.pool.lease::<u8>(chain.frames.capacity() * chain.bytes_per_pixel())?;
    let mut parts = parts(chain, result.as_mut_slice::<u8>());
    cpu.workers.for_each_chunk(&mut parts, 1, |_, parts| {
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
