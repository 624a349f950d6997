//! A chain that ends in pixels.

use super::block::{Block, blocks};
use super::prepared::Prepared;
use crate::cpu::{Cpu, HostBuffer, stream};
use crate::error::Error;

/// All pixels of all frames.
pub(super) fn compute(cpu: &Cpu, chain: &Prepared) -> Result<HostBuffer, Error> {
    let bytes = chain.frames.capacity() * chain.bytes_per_pixel();
    let mut result = cpu.pool.lease::<u8>(bytes)?;
    // Lines of a cache are not whole pixels of three channels, and what is resized comes in whole rows.
    let is_streamed = stream::pays_alone(bytes) && chain.bytes_per_pixel().is_power_of_two() && !chain.needs_rows();
    let mut parts = parts(chain, result.as_mut_slice::<u8>());
    cpu.workers.for_each_chunk(&mut parts, 1, |_, parts| {
        for (block, to) in parts {
            if is_streamed {
                fill_streamed(cpu, chain, block, to);
            } else {
                chain.fill(cpu.level, block, to);
            }
        }
    });
    drop(parts);
    Ok(result)
}

fn fill_streamed(cpu: &Cpu, chain: &Prepared, block: &Block, to: &mut [u8]) {
    let bytes = chain.bytes_per_pixel();
    stream::fill(cpu.level, true, &mut [to], |_, range, to| {
        let first = block.pixels.start;
        let pixels = first + range.start / bytes..first + range.end / bytes;
        chain.fill(cpu.level, &Block { frame: block.frame, pixels }, to);
    });
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
