//! A chain that ends in planes of numbers.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};

use super::block::{Block, rows_per_block};
use super::prepared::{Prepared, PreparedParameters};
use crate::cpu::{Cpu, HostBuffer};
use crate::device::Element;
use crate::error::Error;
use crate::tensor::SampleKind;
use crate::tensor::pixelwise::step::{MOST_PLANES, Placement, Planes};

/// All planes of all frames.
pub(super) fn compute<T: PlaneNumber>(cpu: &Cpu, chain: &Prepared, planes: &Planes) -> Result<HostBuffer, Error> {
    let (_, numbers) = planes.firsts(&chain.frames);
    let mut result = cpu.pool.lease::<T>(numbers)?;
    let rescale = PreparedParameters::new(&planes.rescale)?;
    let mut bands = bands(chain, planes, result.as_mut_slice::<T>());
    cpu.workers.for_each_chunk(&mut bands, 1, |_, bands| {
        for band in bands {
            band.fill(cpu.level, chain, planes, &rescale);
        }
    });
    drop(bands);
    Ok(result)
}

/// What a plane is made of.
pub(super) trait PlaneNumber: Element {
    fn of(value: f32) -> Self;
}

impl PlaneNumber for f32 {
    fn of(value: f32) -> Self {
        value
    }
}

impl PlaneNumber for half::f16 {
    fn of(value: f32) -> Self {
        Self::from_f32(value)
    }
}

/// Some rows of all planes of a frame.
struct Band<'a, T> {
    frame: usize,
    first_row: usize,
    width: usize,
    planes: Vec<&'a mut [T]>,
}

fn bands<'a, T>(chain: &Prepared, planes: &Planes, mut rest: &'a mut [T]) -> Vec<Band<'a, T>> {
    let mut bands = Vec::new();
    for (frame, place) in chain.frames.iter().enumerate() {
        let (width, height) = planes.size_of(place.width, place.height);
        if width * height == 0 {
            continue;
        }
        let rows = rows_per_block(width);
        let (own, behind) = std::mem::take(&mut rest).split_at_mut(width * height * planes.channel_of.len());
        rest = behind;
        let mut chunks: Vec<_> = own.chunks_mut(width * height).map(|plane| plane.chunks_mut(rows * width)).collect();
        for first_row in (0..height).step_by(rows) {
            let planes = chunks.iter_mut().filter_map(Iterator::next).collect();
            bands.push(Band { frame, first_row, width, planes });
        }
    }
    bands
}

impl<T: PlaneNumber> Band<'_, T> {
    fn fill(&mut self, level: Level, chain: &Prepared, planes: &Planes, rescale: &PreparedParameters) {
        let rescale = Rescale::new(rescale.of(self.frame).own, &planes.channel_of);
        let Some(place) = chain.frames.get(self.frame) else { return };
        let len = self.planes.first().map_or(0, |plane| plane.len());
        if planes.placement == Placement::default() {
            return self.fill_run(level, chain, &rescale, self.first_row * self.width, 0..len);
        }
        for (row, start) in (self.first_row..).zip((0..len).step_by(self.width)) {
            let inside = start..start + if row < place.height { place.width } else { 0 };
            self.fill_run(level, chain, &rescale, row * place.width, inside.clone());
            for plane in &mut self.planes {
                if planes.placement.is_flipped {
                    plane[inside.clone()].reverse();
                }
                if let Some((.., value)) = planes.placement.canvas {
                    plane[inside.end..start + self.width].fill(T::of(value));
                }
            }
        }
    }

    /// Numbers of consecutive pixels from `first` on, at the same place in every plane.
    fn fill_run(&mut self, level: Level, chain: &Prepared, rescale: &Rescale, first: usize, run: Range<usize>) {
        if run.is_empty() {
            return;
        }
        let from = chain.source(&Block { frame: self.frame, pixels: first..first + run.len() });
        let mut to: Vec<&mut [T]> = self.planes.iter_mut().map(|plane| &mut plane[run.clone()]).collect();
        if chain.has_no_steps() {
            return fill_planes(level, chain.kind, chain.channels, from, rescale, &mut to);
        }
        // Words, so that samples of any kind are aligned.
        let mut words = vec![0_u32; (run.len() * chain.bytes_per_pixel()).div_ceil(4)];
        let pixels = &mut bytemuck::cast_slice_mut::<u32, u8>(&mut words)[..run.len() * chain.bytes_per_pixel()];
        chain.run(level, self.frame, from, pixels);
        fill_planes(level, chain.kind, chain.channels, pixels, rescale, &mut to);
    }
}

/// The factors of each plane.
struct Rescale {
    channel: [usize; MOST_PLANES],
    shift: [f32; MOST_PLANES],
    scale: [f32; MOST_PLANES],
    offset: [f32; MOST_PLANES],
}

impl Rescale {
    /// From four shifts, four scales and four offsets, one a channel.
    fn new(words: &[u32], channel_of: &[usize]) -> Self {
        let channel = std::array::from_fn(|plane| channel_of.get(plane).copied().unwrap_or(0));
        let of = |first: usize| channel.map(|channel| f32::from_bits(words[first + channel]));
        Self { channel, shift: of(0), scale: of(4), offset: of(8) }
    }
}

fn fill_planes<T: PlaneNumber>(
    level: Level,
    kind: SampleKind,
    channels: usize,
    from: &[u8],
    rescale: &Rescale,
    to: &mut [&mut [T]],
) {
    match kind {
        SampleKind::U8 => dispatch!(level, simd => interleaved(simd, from, channels, rescale, to, f32::from)),
        SampleKind::U16 => {
            let from = bytemuck::cast_slice::<u8, u16>(from);
            dispatch!(level, simd => interleaved(simd, from, channels, rescale, to, f32::from));
        }
        SampleKind::F32 => {
            let from = bytemuck::cast_slice::<u8, f32>(from);
            dispatch!(level, simd => interleaved(simd, from, channels, rescale, to, f32::from));
        }
    }
}

/// Interleaved pixels to planes. Multiplied, then added: the fused form would differ from shaders.
#[inline(always)]
fn interleaved<S: Simd, F: Copy, T: PlaneNumber>(
    _: S,
    from: &[F],
    channels: usize,
    rescale: &Rescale,
    to: &mut [&mut [T]],
    number: impl Fn(F) -> f32,
) {
    for (plane, to) in to.iter_mut().enumerate() {
        let (shift, scale, offset) = (rescale.shift[plane], rescale.scale[plane], rescale.offset[plane]);
        let values = from.iter().skip(rescale.channel[plane]).step_by(channels);
        for (value, to) in values.zip(to.iter_mut()) {
            *to = T::of((number(*value) - shift) * scale + offset);
        }
    }
}
