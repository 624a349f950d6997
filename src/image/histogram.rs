//! Counts of the 256 gray levels: what Otsu's method looks at.

#[cfg(feature = "gpu")]
use std::borrow::Cow;
#[cfg(feature = "gpu")]
use std::sync::Arc;

#[cfg(feature = "gpu")]
use bytemuck::{Pod, Zeroable};

use crate::cpu::{Cpu, HostBuffer};
use crate::device::{Device, Executor, Storage};
use crate::error::Error;
#[cfg(feature = "gpu")]
use crate::gpu::{Binding, Gpu, Kernel, Launch, Lease, Split, Window};
#[cfg(all(test, feature = "gpu"))]
use crate::shaders::{Subject, layout};

/// Gray levels.
pub(super) const LEVELS: usize = 256;
/// Pixels that one worker counts before its counts are added to the total.
const CHUNK: usize = 256 << 10;

/// `Params` of `shaders/image/histogram.wgsl`.
#[cfg(feature = "gpu")]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Params {
    pixels: u32,
}

/// 256 counts of the first image on the device.
pub(super) fn histogram_of(device: &Device, source: Storage, pixels: usize) -> Result<Storage, Error> {
    match device.executor() {
        Executor::Cpu => {
            let [counts] = device.queue().record("a histogram", move |cpu| {
                Ok([histogram(cpu, &source.deferred().get()?.as_slice::<u8>()[..pixels])?])
            });
            Ok(Storage::Cpu(counts))
        }
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => launch(gpu, source.lease(), pixels).map(Storage::Gpu),
    }
}

fn histogram(cpu: &Cpu, pixels: &[u8]) -> Result<HostBuffer, Error> {
    let mut partial = vec![[0_u32; LEVELS]; pixels.len().div_ceil(CHUNK)];
    cpu.workers.for_each_chunk(&mut partial, 1, |index, counts| {
        let chunk = &pixels[index * CHUNK..pixels.len().min((index + 1) * CHUNK)];
        counts.iter_mut().for_each(|counts| *counts = counted(chunk));
    });
    let mut total = cpu.pool.lease::<u32>(LEVELS)?;
    let sums = total.as_mut_slice::<u32>();
    sums.fill(0);
    for counts in partial {
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    Ok(total)
}

/// Counts in four tables at once: pixels in a row are often equal, and counting one level twice in a row would wait
/// for the store before.
fn counted(pixels: &[u8]) -> [u32; LEVELS] {
    let mut tables = [[0_u32; LEVELS]; 4];
    let (quads, rest) = pixels.as_chunks::<4>();
    for quad in quads {
        for (table, pixel) in tables.iter_mut().zip(quad) {
            table[usize::from(*pixel)] += 1;
        }
    }
    for pixel in rest {
        tables[0][usize::from(*pixel)] += 1;
    }
    std::array::from_fn(|level| tables.iter().map(|table| table[level]).sum())
}

#[cfg(feature = "gpu")]
pub(crate) const KERNEL: Kernel = Kernel {
    label: "histogram",
    source: Cow::Borrowed(concat!(
        include_str!("../../shaders/shared/grid.wgsl"),
        include_str!("../../shaders/image/histogram.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Write],
};

#[cfg(feature = "gpu")]
fn launch(gpu: &Gpu, source: &Arc<Lease>, pixels: usize) -> Result<Arc<Lease>, Error> {
    /// Pixels of a workgroup: 256 invocations with eight words of four.
    const PIXELS_PER_GROUP: u32 = 256 * 8 * 4;
    const MOST: usize = 1 << 28;
    let counts = gpu.lease((4 * LEVELS) as u64)?;
    gpu.clear(&counts)?;
    for range in (Split { items: pixels, bytes_per_item: &[1], most: MOST }).windows(gpu.limits()) {
        let params = Params { pixels: range.len() as u32 };
        gpu.launch(&Launch {
            kernel: &KERNEL,
            params: bytemuck::bytes_of(&params),
            windows: &[Window::of(source, range.start as u64, range.len() as u64), Window::all(&counts)],
            groups: params.pixels.div_ceil(PIXELS_PER_GROUP),
        })?;
    }
    Ok(counts)
}

/// The kernel, for the test of all shaders.
#[cfg(all(test, feature = "gpu"))]
pub(crate) fn subject() -> Subject {
    Subject { kernel: KERNEL, params: Some(layout!(Params { pixels })) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_of_counting_one_by_one() {
        for len in [0, 1, 3, 4, 5, 1_001] {
            let pixels: Vec<u8> = (0..len).map(|index| (index * index % 251) as u8).collect();
            let mut expected = [0; LEVELS];
            pixels.iter().for_each(|pixel| expected[usize::from(*pixel)] += 1);
            assert_eq!(counted(&pixels), expected);
        }
    }
}
