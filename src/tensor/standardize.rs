//! Numbers with mean 0 and variance 1.

#[cfg(feature = "gpu")]
use std::borrow::Cow;
use std::sync::Arc;

#[cfg(feature = "gpu")]
use bytemuck::{Pod, Zeroable};

use super::axis::Axis;
use super::by_channel::{ByChannel, Part};
use super::rows::rescale::{rescale, rescale_each};
use super::statistics::{Rescale, Run, Samples, moments, rescale_parameters};
use super::{SampleKind, Tensor};
use crate::cpu::{Cpu, Deferred, HostBuffer, Queue, stream};
use crate::device::{Executor, Storage};
use crate::error::Error;
#[cfg(feature = "gpu")]
use crate::gpu::{Binding, Gpu, Kernel, Launch, Lease, Split, Window};
#[cfg(all(test, feature = "gpu"))]
use crate::shaders::{Subject, layout};

/// Words of a channel in the table of shifts and scales, and where the scale is.
const WORDS: usize = 12;
const SCALE: usize = 4;
/// Numbers of a task.
const CHUNK: usize = 64 << 10;

impl Tensor {
    /// The tensor with mean 0 and, but for `epsilon`, variance 1: `(x - mean) / sqrt(variance + epsilon)`, where the
    /// variance is that of the population, and `epsilon` is in the square of the tensor's own units. Where all numbers are
    /// equal, and where `variance + epsilon` is below the normal numbers of `f32`, the result is 0; where a number is not
    /// finite, all are NaN. An empty tensor gives an empty one.
    ///
    /// Records the work and returns at once. Mean and variance are taken in `f64` on the CPU, on a GPU in `f32` by pairwise
    /// joining; so results agree to a few units of the rounding of `f32`, of the size of the largest number.
    ///
    /// # Errors
    /// [`Error::TensorOption`] for an `epsilon` that is negative or not finite; [`Error::TooLarge`],
    /// [`Error::OutOfMemory`] or [`Error::DeviceLost`].
    ///
    /// # Examples
    ///
    /// ```
    /// let tensor = swath::Device::cpu()?.tensor(&[1.0, 3.0, 3.0, 1.0], &[2, 2])?;
    /// assert_eq!(tensor.standardize(0.0)?.read().wait()?.as_slice(), [-1.0, 1.0, 1.0, -1.0]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn standardize(&self, epsilon: f64) -> Result<Self, Error> {
        self.standardized(None, epsilon)
    }

    /// The same with a mean and a variance of its own for each place along an axis, counted from 0.
    ///
    /// # Errors
    /// [`Error::Axis`] if the tensor has no such axis, and as [`Tensor::standardize`].
    ///
    /// # Examples
    ///
    /// ```
    /// let tensor = swath::Device::cpu()?.tensor(&[1.0, 3.0, 70.0, 50.0], &[2, 2])?;
    /// assert_eq!(tensor.standardize_along(0, 0.0)?.read().wait()?.as_slice(), [-1.0, 1.0, 1.0, -1.0]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn standardize_along(&self, axis: usize, epsilon: f64) -> Result<Self, Error> {
        self.standardized(Some(axis), epsilon)
    }

    fn standardized(&self, axis: Option<usize>, epsilon: f64) -> Result<Self, Error> {
        if !(epsilon >= 0.0 && epsilon as f32 <= f32::MAX) {
            let (what, allowed) = ("epsilon", "finite and at least 0, in the square of the tensor's units".into());
            return Err(Error::TensorOption { what, value: epsilon.to_string(), allowed });
        }
        let axis = Axis::of(self.shape(), axis)?;
        let (device, source) = (self.device(), self.storage()?);
        if axis.len == 0 {
            return Ok(self.clone());
        }
        #[cfg(feature = "gpu")]
        if let Executor::Gpu(gpu) = device.executor() {
            axis.fits(gpu.limits(), (4 * WORDS) as u64)?;
        }
        let runs: Arc<[Run]> = [Run { first: 0, len: axis.len }].into();
        let (channels, inner) = (axis.channels, axis.inner);
        let samples = Samples { storage: source.clone(), kind: SampleKind::F32, runs, channels, inner };
        let moments = moments(device, &samples)?.as_runs();
        let table = rescale_parameters(device, &moments, Rescale::Standardize { epsilon })?;
        let numbers = match device.executor() {
            Executor::Cpu => record(device.queue(), &source, table.storage(), axis),
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => Storage::Gpu(launch(gpu, source.lease(), table.storage().lease(), axis)?),
        };
        Ok(Self::ready(device, numbers, self.shape().to_vec()))
    }
}

fn record(queue: &Queue, source: &Storage, table: &Storage, axis: Axis) -> Storage {
    let (source, table) = (source.deferred().clone(), table.deferred().clone());
    let [numbers] = queue.record("standardizing", move |cpu| {
        let (source, table) = (Deferred::get(&source)?, table.get()?);
        Ok([standardize(cpu, &source.as_slice()[..axis.len], table.as_slice(), axis)?])
    });
    Storage::Cpu(numbers)
}

fn standardize(cpu: &Cpu, from: &[f32], table: &[u32], axis: Axis) -> Result<HostBuffer, Error> {
    let column = |word: usize| table.chunks_exact(WORDS).map(|words| f32::from_bits(words[word])).collect::<Vec<_>>();
    let (shifts, scales) = (column(0), column(SCALE));
    let by_channel = ByChannel::new(axis, &shifts, &scales);
    let mut numbers = cpu.pool.lease::<f32>(axis.len)?;
    let (level, streaming) = (cpu.level, stream::pays(size_of_val(from)));
    cpu.workers.for_each_chunk(numbers.as_mut_slice(), CHUNK, |index, to| {
        stream::fill(level, streaming, &mut [to], |_, range, to| {
            let first = index * CHUNK + range.start;
            by_channel.walk(first..first + to.len(), |range, part| {
                let (from, to) = (&from[range.clone()], &mut to[range.start - first..range.end - first]);
                match part {
                    Part::One(shift, scale) => rescale(level, from, [shift, scale, 0.0], to, false),
                    Part::Each(shifts, scales) => rescale_each(level, from, shifts, scales, to),
                }
            });
        });
    });
    Ok(numbers)
}

/// `Params` of `shaders/tensor/standardize.wgsl`.
#[cfg(feature = "gpu")]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Params {
    numbers: u32,
    place: u32,
    channel: u32,
    inner: u32,
    channels: u32,
}

#[cfg(feature = "gpu")]
const KERNEL: Kernel = Kernel {
    label: "standardizing",
    source: Cow::Borrowed(concat!(
        include_str!("../../shaders/shared/grid.wgsl"),
        include_str!("../../shaders/tensor/standardize.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Write],
};

#[cfg(feature = "gpu")]
fn launch(gpu: &Gpu, source: &Arc<Lease>, table: &Arc<Lease>, axis: Axis) -> Result<Arc<Lease>, Error> {
    /// Numbers of an invocation.
    const NUMBERS: usize = 4;
    const MOST: usize = 16 << 20;
    let numbers = gpu.lease(4 * axis.len as u64)?;
    let split = Split { items: axis.len.div_ceil(NUMBERS), bytes_per_item: &[16], most: MOST };
    for range in split.windows(gpu.limits()) {
        let first = range.start * NUMBERS;
        let params = Params {
            numbers: (axis.len - first).min(range.len() * NUMBERS) as u32,
            place: (first % axis.inner) as u32,
            channel: axis.channel(first) as u32,
            inner: axis.inner as u32,
            channels: axis.channels as u32,
        };
        let window = |lease| Window::of(lease, 16 * range.start as u64, 16 * range.len() as u64);
        gpu.launch(&Launch {
            kernel: &KERNEL,
            params: bytemuck::bytes_of(&params),
            windows: &[Window::all(table), window(source), window(&numbers)],
            groups: range.len().div_ceil(256) as u32,
        })?;
    }
    Ok(numbers)
}

/// The kernel, for the test of all shaders.
#[cfg(all(test, feature = "gpu"))]
pub(crate) fn subject() -> Subject {
    Subject { kernel: KERNEL, params: Some(layout!(Params { numbers, place, channel, inner, channels })) }
}
