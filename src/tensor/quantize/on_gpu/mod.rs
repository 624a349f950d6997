//! Quantization by a GPU.

mod calibrate;
mod kernels;
mod map;
mod sweep;

use super::options::Rule;
use crate::device::Storage;
use crate::error::Error;
use crate::gpu::Gpu;
use crate::tensor::axis::Axis;
use crate::tensor::rows::quantize::Quantized;

#[cfg(test)]
pub(crate) use kernels::subjects;
pub(super) use map::joined;

/// Records all stages: integers, scales and zero points.
pub(super) fn quantize<Q: Quantized>(
    gpu: &Gpu,
    source: &Storage,
    axis: Axis,
    rule: Rule,
) -> Result<[Storage; 3], Error> {
    axis.fits(gpu.limits(), calibrate::RECORD)?;
    let [scales, zero_points] = calibrate::parameters(gpu, source.lease(), axis, rule)?;
    let integers = map::quantize(gpu, source.lease(), [&scales, &zero_points], axis, is_signed::<Q>())?;
    Ok([integers, scales, zero_points].map(Storage::Gpu))
}

/// Records numbers from integers.
pub(super) fn dequantize<Q: Quantized>(gpu: &Gpu, made: &[Storage; 3], axis: Axis) -> Result<Storage, Error> {
    let [integers, scales, zero_points] = made.each_ref().map(Storage::lease);
    map::dequantize(gpu, integers, [scales, zero_points], axis, is_signed::<Q>()).map(Storage::Gpu)
}

/// Records sums of what was lost, to be [`joined`], and their bytes.
pub(super) fn loss<Q: Quantized>(
    gpu: &Gpu,
    source: &Storage,
    made: &[Storage; 3],
    axis: Axis,
) -> Result<(Storage, usize), Error> {
    let [integers, scales, zero_points] = made.each_ref().map(Storage::lease);
    let steps = [scales, zero_points];
    let (sums, bytes) = map::loss(gpu, source.lease(), integers, steps, axis, is_signed::<Q>())?;
    Ok((Storage::Gpu(sums), bytes))
}

fn is_signed<Q: Quantized>() -> bool {
    Q::MIN < 0
}
