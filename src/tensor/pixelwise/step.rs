//! The parts of a chain.

use std::sync::Arc;

use fearless_simd::Level;

use crate::device::{Array, Storage};
use crate::tensor::resample::Sampling;
use crate::tensor::{Frames, SampleKind};

/// One operation on pixels, on both executors.
#[derive(Clone)]
#[cfg_attr(not(feature = "gpu"), expect(dead_code, reason = "the snippet is for the GPU executor"))]
pub(crate) struct Step {
    /// Name of its function in the snippet: `fn name(pixel: vec4u, same: u32, own: u32) -> vec4u` for whole numbers,
    /// the same with `vec4f` for `f32`. The last two are where its words are in `parameters`.
    pub(crate) name: &'static str,
    /// The snippet.
    pub(crate) shader: &'static str,
    /// Its twin.
    pub(crate) kernel: RowKernel,
    /// What it takes.
    pub(crate) parameters: Parameters,
}

/// A step on the CPU, over the samples of some consecutive pixels, given as bytes.
#[derive(Clone, Copy)]
pub(crate) enum RowKernel {
    /// Makes gray pixels of pixels with so many channels.
    ToGray(fn(Level, &[u8], usize, Words<'_>, &mut [u8])),
    /// Changes gray pixels, of another array or in place.
    OnGray { across: fn(Level, &[u8], Words<'_>, &mut [u8]), in_place: fn(Level, &mut [u8], Words<'_>) },
}

/// The words that a step takes for one frame.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    /// The same for all frames.
    pub(crate) shared: &'a [u32],
    /// The frame's own.
    pub(crate) own: &'a [u32],
}

/// What a step takes: 32-bit words, whole numbers or the bits of `f32`.
#[derive(Clone)]
pub(crate) struct Parameters {
    /// The same for all frames.
    pub(crate) shared: Arc<[u32]>,
    /// Those of each frame.
    pub(crate) own: Own,
}

/// Words of each frame.
#[derive(Clone)]
pub(crate) enum Own {
    /// Known when the step is recorded, and the same for all.
    Same(Arc<[u32]>),
    /// Computed on the device by then: so many for each frame, one frame after the other.
    Computed(Array<u32>, usize),
}

impl Parameters {
    /// Words that are known, the same for all frames.
    pub(crate) fn known(shared: &[u32], own: &[u32]) -> Self {
        Self { shared: shared.into(), own: Own::Same(own.into()) }
    }

    /// Words of each frame that are computed on the device.
    pub(crate) fn computed(shared: &[u32], own: Array<u32>, each: usize) -> Self {
        Self { shared: shared.into(), own: Own::Computed(own, each) }
    }
}

/// Images on a device.
#[derive(Clone)]
pub(crate) struct Source {
    /// Their samples, tightly packed from each frame's first pixel on.
    pub(crate) storage: Storage,
    /// What a sample is.
    pub(crate) kind: SampleKind,
    /// Samples a pixel.
    pub(crate) channels: usize,
    /// Where each image is.
    pub(crate) frames: Frames,
}

/// Pixels of another size, made before the steps.
#[derive(Clone)]
pub(crate) struct Resize {
    /// For each frame what becomes what.
    pub(crate) samplings: Arc<[Sampling]>,
    /// What a sample is afterwards.
    pub(crate) kind: SampleKind,
    /// Where each image is afterwards.
    pub(crate) frames: Frames,
}

/// Images and the steps over them.
#[derive(Clone)]
pub(crate) struct Chain {
    /// Where the pixels come from.
    pub(crate) source: Source,
    /// What becomes of them first.
    pub(crate) resize: Option<Resize>,
    /// Applied in order.
    pub(crate) steps: Vec<Step>,
}

impl Chain {
    /// Images as they are.
    pub(crate) fn of(source: Source) -> Self {
        Self { source, resize: None, steps: Vec::new() }
    }

    /// The chain with one more step.
    pub(crate) fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Samples a pixel at its end.
    pub(crate) fn channels(&self) -> usize {
        let makes_gray = |step: &Step| matches!(step.kernel, RowKernel::ToGray(_));
        if self.steps.iter().any(makes_gray) { 1 } else { self.source.channels }
    }

    /// What a sample is at its end.
    pub(crate) fn kind(&self) -> SampleKind {
        self.resize.as_ref().map_or(self.source.kind, |resize| resize.kind)
    }

    /// The images at its end.
    pub(crate) fn frames(&self) -> &Frames {
        self.resize.as_ref().map_or(&self.source.frames, |resize| &resize.frames)
    }

    /// Bytes a pixel at its end.
    #[cfg(feature = "gpu")]
    pub(crate) fn bytes_per_pixel(&self) -> usize {
        self.channels() * self.kind().bytes()
    }
}

/// What comes out of a chain.
#[derive(Clone)]
pub(crate) enum Output {
    /// Pixels of the chain's samples and channels, in frames.
    Pixels,
    /// Planes of numbers.
    Planes(Planes),
}

/// Planes of numbers: for each frame as many as `channel_of` has, each `(value - shift) * scale + offset` a pixel.
#[derive(Clone)]
pub(crate) struct Planes {
    /// What a number is.
    pub(crate) number: Number,
    /// The channel that each plane takes; at most four.
    pub(crate) channel_of: Vec<usize>,
    /// Four shifts, four scales and four offsets, one a channel, as the bits of `f32`, in `own`.
    pub(crate) rescale: Parameters,
    /// Where the pixels go within the planes.
    pub(crate) placement: Placement,
}

/// Where the pixels of a frame go within its planes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Placement {
    /// Whether left becomes right.
    pub(crate) is_flipped: bool,
    /// Width and height of every plane, and the value of what lies right of and below the frame.
    pub(crate) canvas: Option<(usize, usize, f32)>,
}

/// A number of a plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Number {
    /// `f32`
    F32,
    /// `half::f16`
    F16,
}

impl Number {
    /// Bytes of a number.
    #[cfg(feature = "gpu")]
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }
}

impl Planes {
    /// Width and height of the planes of a frame of this size.
    pub(crate) fn size_of(&self, width: usize, height: usize) -> (usize, usize) {
        self.placement.canvas.map_or((width, height), |(width, height, _)| (width, height))
    }

    /// For each frame the index of its first number, and how many there are in all.
    pub(crate) fn firsts(&self, frames: &Frames) -> (Vec<usize>, usize) {
        let mut next = 0;
        let firsts = frames.iter().map(|frame| {
            let (width, height) = self.size_of(frame.width, frame.height);
            let first = next;
            next += width * height * self.channel_of.len();
            first
        });
        (firsts.collect(), next)
    }
}
