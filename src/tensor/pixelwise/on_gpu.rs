//! A chain on a GPU: one kernel, assembled from the operations' own snippets.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::step::{Affine, Chain, Output, Parameter};
use crate::device::Storage;
use crate::error::Error;
use crate::gpu::{Binding, Gpu, Kernel, Launch, Lease, Split, Window};
#[cfg(test)]
use crate::shaders::{Subject, layout};

/// Pixels that one invocation takes: as many as share a word of gray.
const PIXELS_PER_UNIT: usize = 4;
/// Invocations of a workgroup; `WORKGROUP_SIZE` in the shaders.
const WORKGROUP: u32 = 256;
/// Units of one dispatch, so that none runs for long on a slow device.
const UNITS_PER_DISPATCH: usize = 1 << 24;

/// `Params` of `shaders/tensor/pixelwise.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Params {
    units: u32,
    pixels: u32,
    first_plane: u32,
    planes: u32,
    shift: [u32; 4],
    scale: [f32; 4],
    bias: [f32; 4],
}

/// Records the computation.
pub(super) fn evaluate(gpu: &Gpu, chain: &Chain, output: &Output) -> Result<Storage, Error> {
    let parameters = parameters(gpu, chain)?;
    let result = match output {
        Output::Gray => gray(gpu, chain, &parameters)?,
        Output::Planes(affine) => planes(gpu, chain, &parameters, affine)?,
    };
    Ok(Storage::Gpu(result))
}

/// Bytes of `pixels` pixels on a GPU: whole units, because an invocation reads and writes whole words.
pub(crate) fn padded_bytes(pixels: usize, channels: usize) -> u64 {
    (pixels.next_multiple_of(PIXELS_PER_UNIT) * channels) as u64
}

/// The steps' numbers side by side. Computed ones are copied over on the device.
fn parameters(gpu: &Gpu, chain: &Chain) -> Result<Arc<Lease>, Error> {
    let known: Vec<u32> = chain
        .steps
        .iter()
        .map(|step| match step.parameter {
            Parameter::Value(value) => value,
            Parameter::Computed(_) => 0,
        })
        .collect();
    let lease = gpu.upload(bytemuck::cast_slice(&known))?;
    for (index, step) in (0_u64..).zip(&chain.steps) {
        if let Parameter::Computed(array) = &step.parameter {
            gpu.copy(array.storage().lease(), (&lease, 4 * index), 4)?;
        }
    }
    Ok(lease)
}

fn gray(gpu: &Gpu, chain: &Chain, parameters: &Arc<Lease>) -> Result<Arc<Lease>, Error> {
    let source = chain.source.lease();
    let result = gpu.lease(padded_bytes(chain.pixels, 1))?;
    let kernel = kernel("a chain of per-pixel operations", chain, &Output::Gray);
    let bytes_in = (PIXELS_PER_UNIT * chain.channels) as u64;
    let bytes_out = PIXELS_PER_UNIT as u64;
    for units in split(chain, &[bytes_in, bytes_out]).windows(gpu.limits()) {
        let params = params(chain, &units);
        let (first, count) = (units.start as u64, units.len() as u64);
        gpu.launch(&Launch {
            kernel: &kernel,
            params: bytemuck::bytes_of(&params),
            windows: &[
                Window::of(source, first * bytes_in, count * bytes_in),
                Window::all(parameters),
                Window::of(&result, first * bytes_out, count * bytes_out),
            ],
            groups: params.units.div_ceil(WORKGROUP),
        })?;
    }
    Ok(result)
}

fn planes(gpu: &Gpu, chain: &Chain, parameters: &Arc<Lease>, affine: &Affine) -> Result<Arc<Lease>, Error> {
    let limits = gpu.limits();
    let result = gpu.lease(affine.planes as u64 * chain.pixels as u64 * 4)?;
    let kernel = kernel("a chain of per-pixel operations to planes", chain, &Output::Planes(*affine));
    // All planes at once where one binding holds them; else plane by plane, because windows of several planes would
    // overlap at their unaligned ends, and bindings that are written may not.
    let at_once = if result.bytes() <= limits.max_binding { affine.planes } else { 1 };
    let bytes_in = (PIXELS_PER_UNIT * chain.channels) as u64;
    let bytes_out = 4 * PIXELS_PER_UNIT as u64;
    let widths = if at_once == 1 { vec![bytes_in, bytes_out] } else { vec![bytes_in] };
    for first_plane in (0..affine.planes).step_by(at_once) {
        for units in split(chain, &widths).windows(limits) {
            let (first, count) = (units.start as u64, units.len() as u64);
            let start = 4 * (first_plane * chain.pixels) as u64 + first * bytes_out;
            let (offset, bytes) = if at_once == 1 {
                let offset = start / limits.alignment * limits.alignment;
                (offset, start - offset + count * bytes_out)
            } else {
                (0, result.bytes())
            };
            let shift = |plane: usize| ((start - offset) / 4) as u32 + (plane * chain.pixels) as u32;
            let params = Params {
                first_plane: first_plane as u32,
                planes: at_once as u32,
                shift: [shift(0), shift(1), shift(2), 0],
                scale: padded(affine.scale),
                bias: padded(affine.bias),
                ..params(chain, &units)
            };
            gpu.launch(&Launch {
                kernel: &kernel,
                params: bytemuck::bytes_of(&params),
                windows: &[
                    Window::of(chain.source.lease(), first * bytes_in, count * bytes_in),
                    Window::all(parameters),
                    Window::of(&result, offset, bytes),
                ],
                groups: params.units.div_ceil(WORKGROUP),
            })?;
        }
    }
    Ok(result)
}

fn kernel(label: &'static str, chain: &Chain, output: &Output) -> Kernel {
    let bindings = &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Write];
    Kernel { label, source: Cow::Owned(shader(chain, output)), bindings }
}

fn split<'a>(chain: &Chain, bytes_per_item: &'a [u64]) -> Split<'a> {
    Split { items: chain.pixels.div_ceil(PIXELS_PER_UNIT), bytes_per_item, most: UNITS_PER_DISPATCH }
}

fn params(chain: &Chain, units: &std::ops::Range<usize>) -> Params {
    let last = chain.pixels.min(units.end * PIXELS_PER_UNIT);
    Params { units: units.len() as u32, pixels: (last - units.start * PIXELS_PER_UNIT) as u32, ..Params::zeroed() }
}

fn padded(values: [f32; 3]) -> [f32; 4] {
    [values[0], values[1], values[2], 0.0]
}

/// The text of the kernel for a chain.
pub(crate) fn shader(chain: &Chain, output: &Output) -> String {
    let mut text = String::from(include_str!("../../../shaders/shared/grid.wgsl"));
    text.push_str(include_str!("../../../shaders/tensor/pixelwise.wgsl"));
    let mut included: Vec<&str> = Vec::new();
    for step in &chain.steps {
        if !included.contains(&step.name) {
            included.push(step.name);
            text.push_str(step.shader);
        }
    }
    let source =
        ["gray", "rgb", "rgba"][[1, 3, 4].iter().position(|channels| *channels == chain.channels).unwrap_or(0)];
    let mut generated = format!(
        "fn source_pixels(unit: u32) -> array<vec4u, 4> {{\n    return {source}_pixels(unit);\n}}\n\
         fn transformed(pixel: vec4u) -> vec4u {{\n    var result = pixel;\n"
    );
    for (index, step) in chain.steps.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(generated, "    result = {}(result, parameters[{index}]);", step.name);
    }
    generated.push_str("    return result;\n}\n");
    text.push_str(&generated);
    match output {
        Output::Gray => text.push_str(include_str!("../../../shaders/tensor/pixelwise/gray_bytes.wgsl")),
        Output::Planes(_) => text.push_str(include_str!("../../../shaders/tensor/pixelwise/planes.wgsl")),
    }
    text
}

/// The kernel of a chain, for the test of all shaders.
#[cfg(test)]
pub(crate) fn subject(chain: &Chain, output: &Output) -> Subject {
    let params = Some(layout!(Params { units, pixels, first_plane, planes, shift, scale, bias }));
    Subject { kernel: kernel("a chain of per-pixel operations", chain, output), params }
}
