//! Every number to its integer and back, and what that loses.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::kernels;
use crate::error::Error;
use crate::gpu::{Gpu, Kernel, Launch, Lease, Split, Window};
use crate::tensor::axis::Axis;
use crate::tensor::rows::loss::Loss;

/// Numbers of an invocation: a word of 16 bytes of integers.
const NUMBERS: usize = 16;
/// Invocations of a workgroup.
const WORKGROUP: usize = 256;
/// Invocations of a dispatch at most.
const MOST: usize = 4 << 20;
/// Bytes of the sums of a workgroup.
const SUMS: u64 = 16;

/// `Params` of `channels.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct MapParams {
    pub(super) numbers: u32,
    pub(super) place: u32,
    pub(super) channel: u32,
    pub(super) inner: u32,
    pub(super) channels: u32,
    pub(super) first_group: u32,
}

/// What a kernel goes over.
struct Map<'a> {
    kernel: &'a Kernel,
    axis: Axis,
    steps: [&'a Arc<Lease>; 2],
    /// Arrays with the bytes that an invocation takes of each.
    arrays: [(&'a Arc<Lease>, u64); 2],
    /// What every workgroup writes a word of; windows then begin at whole workgroups.
    table: Option<&'a Arc<Lease>>,
}

impl Map<'_> {
    fn launch(&self, gpu: &Gpu) -> Result<(), Error> {
        let Axis { len, channels, inner } = self.axis;
        // Invocations of an item.
        let each = if self.table.is_some() { WORKGROUP } else { 1 };
        let bytes_per_item = self.arrays.map(|(_, bytes)| each as u64 * bytes);
        let split = Split { items: len.div_ceil(each * NUMBERS), bytes_per_item: &bytes_per_item, most: MOST / each };
        for range in split.windows(gpu.limits()) {
            let first = range.start * each * NUMBERS;
            let numbers = (len - first).min(range.len() * each * NUMBERS);
            let params = MapParams {
                numbers: numbers as u32,
                place: (first % inner) as u32,
                channel: self.axis.channel(first) as u32,
                inner: inner as u32,
                channels: channels as u32,
                first_group: (range.start * each / WORKGROUP) as u32,
            };
            let [source, result] = self.arrays.map(|(lease, bytes)| {
                let bytes = each as u64 * bytes;
                Window::of(lease, range.start as u64 * bytes, range.len() as u64 * bytes)
            });
            let [scales, zero_points] = self.steps.map(Window::all);
            let windows: Vec<_> =
                [scales, zero_points, source, result].into_iter().chain(self.table.map(Window::all)).collect();
            gpu.launch(&Launch {
                kernel: self.kernel,
                params: bytemuck::bytes_of(&params),
                windows: &windows,
                groups: numbers.div_ceil(WORKGROUP * NUMBERS) as u32,
            })?;
        }
        Ok(())
    }
}

/// Integers of numbers.
pub(super) fn quantize(
    gpu: &Gpu,
    source: &Arc<Lease>,
    steps: [&Arc<Lease>; 2],
    axis: Axis,
    is_signed: bool,
) -> Result<Arc<Lease>, Error> {
    let integers = gpu.lease(axis.len as u64)?;
    let arrays = [(source, 64), (&integers, 16)];
    Map { kernel: &kernels::quantize(is_signed), axis, steps, arrays, table: None }.launch(gpu)?;
    Ok(integers)
}

/// Numbers of integers.
pub(super) fn dequantize(
    gpu: &Gpu,
    integers: &Arc<Lease>,
    steps: [&Arc<Lease>; 2],
    axis: Axis,
    is_signed: bool,
) -> Result<Arc<Lease>, Error> {
    let numbers = gpu.lease(4 * axis.len as u64)?;
    let arrays = [(integers, 16), (&numbers, 64)];
    Map { kernel: &kernels::dequantize(is_signed), axis, steps, arrays, table: None }.launch(gpu)?;
    Ok(numbers)
}

/// What integers lose of numbers: sums of every workgroup, and their bytes.
pub(super) fn loss(
    gpu: &Gpu,
    source: &Arc<Lease>,
    integers: &Arc<Lease>,
    steps: [&Arc<Lease>; 2],
    axis: Axis,
    is_signed: bool,
) -> Result<(Arc<Lease>, usize), Error> {
    let groups = axis.len.div_ceil(WORKGROUP * NUMBERS);
    let sums = gpu.lease(SUMS * groups as u64)?;
    let arrays = [(source, 64), (integers, 16)];
    Map { kernel: &kernels::loss(is_signed), axis, steps, arrays, table: Some(&sums) }.launch(gpu)?;
    Ok((sums, groups * SUMS as usize))
}

/// All sums together.
pub(in super::super) fn joined(sums: &[[u32; 4]]) -> Loss {
    let number = |exponent: u32, bits: u32| {
        let unit = 2_f64.powi(exponent as i32);
        f64::from(f32::from_bits(bits)) * unit * unit
    };
    sums.iter().fold(Loss::NONE, |sum, [signal_unit, signal, noise_unit, noise]| {
        sum.with(Loss { noise: number(*noise_unit, *noise), signal: number(*signal_unit, *signal) })
    })
}
