//! The kernels, put together from their parts.

use std::borrow::Cow;

#[cfg(test)]
use super::calibrate::{EdgesParams, ParametersParams, PercentileParams};
#[cfg(test)]
use super::map::MapParams;
use super::sweep::Form;
#[cfg(test)]
use super::sweep::{LongParams, ShortParams};
use crate::gpu::{Binding, Kernel};
#[cfg(test)]
use crate::shaders::{Subject, layout};

macro_rules! shader {
    ($name:literal) => {
        include_str!(concat!("../../../../shaders/tensor/quantize/", $name, ".wgsl"))
    };
}

const GRID: &str = include_str!("../../../../shaders/shared/grid.wgsl");
const BITS: &str = shader!("bits");
const UNITS: &str = shader!("units");
const ORDERED: &str = shader!("ordered");
const CHANNELS: &str = shader!("channels");
const SIGNED: &str = shader!("integers/signed");
const UNSIGNED: &str = shader!("integers/unsigned");

fn kernel(label: &'static str, parts: &[&str], bindings: &'static [Binding]) -> Kernel {
    Kernel { label, source: Cow::Owned(parts.concat()), bindings }
}

/// The parts of a sweep: its loop, and how units are read.
fn sweep(form: Form) -> [&'static str; 2] {
    let units = if form.is_wide { shader!("sweep/vectors") } else { shader!("sweep/words") };
    [if form.is_long { shader!("sweep/long") } else { shader!("sweep/short") }, units]
}

/// Extremes of every channel: source, extremes.
pub(super) fn extremes(form: Form) -> Kernel {
    let finish = if form.is_long { shader!("extremes/together") } else { shader!("extremes/alone") };
    let [sweep, units] = sweep(form);
    let parts = [GRID, sweep, units, shader!("extremes"), finish];
    kernel("extremes of channels", &parts, &[Binding::Uniform, Binding::Read, Binding::Write])
}

/// Counts of every bin: source, counts, edges, heads.
pub(super) fn counts(form: Form) -> Kernel {
    let finish = if form.is_long { shader!("counts/together") } else { shader!("counts/alone") };
    let [sweep, units] = sweep(form);
    let parts = [GRID, BITS, ORDERED, sweep, units, shader!("counts"), finish];
    let bindings = &[Binding::Uniform, Binding::Read, Binding::Write, Binding::Read, Binding::Read];
    kernel("counts in bins", &parts, bindings)
}

/// Edges of bins: extremes, edges, heads.
pub(super) fn edges() -> Kernel {
    let parts = [GRID, BITS, UNITS, ORDERED, shader!("edges")];
    kernel("edges of bins", &parts, &[Binding::Uniform, Binding::Read, Binding::Write, Binding::Write])
}

/// Ranges from counts: extremes, counts, edges, heads, ranges.
pub(super) fn percentile() -> Kernel {
    let parts = [GRID, BITS, ORDERED, shader!("percentile")];
    let bindings = &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Read, Binding::Write];
    kernel("percentiles", &parts, bindings)
}

/// Scales and zero points from ranges: ranges, scales, zero points.
pub(super) fn parameters() -> Kernel {
    let parts = [GRID, BITS, UNITS, shader!("parameters")];
    kernel("scales and zero points", &parts, &[Binding::Uniform, Binding::Read, Binding::Write, Binding::Write])
}

fn integers(is_signed: bool) -> &'static str {
    if is_signed { SIGNED } else { UNSIGNED }
}

/// Integers of numbers: scales, zero points, source, result.
pub(super) fn quantize(is_signed: bool) -> Kernel {
    let parts = [GRID, BITS, CHANNELS, integers(is_signed), shader!("quantize")];
    let bindings = &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Write];
    kernel("numbers to integers", &parts, bindings)
}

/// Numbers of integers: scales, zero points, source, result.
pub(super) fn dequantize(is_signed: bool) -> Kernel {
    let parts = [GRID, BITS, CHANNELS, integers(is_signed), shader!("dequantize")];
    let bindings = &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Write];
    kernel("integers to numbers", &parts, bindings)
}

/// What is lost: scales, zero points, numbers, integers, sums.
pub(super) fn loss(is_signed: bool) -> Kernel {
    let parts = [GRID, BITS, CHANNELS, integers(is_signed), shader!("loss")];
    let bindings = &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Read, Binding::Write];
    kernel("the loss of quantizing", &parts, bindings)
}

/// All kernels, for the test of all shaders.
#[cfg(test)]
pub(crate) fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for form in [(true, true), (true, false), (false, true), (false, false)] {
        let form = Form { is_long: form.0, is_wide: form.1 };
        let long = || {
            layout!(LongParams {
                groups,
                pieces,
                numbers,
                skip,
                first_channel,
                channels,
                first_counted,
                counted,
                is_symmetric
            })
        };
        let short = || {
            layout!(ShortParams {
                groups,
                across,
                units,
                skip,
                width,
                first_column,
                inner,
                channels,
                first_counted,
                counted,
                is_symmetric
            })
        };
        for kernel in [extremes(form), counts(form)] {
            subjects.push(Subject { kernel, params: Some(if form.is_long { long() } else { short() }) });
        }
    }
    for is_signed in [false, true] {
        for kernel in [quantize(is_signed), dequantize(is_signed), loss(is_signed)] {
            let params = layout!(MapParams { numbers, place, channel, inner, channels, first_group });
            subjects.push(Subject { kernel, params: Some(params) });
        }
    }
    let params = layout!(EdgesParams { groups, first_channel, is_symmetric });
    subjects.push(Subject { kernel: edges(), params: Some(params) });
    let params = layout!(PercentileParams { groups, first_channel, is_symmetric, times, shift, first, last });
    subjects.push(Subject { kernel: percentile(), params: Some(params) });
    let params = layout!(ParametersParams { channels, is_scaled, is_symmetric, steps, least, greatest, middle });
    subjects.push(Subject { kernel: parameters(), params: Some(params) });
    subjects
}
