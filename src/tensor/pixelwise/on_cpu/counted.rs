//! A chain that ends in gray bytes, which are counted while they are in the first-level cache.

use super::block::Block;
use super::pixels::parts;
use super::prepared::Prepared;
use crate::cpu::{Cpu, HostBuffer};
use crate::error::Error;
use crate::tensor::rows::histogram::{LEVELS, histogram};

/// Blocks that are counted together, so that adding up the counts takes little time.
const BLOCKS: usize = 32;

/// Some blocks and their counts.
struct Part<'b, 'a> {
    blocks: &'b mut [(Block, &'a mut [u8])],
    counts: [u64; LEVELS],
}

/// All pixels of all frames, and 256 counts of each frame.
pub(super) fn compute(cpu: &Cpu, chain: &Prepared) -> Result<[HostBuffer; 2], Error> {
    let mut pixels = cpu.pool.lease::<u8>(chain.frames.capacity())?;
    let mut totals = cpu.pool.lease::<u32>(LEVELS * chain.frames.len())?;
    totals.as_mut_slice::<u32>().fill(0);
    let mut blocks = parts(chain, pixels.as_mut_slice::<u8>());
    let of_one_frame = blocks.chunk_by_mut(|(left, _), (right, _)| left.frame == right.frame);
    let mut counted: Vec<_> = of_one_frame
        .flat_map(|blocks| blocks.chunks_mut(BLOCKS))
        .map(|blocks| Part { blocks, counts: [0; LEVELS] })
        .collect();
    cpu.workers.for_each_chunk(&mut counted, 1, |_, parts| {
        for Part { blocks, counts } in parts {
            for (block, to) in blocks.iter_mut() {
                chain.fill(cpu.level, block, to);
                histogram(cpu.level, to, counts);
            }
        }
    });
    let (totals_of, _) = totals.as_mut_slice::<u32>().as_chunks_mut::<LEVELS>();
    for Part { blocks, counts } in &counted {
        let Some((block, _)) = blocks.first() else { continue };
        // Counts that do not fit 32 bits stay at the end of what does.
        let totals = totals_of[block.frame].iter_mut().zip(counts);
        totals.for_each(|(total, count)| *total = total.saturating_add(u32::try_from(*count).unwrap_or(u32::MAX)));
    }
    drop(counted);
    drop(blocks);
    Ok([pixels, totals])
}
