//! Scales and zero points of channels, computed where they are used.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::super::options::Rule;
use super::super::parameters::Spread;
use super::super::percentile::{BINS, Part, parts};
use super::kernels;
use super::sweep::{Counted, Dispatch, Form, long, short};
use crate::error::Error;
use crate::gpu::{Gpu, Kernel, Launch, Lease, Window};
use crate::tensor::axis::Axis;

/// Bytes of a channel's extremes or range.
pub(super) const RECORD: u64 = 16;
/// Bytes of a channel's counts, and of its edges.
const TABLE: u64 = 4 * BINS as u64;
/// Bytes of tables that are counted in at a time.
const MOST_TABLES: u64 = 64 << 20;

/// `Params` of `edges.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct EdgesParams {
    pub(super) groups: u32,
    pub(super) first_channel: u32,
    pub(super) is_symmetric: u32,
}

/// `Params` of `percentile.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct PercentileParams {
    pub(super) groups: u32,
    pub(super) first_channel: u32,
    pub(super) is_symmetric: u32,
    pub(super) times: u32,
    pub(super) shift: [u32; 2],
    pub(super) first: [u32; 2],
    pub(super) last: [u32; 2],
}

/// `Params` of `parameters.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct ParametersParams {
    pub(super) channels: u32,
    pub(super) is_scaled: u32,
    pub(super) is_symmetric: u32,
    pub(super) steps: f32,
    pub(super) least: i32,
    pub(super) greatest: i32,
    pub(super) middle: i32,
}

/// Scales and zero points.
pub(super) fn parameters(gpu: &Gpu, source: &Arc<Lease>, axis: Axis, rule: Rule) -> Result<[Arc<Lease>; 2], Error> {
    let spread = match rule {
        Rule::Given(known) => {
            let scales = vec![known.scale; axis.channels];
            let zero_points = vec![known.zero_point; axis.channels];
            return Ok([gpu.upload(bytemuck::cast_slice(&scales))?, gpu.upload(bytemuck::cast_slice(&zero_points))?]);
        }
        Rule::Extremes(spread) | Rule::Percentile(spread, _) => spread,
    };
    let extremes = extremes(gpu, source, axis)?;
    let ranges = match rule {
        Rule::Percentile(Spread { is_symmetric, .. }, p) => percentiles(gpu, source, axis, &extremes, is_symmetric, p)?,
        _ => extremes,
    };
    let bytes = 4 * axis.channels as u64;
    let (scales, zero_points) = (gpu.lease(bytes)?, gpu.lease(bytes)?);
    let params = ParametersParams {
        channels: axis.channels as u32,
        is_scaled: matches!(rule, Rule::Percentile(..)).into(),
        is_symmetric: spread.is_symmetric.into(),
        steps: spread.steps(),
        least: spread.min,
        greatest: spread.max,
        middle: spread.middle(),
    };
    if axis.channels > 0 {
        gpu.launch(&Launch {
            kernel: &kernels::parameters(),
            params: bytemuck::bytes_of(&params),
            windows: &[Window::all(&ranges), Window::all(&scales), Window::all(&zero_points)],
            groups: params.channels.div_ceil(256),
        })?;
    }
    Ok([scales, zero_points])
}

/// The extremes of every channel.
fn extremes(gpu: &Gpu, source: &Arc<Lease>, axis: Axis) -> Result<Arc<Lease>, Error> {
    let extremes = gpu.lease(RECORD * axis.channels as u64)?;
    gpu.clear(&extremes)?;
    let counted = Counted { first: 0, channels: axis.channels, is_symmetric: false };
    sweep(gpu, source, axis, counted, kernels::extremes, &[Window::all(&extremes)])?;
    Ok(extremes)
}

/// The range of `p` in a hundred numbers of every channel; some thousand channels at a time.
fn percentiles(
    gpu: &Gpu,
    source: &Arc<Lease>,
    axis: Axis,
    extremes: &Arc<Lease>,
    is_symmetric: bool,
    p: f64,
) -> Result<Arc<Lease>, Error> {
    let ranges = gpu.lease(RECORD * axis.channels as u64)?;
    let most = (MOST_TABLES.min(gpu.limits().max_binding) / TABLE).max(1) as usize;
    for first in (0..axis.channels).step_by(most) {
        let channels = most.min(axis.channels - first);
        let (edges, counts) = (gpu.lease(TABLE * channels as u64)?, gpu.lease(TABLE * channels as u64)?);
        let heads = gpu.lease(16 * channels as u64)?;
        gpu.clear(&counts)?;
        let params =
            EdgesParams { groups: channels as u32, first_channel: first as u32, is_symmetric: is_symmetric.into() };
        gpu.launch(&Launch {
            kernel: &kernels::edges(),
            params: bytemuck::bytes_of(&params),
            windows: &[Window::all(extremes), Window::all(&edges), Window::all(&heads)],
            groups: params.groups,
        })?;
        let counted = Counted { first, channels, is_symmetric };
        let tables = [Window::all(&counts), Window::all(&edges), Window::all(&heads)];
        sweep(gpu, source, axis, counted, kernels::counts, &tables)?;
        let shares = parts(p, is_symmetric);
        let [first_part, last_part] = shares.map(|Part { part, .. }| whole_by_power_of_two(part));
        let params = PercentileParams {
            groups: params.groups,
            first_channel: params.first_channel,
            is_symmetric: params.is_symmetric,
            times: shares[0].times as u32,
            shift: [first_part.1, last_part.1],
            first: first_part.0,
            last: last_part.0,
        };
        let windows = [extremes, &counts, &edges, &heads, &ranges].map(Window::all);
        gpu.launch(&Launch {
            kernel: &kernels::percentile(),
            params: bytemuck::bytes_of(&params),
            windows: &windows,
            groups: params.groups,
        })?;
    }
    Ok(ranges)
}

/// A number of at most 200 as a whole number, lower and upper word, by a power of two with this exponent.
fn whole_by_power_of_two(number: f64) -> ([u32; 2], u32) {
    let bits = number.to_bits();
    let exponent = (bits >> 52) as u32;
    let (whole, exponent) = match exponent {
        0 => (bits, 1),
        _ => (bits & ((1 << 52) - 1) | 1 << 52, exponent),
    };
    ([whole as u32, (whole >> 32) as u32], 1_075 - exponent)
}

/// Records a kernel over every number of the channels that it looks at.
fn sweep(
    gpu: &Gpu,
    source: &Arc<Lease>,
    axis: Axis,
    counted: Counted,
    kernel: fn(Form) -> Kernel,
    tables: &[Window<'_>],
) -> Result<(), Error> {
    let form = Form::of(axis);
    let kernel = kernel(form);
    let launch = |offset: u64, bytes: u64, params: &[u8], groups: u32| {
        let windows: Vec<_> =
            std::iter::once(Window::of(source, offset, bytes)).chain(tables.iter().copied()).collect();
        gpu.launch(&Launch { kernel: &kernel, params, windows: &windows, groups })
    };
    if form.is_long {
        for Dispatch { offset, bytes, params } in long(axis, counted, gpu.limits()) {
            launch(offset, bytes, bytemuck::bytes_of(&params), params.groups)?;
        }
    } else {
        for Dispatch { offset, bytes, params } in short(axis, counted, gpu.limits()) {
            launch(offset, bytes, bytemuck::bytes_of(&params), params.groups)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_hundred_are_whole_numbers_by_powers_of_two() {
        for number in [200.0, 99.9, 100.0 - 99.9, 1e-9, f64::MIN_POSITIVE, 5e-324] {
            let ([low, high], shift) = whole_by_power_of_two(number);
            let whole = (f64::from(high) * 4_294_967_296.0 + f64::from(low)) * 2_f64.powi(-500);
            assert_eq!(whole * 2_f64.powi(500 - shift as i32), number);
            assert!((45..=1_074).contains(&shift));
        }
    }
}
