//! The adaptive threshold on a GPU: sums along rows, then along columns, in bands of rows whose sums fit a binding.

use std::borrow::Cow;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::AdaptiveMean;
use crate::error::Error;
use crate::gpu::{Binding, Gpu, Kernel, Launch, Lease, Limits, Window};
#[cfg(test)]
use crate::shaders::{Subject, layout};
use crate::tensor::{Frame, Frames};

/// Pixels of an invocation; `UNIT` in the shaders.
const UNIT: usize = 16;
/// Invocations of a workgroup.
const WORKGROUP: u32 = 256;
/// Bytes of a sum.
const SUM: u64 = 4;

/// `Params` of `shaders/image/adaptive/bands.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Params {
    units: u32,
    bands: u32,
    block: u32,
    area: u32,
    offset: i32,
    above: u32,
    below: u32,
}

/// `Band` of `shaders/image/adaptive/bands.wgsl`.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
struct Band {
    width: u32,
    rows: u32,
    skipped: u32,
    result_rows: u32,
    source: u32,
    sums: u32,
    result: u32,
    first_sum_unit: u32,
    first_result_unit: u32,
    unused: u32,
}

/// Bands that go through one launch of either shader.
#[derive(Default)]
struct Task {
    bands: Vec<Band>,
    /// Bytes of the source before its window, of the window, and the same of the result.
    source: [u64; 2],
    result: [u64; 2],
    sum_units: usize,
    result_units: usize,
    sums: u64,
}

/// Records both stages.
pub(super) fn adaptive_mean(
    gpu: &Gpu,
    source: &Arc<Lease>,
    frames: &Frames,
    mean: AdaptiveMean,
) -> Result<Arc<Lease>, Error> {
    let result = gpu.lease(frames.capacity() as u64)?;
    for task in tasks(frames, mean, gpu.limits())? {
        let sums = gpu.lease(task.sums)?;
        let table = gpu.upload(bytemuck::cast_slice(&task.bands))?;
        let params = |units: usize| Params {
            units: units as u32,
            bands: task.bands.len() as u32,
            block: mean.block,
            area: mean.area(),
            offset: mean.offset,
            above: mean.above.into(),
            below: mean.below.into(),
        };
        let source = Window::of(source, task.source[0], task.source[1]);
        let (rows, columns) = (params(task.sum_units), params(task.result_units));
        gpu.launch(&Launch {
            kernel: &ROWS,
            params: bytemuck::bytes_of(&rows),
            windows: &[source, Window::all(&table), Window::all(&sums)],
            groups: rows.units.div_ceil(WORKGROUP),
        })?;
        gpu.launch(&Launch {
            kernel: &COLUMNS,
            params: bytemuck::bytes_of(&columns),
            windows: &[
                source,
                Window::all(&table),
                Window::all(&sums),
                Window::of(&result, task.result[0], task.result[1]),
            ],
            groups: columns.units.div_ceil(WORKGROUP),
        })?;
    }
    Ok(result)
}

/// One task for all images where their sums fit a binding, else one for each of so many rows of an image.
fn tasks(frames: &Frames, mean: AdaptiveMean, limits: Limits) -> Result<Vec<Task>, Error> {
    let mut all = Task::default();
    if frames.capacity() as u64 * SUM <= limits.max_binding {
        for frame in frames.iter().filter(|frame| frame.pixels() > 0) {
            all.add(frame, mean, 0..frame.height, limits);
        }
        return Ok(if all.bands.is_empty() { Vec::new() } else { vec![all] });
    }
    let mut tasks = Vec::new();
    for frame in frames.iter().filter(|frame| frame.pixels() > 0) {
        let room = usize::try_from(limits.max_binding / SUM / frame.width as u64).unwrap_or(frame.height);
        // The first pixel of a band is at a whole word of the result, whatever the width.
        let rows = room.saturating_sub(2 * mean.reach()) / UNIT * UNIT;
        let rows = if room >= frame.height { frame.height } else { rows };
        if rows == 0 {
            return Err(Error::TooLarge {
                what: format!("a {}x{} image with blocks of {}", frame.width, frame.height, mean.block),
                requested: frame.width as u64 * (mean.block as usize - 1 + UNIT) as u64 * SUM,
                unit: "bytes",
                limit_name: "the device's largest binding",
                limit: limits.max_binding,
                advice: "take a smaller block, split the image, or use the CPU executor",
            });
        }
        for start in (0..frame.height).step_by(rows) {
            let mut task = Task::default();
            task.add(frame, mean, start..frame.height.min(start + rows), limits);
            tasks.push(task);
        }
    }
    Ok(tasks)
}

impl Task {
    /// Takes these rows of an image too. More than one image only if the windows may begin where the array does.
    fn add(&mut self, frame: &Frame, mean: AdaptiveMean, rows: std::ops::Range<usize>, limits: Limits) {
        let from = rows.start.saturating_sub(mean.reach());
        let to = (rows.end + mean.reach()).min(frame.height);
        let aligned = |pixel: usize| pixel as u64 / limits.alignment * limits.alignment;
        let (source, result) = (frame.first + from * frame.width, frame.first + rows.start * frame.width);
        if self.bands.is_empty() {
            (self.source[0], self.result[0]) = (aligned(source), aligned(result));
        }
        let (summed, made) = ((to - from) * frame.width, rows.len() * frame.width);
        self.bands.push(Band {
            width: frame.width as u32,
            rows: (to - from) as u32,
            skipped: (rows.start - from) as u32,
            result_rows: rows.len() as u32,
            source: (source as u64 - self.source[0]) as u32,
            sums: (self.sums / SUM) as u32,
            result: (result as u64 - self.result[0]) as u32,
            first_sum_unit: self.sum_units as u32,
            first_result_unit: self.result_units as u32,
            unused: 0,
        });
        self.sum_units += summed.div_ceil(UNIT);
        self.result_units += made.div_ceil(UNIT);
        self.sums += summed as u64 * SUM;
        self.source[1] = (source + summed) as u64 - self.source[0];
        self.result[1] = (result + made) as u64 - self.result[0];
    }
}

const ROWS: Kernel = Kernel {
    label: "sums of rows for an adaptive threshold",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/image/adaptive/bands.wgsl"),
        include_str!("../../../shaders/image/adaptive/rows.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Write],
};

const COLUMNS: Kernel = Kernel {
    label: "adaptive threshold",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/image/adaptive/bands.wgsl"),
        include_str!("../../../shaders/image/adaptive/columns.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Write],
};

/// Both kernels, for the test of all shaders.
#[cfg(test)]
pub(crate) fn subjects() -> Vec<Subject> {
    let params = || Some(layout!(Params { units, bands, block, area, offset, above, below }));
    vec![Subject { kernel: ROWS, params: params() }, Subject { kernel: COLUMNS, params: params() }]
}
