//! A chain whose source and parameters are at hand.

use std::sync::Arc;

use fearless_simd::Level;

use super::block::Block;
use crate::cpu::HostBuffer;
use crate::error::Error;
use crate::tensor::pixelwise::step::{Chain, Own, Parameters, RowKernel, Words};
use crate::tensor::{Frames, SampleKind};

/// What a chain is computed from.
pub(super) struct Prepared {
    source: Arc<HostBuffer>,
    pub(super) kind: SampleKind,
    pub(super) source_channels: usize,
    /// Channels at the end of the chain.
    pub(super) channels: usize,
    pub(super) frames: Frames,
    steps: Vec<(RowKernel, PreparedParameters)>,
}

impl Prepared {
    pub(super) fn new(chain: &Chain) -> Result<Self, Error> {
        let steps = chain.steps.iter().map(|step| Ok((step.kernel, PreparedParameters::new(&step.parameters)?)));
        Ok(Self {
            source: chain.source.storage.deferred().get()?,
            kind: chain.source.kind,
            source_channels: chain.source.channels,
            channels: chain.channels(),
            frames: chain.frames().clone(),
            steps: steps.collect::<Result<_, Error>>()?,
        })
    }

    /// Bytes a pixel at the end of the chain.
    pub(super) fn bytes_per_pixel(&self) -> usize {
        self.channels * self.kind.bytes()
    }

    /// The source pixels of a block.
    pub(super) fn source(&self, block: &Block) -> &[u8] {
        let first = self.frames.get(block.frame).map_or(0, |frame| frame.first);
        let bytes = self.source_channels * self.kind.bytes();
        &self.source.as_slice::<u8>()[(first + block.pixels.start) * bytes..(first + block.pixels.end) * bytes]
    }

    /// Runs all steps over source pixels `from` of a frame, into `to`.
    pub(super) fn run(&self, level: Level, frame: usize, from: &[u8], to: &mut [u8]) {
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

    /// Whether the chain ends where it starts.
    pub(super) fn has_no_steps(&self) -> bool {
        self.steps.is_empty()
    }
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
