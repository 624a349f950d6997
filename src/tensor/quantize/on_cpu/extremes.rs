//! Extremes of every channel.

use super::{CHUNK, LONG};
use crate::cpu::Cpu;
use crate::tensor::axis::Axis;
use crate::tensor::rows::quantize::{Columns, Extremes, column_extremes, extremes};

/// Tasks for each thread, so that one that is slow delays the others little.
const TASKS_PER_THREAD: usize = 4;

/// A part of the table whose rows are the rounds through all channels: some columns of some rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    rows: (usize, usize),
    columns: (usize, usize),
}

/// The extremes of every channel; they do not depend on how the work is divided.
pub(super) fn of_channels(cpu: &Cpu, from: &[f32], axis: Axis) -> Vec<Extremes> {
    let blocks = blocks(axis, cpu.workers.threads());
    let mut partial: Vec<Vec<Extremes>> = vec![Vec::new(); blocks.len()];
    cpu.workers.for_each_chunk(&mut partial, 1, |index, partial| partial[0] = of_block(cpu, from, axis, blocks[index]));
    let mut all = vec![Extremes::NONE; axis.channels];
    for (block, partial) in blocks.iter().zip(partial) {
        let first = block.columns.0 / axis.inner;
        all[first..].iter_mut().zip(partial).for_each(|(so_far, one)| *so_far = so_far.with(one));
    }
    all
}

/// Blocks of columns; where rows are short, of many rows too.
fn blocks(axis: Axis, threads: usize) -> Vec<Block> {
    let (round, rounds) = (axis.round(), axis.rounds());
    let across = round.div_ceil(CHUNK).max(1);
    // No more than there is work for.
    let wanted = (threads * TASKS_PER_THREAD).min(axis.len.div_ceil(CHUNK)).div_ceil(across).max(1);
    let rows = rounds.div_ceil(wanted).max(1);
    let mut blocks = Vec::new();
    for first_row in (0..rounds).step_by(rows) {
        for first in (0..round).step_by(CHUNK) {
            let rows = (first_row, rounds.min(first_row + rows));
            blocks.push(Block { rows, columns: (first, round.min(first + CHUNK)) });
        }
    }
    blocks
}

/// Those of the channels that a block has numbers of, from the channel of its first column on.
fn of_block(cpu: &Cpu, from: &[f32], axis: Axis, block: Block) -> Vec<Extremes> {
    let (round, inner) = (axis.round(), axis.inner);
    let (start, end) = block.columns;
    let first = start / inner;
    let mut all = vec![Extremes::NONE; (end - 1) / inner + 1 - first];
    if inner >= LONG {
        for row in block.rows.0..block.rows.1 {
            for (channel, stretch) in axis.stretches(row * round + start..row * round + end) {
                let one = &mut all[channel - first];
                *one = one.with(extremes(cpu.level, &from[stretch]));
            }
        }
        return all;
    }
    // As many rounds side by side as make vectors worth it; the columns of a round are those of all.
    let width = end - start;
    let is_whole = width == round;
    let side_by_side = if is_whole { (4 * LONG).div_ceil(round) } else { 1 };
    let mut columns = Columns::new(width * side_by_side);
    if is_whole {
        column_extremes(cpu.level, &from[block.rows.0 * round..block.rows.1 * round], &mut columns);
    } else {
        for row in block.rows.0..block.rows.1 {
            column_extremes(cpu.level, &from[row * round + start..row * round + end], &mut columns);
        }
    }
    for (column, one) in columns.iter().enumerate() {
        let channel = &mut all[(start + column % width) / inner - first];
        *channel = channel.with(one);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_every_number_once() {
        for (len, channels, inner) in
            [(0, 1, 1), (1, 1, 1), (200_000, 1, 200_000), (300_000, 3, 1), (70_000 * 6, 70_000, 2)]
        {
            for threads in [1, 2, 16] {
                let axis = Axis { len, channels, inner };
                let mut seen = vec![0_u8; len];
                for Block { rows, columns } in blocks(axis, threads) {
                    for row in rows.0..rows.1 {
                        let numbers = &mut seen[row * axis.round() + columns.0..row * axis.round() + columns.1];
                        numbers.iter_mut().for_each(|times| *times += 1);
                    }
                }
                assert!(seen.iter().all(|times| *times == 1), "{axis:?}, {threads} threads");
            }
        }
    }
}
