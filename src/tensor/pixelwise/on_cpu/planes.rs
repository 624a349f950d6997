//! A chain that ends in planes of numbers.

use std::ops::Range;

use fearless_simd::Level;

use super::block::{Block, rows_per_block};
use super::prepared::{Prepared, PreparedParameters};
use crate::cpu::{Cpu, HostBuffer, stream};
use crate::device::Element;
use crate::error::Error;
use crate::tensor::SampleKind;
use crate::tensor::pixelwise::step::{Placement, Planes};
use crate::tensor::rows::planes::{self as rows, PlaneNumber, PlaneRule};

/// All planes of all frames.
pub(super) fn compute<T: PlaneNumber + Element>(
    cpu: &Cpu,
    chain: &Prepared,
    planes: &Planes,
) -> Result<HostBuffer, Error> {
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

/// Some rows of all planes of a frame.
struct Band<'a, T> {
    frame: usize,
    first_row: usize,
    width: usize,
    /// Whether the numbers are written past the caches.
    is_streamed: bool,
    planes: Vec<&'a mut [T]>,
}

fn bands<'a, T>(chain: &Prepared, planes: &Planes, mut rest: &'a mut [T]) -> Vec<Band<'a, T>> {
    let is_streamed = stream::pays(size_of_val(rest));
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
            bands.push(Band { frame, first_row, width, is_streamed, planes });
        }
    }
    bands
}

impl<T: PlaneNumber> Band<'_, T> {
    fn fill(&mut self, level: Level, chain: &Prepared, planes: &Planes, rescale: &PreparedParameters) {
        let rules = rules(rescale.of(self.frame).own, &planes.channel_of);
        let Some(place) = chain.frames.get(self.frame) else { return };
        let len = self.planes.first().map_or(0, |plane| plane.len());
        if planes.placement == Placement::default() {
            return self.fill_run(level, chain, &rules, self.first_row * self.width, 0..len);
        }
        for (row, start) in (self.first_row..).zip((0..len).step_by(self.width)) {
            let inside = start..start + if row < place.height { place.width } else { 0 };
            self.fill_run(level, chain, &rules, row * place.width, inside.clone());
            for plane in &mut self.planes {
                if planes.placement.is_flipped {
                    plane[inside.clone()].reverse();
                }
                if let Some((.., value)) = planes.placement.canvas {
                    T::make(level, &mut plane[inside.end..start + self.width], |_, numbers| numbers.fill(value));
                }
            }
        }
    }

    /// Numbers of consecutive pixels from `first` on, at the same place in every plane.
    fn fill_run(&mut self, level: Level, chain: &Prepared, rules: &[PlaneRule], first: usize, run: Range<usize>) {
        if run.is_empty() {
            return;
        }
        let block = Block { frame: self.frame, pixels: first..first + run.len() };
        let mut to: Vec<&mut [T]> = self.planes.iter_mut().map(|plane| &mut plane[run.clone()]).collect();
        let (channels, streamed) = (chain.channels, self.is_streamed);
        chain.with_pixels(level, &block, |from| match chain.kind {
            SampleKind::U8 => rows::planes(level, from, channels, rules, &mut to, streamed),
            SampleKind::U16 => {
                rows::planes::<u16, _>(level, bytemuck::cast_slice(from), channels, rules, &mut to, streamed);
            }
            SampleKind::F32 => {
                rows::planes::<f32, _>(level, bytemuck::cast_slice(from), channels, rules, &mut to, streamed);
            }
        });
    }
}

/// What each plane is made of, from four shifts, four scales and four offsets, one a channel.
fn rules(words: &[u32], channel_of: &[usize]) -> Vec<PlaneRule> {
    let rule = |channel: &usize| PlaneRule {
        channel: *channel,
        shift: f32::from_bits(words[*channel]),
        scale: f32::from_bits(words[4 + channel]),
        offset: f32::from_bits(words[8 + channel]),
    };
    channel_of.iter().map(rule).collect()
}
