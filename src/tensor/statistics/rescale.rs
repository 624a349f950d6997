//! From records to the numbers of a rescale step, `(x - shift) * scale + offset`, on the device.

use super::Moments;
use super::exact::{inverse_root, ratio};
use super::real::Real;
use super::whole::Whole;
use crate::cpu::Deferred;
use crate::device::{Array, Device, Executor, Storage};
use crate::error::Error;
use crate::tensor::SampleKind;

/// Channels that a table of rescale parameters has room for.
const CHANNELS: usize = 4;
/// Words of a run in the table: shift, scale and offset of each channel.
pub(crate) const WORDS: usize = 3 * CHANNELS;
/// How a scale says that a sample is not finite. Written as bits: a shader may assume that there is no such number.
const NAN: u32 = 0x7fc0_0000;

/// What a channel is rescaled to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rescale {
    /// Mean 0 and variance 1: `(x - mean) / sqrt(variance + epsilon)`, where the variance is that of the population.
    Standardize {
        /// Added to the variance.
        epsilon: f64,
    },
    /// The least number becomes `low` and the greatest `high`; where they are equal all become `low`.
    MinMax {
        /// What the least becomes.
        low: f64,
        /// What the greatest becomes.
        high: f64,
    },
    /// A norm of 1.
    Norm(Norm),
}

/// A norm of all numbers of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Norm {
    /// The sum of absolute values.
    L1,
    /// The root of the sum of squares.
    L2,
    /// The largest absolute value.
    Inf,
}

/// A [`Rescale`] in numbers of `f32`, as both executors take it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Form {
    /// 0 standardize, 1 minimum and maximum, 2, 3 and 4 the norms.
    pub(super) kind: u32,
    /// What is added to the variance.
    pub(super) epsilon: f32,
    /// The distance from low to high.
    pub(super) spread: f32,
    /// What the least becomes.
    pub(super) low: f32,
}

impl From<Rescale> for Form {
    fn from(rescale: Rescale) -> Self {
        let form = |kind| Self { kind, epsilon: 0.0, spread: 0.0, low: 0.0 };
        match rescale {
            Rescale::Standardize { epsilon } => Self { epsilon: epsilon as f32, ..form(0) },
            Rescale::MinMax { low, high } => Self { spread: (high - low) as f32, low: low as f32, ..form(1) },
            Rescale::Norm(Norm::L1) => form(2),
            Rescale::Norm(Norm::L2) => form(3),
            Rescale::Norm(Norm::Inf) => form(4),
        }
    }
}

/// Twelve words a run, the bits of `f32`: shift of up to four channels, then their scales, then their offsets, for
/// `(x - shift) * scale + offset`. Records the work and returns at once.
///
/// A scale is 0 where nothing can be scaled: for a variance (with epsilon), a range or a norm of 0, for no samples at
/// all, and for one so small that `f32` has no normal number for it. It is NaN where the channel has a number that is not
/// finite, so that the whole channel becomes NaN. What channels do not use is 0.
///
/// For whole numbers the words are the same on all devices: mean, variance and root are rounded once each, from exact
/// integers. For `f32` a GPU is exact to a few units of its own rounding; it squares deviations in `f32`, so that those
/// above 1e19 overflow and give a scale of 0.
///
/// # Errors
/// [`Error::OutOfMemory`] or [`Error::DeviceLost`].
pub(crate) fn rescale_parameters(device: &Device, moments: &Moments, rescale: Rescale) -> Result<Array<u32>, Error> {
    debug_assert!(moments.channels <= CHANNELS, "a table has room for {CHANNELS} channels, not {}", moments.channels);
    let form = Form::from(rescale);
    let storage = match device.executor() {
        Executor::Cpu => {
            let moments = moments.clone();
            let [table] = device.queue().record("parameters of a rescale step", move |cpu| {
                let records = Deferred::get(moments.records.deferred())?;
                let mut table = cpu.pool.lease::<u32>(moments.runs * WORDS)?;
                let words = table.as_mut_slice::<u32>();
                words.fill(0);
                for (run, words) in words.chunks_exact_mut(WORDS).enumerate() {
                    for channel in 0..moments.channels {
                        let index = run * moments.channels + channel;
                        let [shift, scale, offset] = match moments.kind {
                            SampleKind::F32 => of_real(&records.as_slice::<Real>()[index], form),
                            _ => of_whole(&records.as_slice::<Whole>()[index], form),
                        };
                        words[channel] = shift.to_bits();
                        words[CHANNELS + channel] = if scale.is_nan() { NAN } else { scale.to_bits() };
                        words[2 * CHANNELS + channel] = offset.to_bits();
                    }
                }
                Ok([table])
            });
            Storage::Cpu(table)
        }
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => Storage::Gpu(super::on_gpu::rescale_parameters(gpu, moments, form)?),
    };
    Ok(Array::new(device.clone(), storage, moments.runs * WORDS))
}

/// Shift, scale and offset; the shader of whole numbers takes the same steps.
fn of_whole(record: &Whole, form: Form) -> [f32; 3] {
    let count = u128::from(record.count);
    if count == 0 {
        return [0.0, 0.0, form.low];
    }
    let scale = match form.kind {
        0 => root_scale(ratio(record.spread(), count * count, 0) + form.epsilon),
        1 => quotient(form.spread, record.max - record.min),
        2 => reciprocal(record.sum),
        3 => root_scale(ratio(u128::from(record.squares), 1, 0)),
        _ => reciprocal(u64::from(record.max)),
    };
    let shift = match form.kind {
        0 => ratio(u128::from(record.sum), count, 0),
        1 => record.min as f32,
        _ => 0.0,
    };
    [shift, scale, form.low]
}

/// The inverse of the root of what has one.
fn root_scale(value: f32) -> f32 {
    if value >= f32::MIN_POSITIVE && value.is_finite() { inverse_root(value) } else { 0.0 }
}

fn reciprocal(value: u64) -> f32 {
    if value == 0 { 0.0 } else { ratio(1, u128::from(value), 0) }
}

/// A number by a whole one, 0 by 0.
fn quotient(number: f32, by: u32) -> f32 {
    if by == 0 || !number.is_normal() {
        return 0.0;
    }
    let bits = number.to_bits();
    let exponent = (bits >> 23 & 0xff) as i32 - 150;
    let magnitude = ratio(u128::from(bits & 0x7f_ffff | 0x80_0000), u128::from(by), exponent);
    f32::from_bits(magnitude.to_bits() | bits & 0x8000_0000)
}

/// Shift, scale and offset, from `f64`.
fn of_real(record: &Real, form: Form) -> [f32; 3] {
    let shift = match form.kind {
        0 => record.mean as f32,
        1 if record.count > 0 => record.min,
        _ => 0.0,
    };
    if record.other > 0 {
        return [shift, f32::from_bits(NAN), form.low];
    }
    if record.count == 0 {
        return [0.0, 0.0, form.low];
    }
    let smallest = f64::from(f32::MIN_POSITIVE);
    let inverse = |value: f64| if value < smallest { 0.0 } else { 1.0 / value };
    let count = record.count as f64;
    let scale = match form.kind {
        0 => {
            let variance = record.deviations / count + f64::from(form.epsilon);
            if variance < smallest { 0.0 } else { 1.0 / variance.sqrt() }
        }
        1 => f64::from(form.spread) * inverse(f64::from(record.max) - f64::from(record.min)),
        2 => inverse(record.absolute),
        3 => {
            let squares = record.deviations + count * record.mean * record.mean;
            if squares < smallest { 0.0 } else { 1.0 / squares.sqrt() }
        }
        _ => inverse(f64::from(record.max.abs().max(record.min.abs()))),
    };
    [shift, scale as f32, form.low]
}
