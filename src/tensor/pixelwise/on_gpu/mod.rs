//! A chain on a GPU: one kernel, assembled from the operations' own snippets.
//!
//! Bytes moved are the least that can be: where pixels lie at the same place at both ends of a chain, each byte of the
//! source is read once, each byte of the result written once, all in words of 16 bytes. Exceptions: planes of `f32`
//! with a number of pixels that four does not divide are written number by number; pixels that come from elsewhere
//! in their frame (resized, mirrored, on a canvas) are read one by one, and so are those of `f16` planes with a number
//! of pixels that eight does not divide, once for each plane; and where a binding cannot hold everything, the source is
//! read once for each plane. A test counts (`tests.rs`).

mod form;
mod passes;
mod pieces;
mod shader;
mod tables;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::step::{Chain, Output};
use crate::device::Storage;
use crate::error::Error;
use crate::gpu::{Binding, Gpu, Kernel, Launch, Lease, Window};
#[cfg(test)]
use crate::shaders::{Subject, layout};
use form::Form;
use pieces::{Ends, pieces};

/// Invocations of a workgroup; `WORKGROUP_SIZE` in the shaders.
const WORKGROUP: u32 = 256;

const BINDINGS: &[Binding] = &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Write];

/// `Params` of `shaders/tensor/pixelwise.wgsl`.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Params {
    units: u32,
    first_pixel: u32,
    source_start: u32,
    result_start: u32,
    first_plane: u32,
    planes: u32,
    frame_count: u32,
    fill: f32,
    channel_of: [u32; 4],
}

/// Records the computation: one launch, where everything can be bound at once, and one more for each pass that a
/// great reduction takes first.
pub(super) fn evaluate(gpu: &Gpu, chain: &Chain, output: &Output) -> Result<Storage, Error> {
    match passes::first_of(chain)? {
        Some((first, rest)) => {
            let storage = evaluate(gpu, &first, &Output::Pixels)?;
            evaluate(gpu, &rest(storage), output)
        }
        None => evaluate_at_once(gpu, chain, output),
    }
}

fn evaluate_at_once(gpu: &Gpu, chain: &Chain, output: &Output) -> Result<Storage, Error> {
    let ends = Ends::new(chain, output)?;
    let result = gpu.lease(ends.result_bytes() as u64)?;
    if ends.is_empty() {
        return Ok(Storage::Gpu(result));
    }
    let form = Form::of(chain, output, &ends);
    let (parameters, places) = tables::parameters(gpu, chain, output)?;
    let frames = tables::frames(gpu, chain, &ends)?;
    launch_all(gpu, chain, output, &form, &ends, &places, [&parameters, &frames, &result])?;
    Ok(Storage::Gpu(result))
}

fn launch_all(
    gpu: &Gpu,
    chain: &Chain,
    output: &Output,
    form: &Form,
    ends: &Ends,
    places: &tables::Places,
    [parameters, frames, result]: [&Arc<Lease>; 3],
) -> Result<(), Error> {
    let kernel = kernel(chain, output, form, places);
    for piece in pieces(chain, form, ends, gpu.limits())? {
        let params = Params { frame_count: ends.frames.len() as u32, ..piece.params(form, output) };
        gpu.launch(&Launch {
            kernel: &kernel,
            params: bytemuck::bytes_of(&params),
            windows: &[
                Window::of(chain.source.storage.lease(), piece.source.start, piece.source.end - piece.source.start),
                Window::all(parameters),
                Window::all(frames),
                Window::of(result, piece.result.start, piece.result.end - piece.result.start),
            ],
            groups: params.units.div_ceil(WORKGROUP),
        })?;
    }
    Ok(())
}

fn kernel(chain: &Chain, output: &Output, form: &Form, places: &tables::Places) -> Kernel {
    let label = match output {
        Output::Pixels => "a chain of per-pixel operations",
        Output::Planes(_) => "a chain of per-pixel operations to planes",
    };
    Kernel { label, source: shader::text(chain, output, form, places).into(), bindings: BINDINGS }
}

/// The kernel of a chain, for the test of all shaders.
#[cfg(test)]
pub(crate) fn subject(chain: &Chain, output: &Output) -> Subject {
    let form = Form::of(chain, output, &Ends::new(chain, output).unwrap());
    let params = Some(layout!(Params {
        units,
        first_pixel,
        source_start,
        result_start,
        first_plane,
        planes,
        frame_count,
        fill,
        channel_of
    }));
    Subject { kernel: kernel(chain, output, &form, &tables::places(chain, output)), params }
}
