//! Great reductions, which a GPU takes in several passes: all but the last make `f32` pixels that are not rounded.

use std::sync::Arc;

use crate::device::Storage;
use crate::error::Error;
use crate::tensor::pixelwise::step::{Chain, Resize, Source};
use crate::tensor::resample::Sampling;
use crate::tensor::{Frames, SampleKind};

/// The first pass of a chain that takes more than one, and what turns its pixels into the rest of the chain.
pub(super) fn first_of(chain: &Chain) -> Result<Option<(Chain, impl FnOnce(Storage) -> Chain)>, Error> {
    let Some(resize) = &chain.resize else { return Ok(None) };
    let passes: Vec<_> = resize.samplings.iter().map(Sampling::passes).collect();
    let most = passes.iter().map(Vec::len).max().unwrap_or(0);
    if most < 2 {
        return Ok(None);
    }
    // A frame that takes fewer passes than others only changes its samples in the first.
    let firsts = resize.samplings.iter().zip(&passes).map(|(sampling, passes)| match passes.as_slice() {
        [first, ..] if passes.len() == most => *first,
        _ => sampling.unchanged(),
    });
    let firsts: Arc<[Sampling]> = firsts.collect();
    let frames = Frames::new(firsts.iter().map(Sampling::to))?;
    let first = Chain {
        source: chain.source.clone(),
        resize: Some(Resize { samplings: firsts.clone(), kind: SampleKind::F32, frames: frames.clone() }),
        steps: Vec::new(),
    };
    let rest: Arc<[Sampling]> =
        resize.samplings.iter().zip(firsts.iter()).map(|(sampling, first)| sampling.after(first)).collect();
    let (resize, steps, channels) = (resize.clone(), chain.steps.clone(), chain.source.channels);
    Ok(Some((first, move |storage| Chain {
        source: Source { storage, kind: SampleKind::F32, channels, frames },
        resize: Some(Resize { samplings: rest, ..resize }),
        steps,
    })))
}
