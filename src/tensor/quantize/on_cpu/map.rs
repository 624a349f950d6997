//! Every number to its integer and back, and what that loses.

use super::CHUNK;
use crate::cpu::{Cpu, stream};
use crate::tensor::axis::Axis;
use crate::tensor::by_channel::{ByChannel, Part};
use crate::tensor::rows::loss::{Loss, loss, loss_each};
use crate::tensor::rows::quantize::{self as rows, Quantized, Steps};

/// Integers of numbers.
pub(super) fn quantize<Q: Quantized>(cpu: &Cpu, from: &[f32], axis: Axis, steps: Steps<'_>, to: &mut [Q]) {
    let (level, streaming) = (cpu.level, stream::pays(size_of_val(to)));
    let by_channel = ByChannel::new(axis, steps.scales, steps.zero_points);
    cpu.workers.for_each_chunk(to, CHUNK, |index, to| {
        stream::fill(level, streaming, &mut [to], |_, range, to| {
            let first = index * CHUNK + range.start;
            by_channel.walk(first..first + to.len(), |range, part| {
                let to = &mut to[range.start - first..range.end - first];
                match part {
                    Part::One(scale, zero_point) => rows::quantize(level, &from[range], scale, zero_point, to),
                    Part::Each(scales, zero_points) => {
                        rows::quantize_each(level, &from[range], Steps { scales, zero_points }, to);
                    }
                }
            });
        });
    });
}

/// Numbers of integers.
pub(super) fn dequantize<Q: Quantized>(cpu: &Cpu, from: &[Q], axis: Axis, steps: Steps<'_>, to: &mut [f32]) {
    let (level, streaming) = (cpu.level, stream::pays(size_of_val(to)));
    let by_channel = ByChannel::new(axis, steps.scales, steps.zero_points);
    cpu.workers.for_each_chunk(to, CHUNK, |index, to| {
        stream::fill(level, streaming, &mut [to], |_, range, to| {
            let first = index * CHUNK + range.start;
            by_channel.walk(first..first + to.len(), |range, part| {
                let to = &mut to[range.start - first..range.end - first];
                match part {
                    Part::One(scale, zero_point) => rows::dequantize(level, &from[range], scale, zero_point, to),
                    Part::Each(scales, zero_points) => {
                        rows::dequantize_each(level, &from[range], Steps { scales, zero_points }, to);
                    }
                }
            });
        });
    });
}

/// What integers lose of numbers: parts of a fixed size, added in order.
pub(super) fn lost<Q: Quantized>(cpu: &Cpu, from: &[f32], integers: &[Q], axis: Axis, steps: Steps<'_>) -> Loss {
    let level = cpu.level;
    let by_channel = ByChannel::new(axis, steps.scales, steps.zero_points);
    let mut parts = vec![Loss::NONE; from.len().div_ceil(CHUNK)];
    cpu.workers.for_each_chunk(&mut parts, 1, |index, sum| {
        by_channel.walk(index * CHUNK..from.len().min((index + 1) * CHUNK), |range, part| {
            let (from, integers) = (&from[range.clone()], &integers[range]);
            let more = match part {
                Part::One(scale, zero_point) => loss(level, from, integers, scale, zero_point),
                Part::Each(scales, zero_points) => loss_each(level, from, integers, Steps { scales, zero_points }),
            };
            sum[0] = sum[0].with(more);
        });
    });
    parts.into_iter().fold(Loss::NONE, Loss::with)
}
