//! What a chain's kernel looks up: the words of its steps, and where its frames are.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::pieces::Ends;
use crate::error::Error;
use crate::gpu::{Gpu, Lease};
use crate::tensor::pixelwise::step::{Chain, Output, Own, Parameters};

/// Where the words of a step are in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The first of those that all frames share.
    pub(super) shared: usize,
    /// The first of a frame's own; `each` further for every frame.
    pub(super) own: usize,
    /// Words of a frame; 0 where all have the same.
    pub(super) each: usize,
}

/// Where everything is in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    /// The words of every step, those of the output last.
    pub(super) steps: Vec<Place>,
    /// How frames are resized.
    pub(super) geometry: usize,
}

/// The parameters of all steps, those of the output last.
fn all<'a>(chain: &'a Chain, output: &'a Output) -> impl Iterator<Item = &'a Parameters> {
    let of_output = match output {
        Output::Pixels => None,
        Output::Planes(planes) => Some(&planes.rescale),
    };
    chain.steps.iter().map(|step| &step.parameters).chain(of_output)
}

/// Where everything is in the table.
pub(super) fn places(chain: &Chain, output: &Output) -> Places {
    let mut next = 0;
    let place = |parameters: &Parameters| {
        let shared = next;
        let own = shared + parameters.shared.len();
        let (each, words) = match &parameters.own {
            Own::Same(words) => (0, words.len()),
            Own::Computed(array, each) => (*each, array.len()),
        };
        next = own + words;
        Place { shared, own, each }
    };
    let steps = all(chain, output).map(place).collect();
    Places { steps, geometry: next }
}

/// The words of all steps side by side, and where each step's are. Computed ones are copied over on the device.
pub(super) fn parameters(gpu: &Gpu, chain: &Chain, output: &Output) -> Result<(Arc<Lease>, Places), Error> {
    let places = places(chain, output);
    let mut known: Vec<u32> = Vec::new();
    for parameters in all(chain, output) {
        known.extend_from_slice(&parameters.shared);
        match &parameters.own {
            Own::Same(words) => known.extend_from_slice(words),
            Own::Computed(array, _) => known.resize(known.len() + array.len(), 0),
        }
    }
    for sampling in chain.resize.iter().flat_map(|resize| resize.samplings.iter()) {
        known.extend_from_slice(bytemuck::cast_slice(&[sampling.geometry(chain.source.kind)]));
    }
    let lease = gpu.upload(bytemuck::cast_slice(&known))?;
    for (parameters, place) in all(chain, output).zip(&places.steps) {
        if let Own::Computed(array, _) = &parameters.own {
            gpu.copy(array.storage().lease(), (&lease, 4 * place.own as u64), 4 * array.len() as u64)?;
        }
    }
    Ok((lease, places))
}

/// `Frame` of `shaders/tensor/pixelwise.wgsl`. Indices wrap beyond 2^32; see there.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
struct FrameEntry {
    first: u32,
    width: u32,
    height: u32,
    first_number: u32,
    inside_width: u32,
    inside_height: u32,
    source_first: u32,
    source_width: u32,
}

/// Every frame at both ends of the chain.
pub(super) fn frames(gpu: &Gpu, chain: &Chain, ends: &Ends) -> Result<Arc<Lease>, Error> {
    let inside_and_source = chain.frames().iter().zip(chain.source.frames.iter());
    let places = ends.frames.iter().zip(inside_and_source).zip(&ends.first_numbers);
    let entries: Vec<_> = places
        .map(|((frame, (inside, source)), first_number)| FrameEntry {
            first: frame.first as u32,
            width: frame.width as u32,
            height: frame.height as u32,
            first_number: *first_number as u32,
            inside_width: inside.width as u32,
            inside_height: inside.height as u32,
            source_first: source.first as u32,
            source_width: source.width as u32,
        })
        .collect();
    gpu.upload(bytemuck::cast_slice(&entries))
}
