//! A chain on the CPU: block by block, each block through all steps while it is in the first-level cache.

use std::sync::Arc;

use fearless_simd::{Level, Simd, dispatch};

use super::step::{Affine, Chain, Output, Parameter, RowKernel};
use crate::cpu::{Cpu, Deferred, HostBuffer, Queue};
use crate::device::Storage;
use crate::error::Error;

/// Pixels a block: 8 KiB of gray, so that source, block and result share a first-level cache of 32 KiB.
const BLOCK: usize = 8 << 10;

/// Records the computation.
pub(super) fn evaluate(queue: &Queue, chain: Chain, output: Output) -> Storage {
    let [result] = queue.record("a chain of per-pixel operations", move |cpu| {
        let prepared = Prepared::new(&chain)?;
        let result = match output {
            Output::Gray => gray(cpu, &prepared)?,
            Output::Planes(affine) => planes(cpu, &prepared, &affine)?,
        };
        Ok([result])
    });
    Storage::Cpu(result)
}

/// A chain whose source and parameters are at hand.
struct Prepared {
    source: Arc<HostBuffer>,
    channels: usize,
    pixels: usize,
    steps: Vec<(RowKernel, u32)>,
}

impl Prepared {
    fn new(chain: &Chain) -> Result<Self, Error> {
        let number = |parameter: &Parameter| match parameter {
            Parameter::Value(value) => Ok(*value),
            Parameter::Computed(array) => Ok(Deferred::get(array.storage().deferred())?.as_slice::<u32>()[0]),
        };
        let steps = chain.steps.iter().map(|step| Ok((step.kernel, number(&step.parameter)?)));
        Ok(Self {
            source: chain.source.deferred().get()?,
            channels: chain.channels,
            pixels: chain.pixels,
            steps: steps.collect::<Result<_, Error>>()?,
        })
    }

    /// The source pixels of a block.
    fn block(&self, index: usize, len: usize) -> &[u8] {
        let first = index * BLOCK * self.channels;
        &self.source.as_slice::<u8>()[first..first + len * self.channels]
    }

    /// Runs all steps over a block; `to` has one byte a pixel.
    fn run(&self, level: Level, from: &[u8], to: &mut [u8]) {
        if self.channels == 1 {
            to.copy_from_slice(from);
        }
        for (kernel, parameter) in &self.steps {
            match kernel {
                RowKernel::ToGray(kernel) => kernel(level, from, self.channels, to),
                RowKernel::OnGray(kernel) => kernel(level, to, *parameter),
            }
        }
    }
}

fn gray(cpu: &Cpu, chain: &Prepared) -> Result<HostBuffer, Error> {
    let mut result = cpu.pool.lease::<u8>(chain.pixels)?;
    cpu.workers.for_each_chunk(result.as_mut_slice::<u8>(), BLOCK, |index, to| {
        chain.run(cpu.level, chain.block(index, to.len()), to);
    });
    Ok(result)
}

fn planes(cpu: &Cpu, chain: &Prepared, affine: &Affine) -> Result<HostBuffer, Error> {
    let mut result = cpu.pool.lease::<f32>(affine.planes * chain.pixels)?;
    if chain.pixels == 0 {
        return Ok(result);
    }
    let mut planes = result.as_mut_slice::<f32>().chunks_exact_mut(chain.pixels).map(|plane| plane.chunks_mut(BLOCK));
    let [Some(first), second, third] = std::array::from_fn(|_| planes.next()) else { return Ok(result) };
    match (second, third) {
        (Some(second), Some(third)) => {
            let mut blocks: Vec<_> = first.zip(second.zip(third)).map(|(r, (g, b))| [r, g, b]).collect();
            cpu.workers.for_each_chunk(&mut blocks, 1, |index, blocks| {
                for to in blocks {
                    let from = chain.block(index, to[0].len());
                    color_planes(cpu.level, from, chain.channels, affine, to);
                }
            });
        }
        _ => {
            let mut blocks: Vec<_> = first.collect();
            cpu.workers.for_each_chunk(&mut blocks, 1, |index, blocks| {
                for to in blocks {
                    let mut pixels = [0; BLOCK];
                    let pixels = &mut pixels[..to.len()];
                    chain.run(cpu.level, chain.block(index, to.len()), pixels);
                    dispatch!(cpu.level, simd => gray_plane(simd, pixels, affine, to));
                }
            });
        }
    }
    Ok(result)
}

fn color_planes(level: Level, from: &[u8], channels: usize, affine: &Affine, to: &mut [&mut [f32]; 3]) {
    if channels == 4 {
        dispatch!(level, simd => interleaved_planes::<_, 4>(simd, from, affine, to));
    } else {
        dispatch!(level, simd => interleaved_planes::<_, 3>(simd, from, affine, to));
    }
}

/// Interleaved pixels to planes. Multiplied, then added: the fused form would differ from shaders.
#[inline(always)]
fn interleaved_planes<S: Simd, const N: usize>(_: S, from: &[u8], affine: &Affine, to: &mut [&mut [f32]; 3]) {
    let (pixels, _) = from.as_chunks::<N>();
    let [scale, bias] = [affine.scale, affine.bias];
    let [red, green, blue] = to;
    for (((pixel, red), green), blue) in pixels.iter().zip(red.iter_mut()).zip(green.iter_mut()).zip(blue.iter_mut()) {
        *red = f32::from(pixel[0]) * scale[0] + bias[0];
        *green = f32::from(pixel[1]) * scale[1] + bias[1];
        *blue = f32::from(pixel[2]) * scale[2] + bias[2];
    }
}

/// Gray pixels to a plane.
#[inline(always)]
fn gray_plane<S: Simd>(_: S, from: &[u8], affine: &Affine, to: &mut [f32]) {
    for (value, number) in from.iter().zip(to) {
        *number = f32::from(*value) * affine.scale[0] + affine.bias[0];
    }
}
