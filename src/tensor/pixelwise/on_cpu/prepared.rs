//! A chain whose source and parameters are at hand.

use std::sync::Arc;

use fearless_simd::Level;

use super::block::Block;
use crate::cpu::HostBuffer;
use crate::error::Error;
use crate::tensor::pixelwise::step::{Chain, Own, Parameters, Resize, RowKernel, Words};
use crate::tensor::resample::{Resampler, Sampling};
use crate::tensor::{Frames, SampleKind};

/// What a chain is computed from.
pub(super) struct Prepared {
    source: Arc<HostBuffer>,
    source_kind: SampleKind,
    source_channels: usize,
    source_frames: Frames,
    /// One for each frame, where frames are resized.
    resamplers: Option<Vec<Arc<Resampler>>>,
    steps: Vec<(RowKernel, PreparedParameters)>,
    /// What a sample is at the end of the chain.
    pub(super) kind: SampleKind,
    /// Channels there.
    pub(super) channels: usize,
    /// The images there.
    pub(super) frames: Frames,
}

impl Prepared {
    pub(super) fn new(chain: &Chain) -> Result<Self, Error> {
        let steps = chain.steps.iter().map(|step| Ok((step.kernel, PreparedParameters::new(&step.parameters)?)));
        let source = &chain.source;
        Ok(Self {
            source: source.storage.deferred().get()?,
            source_kind: source.kind,
            source_channels: source.channels,
            source_frames: source.frames.clone(),
            resamplers: chain.resize.as_ref().map(|resize| resamplers(resize, source.kind, source.channels)),
            steps: steps.collect::<Result<_, Error>>()?,
            kind: chain.kind(),
            channels: chain.channels(),
            frames: chain.frames().clone(),
        })
    }

    /// Bytes a pixel at the end of the chain.
    pub(super) fn bytes_per_pixel(&self) -> usize {
        self.channels * self.kind.bytes()
    }

    /// Bytes a pixel of the source.
    pub(super) fn source_bytes_per_pixel(&self) -> usize {
        self.source_channels * self.source_kind.bytes()
    }

    /// Whether blocks must be whole rows.
    pub(super) fn needs_rows(&self) -> bool {
        self.resamplers.is_some()
    }

    /// Gives the pixels of a block at the end of the chain: where they are, if they are there already.
    pub(super) fn with_pixels(&self, level: Level, block: &Block, take: impl FnOnce(&[u8])) {
        if self.steps.is_empty() && self.resamplers.is_none() {
            return take(self.source(block));
        }
        with_scratch(block.pixels.len() * self.bytes_per_pixel(), |pixels| {
            self.fill(level, block, pixels);
            take(pixels);
        });
    }

    /// Fills `to` with the pixels of a block at the end of the chain.
    pub(super) fn fill(&self, level: Level, block: &Block, to: &mut [u8]) {
        let Some(resampler) = self.resamplers.as_ref().and_then(|all| all.get(block.frame)) else {
            return self.run(level, block.frame, self.source(block), to);
        };
        let width = self.frames.get(block.frame).map_or(1, |frame| frame.width.max(1));
        let rows = block.pixels.start / width..block.pixels.end / width;
        let all = self.source_frames.get(block.frame).map_or(0, crate::tensor::Frame::pixels);
        let from = self.source(&Block { frame: block.frame, pixels: 0..all });
        if self.steps.is_empty() {
            return resampler.rows(level, from, rows, to);
        }
        with_scratch(block.pixels.len() * self.source_channels * self.kind.bytes(), |resized| {
            resampler.rows(level, from, rows, resized);
            self.run(level, block.frame, resized, to);
        });
    }

    /// The source pixels of a block.
    fn source(&self, block: &Block) -> &[u8] {
        let first = self.source_frames.get(block.frame).map_or(0, |frame| frame.first);
        let bytes = self.source_bytes_per_pixel();
        &self.source.as_slice::<u8>()[(first + block.pixels.start) * bytes..(first + block.pixels.end) * bytes]
    }

    /// Runs all steps over pixels `from` of a frame, into `to`.
    fn run(&self, level: Level, frame: usize, from: &[u8], to: &mut [u8]) {
        let Some(((kernel, parameters), later)) = self.steps.split_first() else { return to.copy_from_slice(from) };
        match kernel {
            RowKernel::ToGray(kernel) => kernel(level, from, self.source_channels, parameters.of(frame), to),
            RowKernel::OnGray { across, .. } => across(level, from, parameters.of(frame), to),
        }
        for (kernel, parameters) in later {
            // Gray is made once, by the first step.
            if let RowKernel::OnGray { in_place, .. } = kernel {
                in_place(level, to, parameters.of(frame));
            }
        }
    }
}

/// Frames that are resized alike share what that takes.
fn resamplers(resize: &Resize, kind: SampleKind, channels: usize) -> Vec<Arc<Resampler>> {
    let mut last: Option<(Sampling, Arc<Resampler>)> = None;
    let mut resampler = |sampling: &Sampling| match &last {
        Some((same, resampler)) if same == sampling => resampler.clone(),
        _ => {
            let resampler = Arc::new(Resampler::new(*sampling, kind, channels));
            last = Some((*sampling, resampler.clone()));
            resampler
        }
    };
    resize.samplings.iter().map(&mut resampler).collect()
}

/// Calls `body` with memory of so many bytes that samples of any kind may lie in.
fn with_scratch(bytes: usize, body: impl FnOnce(&mut [u8])) {
    let mut words = vec![0_u32; bytes.div_ceil(4)];
    body(&mut bytemuck::cast_slice_mut::<u32, u8>(&mut words)[..bytes]);
}

/// Parameters that are in host memory.
pub(super) struct PreparedParameters {
    shared: Arc<[u32]>,
    own: PreparedOwn,
}

enum PreparedOwn {
    Same(Arc<[u32]>),
    Computed(Arc<HostBuffer>, usize),
}

impl PreparedParameters {
    pub(super) fn new(parameters: &Parameters) -> Result<Self, Error> {
        let own = match &parameters.own {
            Own::Same(words) => PreparedOwn::Same(words.clone()),
            Own::Computed(array, each) => PreparedOwn::Computed(array.storage().deferred().get()?, *each),
        };
        Ok(Self { shared: parameters.shared.clone(), own })
    }

    /// The words for a frame.
    pub(super) fn of(&self, frame: usize) -> Words<'_> {
        let own = match &self.own {
            PreparedOwn::Same(words) => words,
            PreparedOwn::Computed(words, each) => &words.as_slice::<u32>()[frame * each..(frame + 1) * each],
        };
        Words { shared: &self.shared, own }
    }
}
