//! Counts of the 256 gray levels: what Otsu's method looks at.

#[cfg(feature = "gpu")]
use std::borrow::Cow;
#[cfg(feature = "gpu")]
use std::sync::Arc;

#[cfg(feature = "gpu")]
use bytemuck::{Pod, Zeroable};

use super::{Gray8, Image, Pixel};
use crate::cpu::{Cpu, Deferred, HostBuffer};
use crate::device::{Array, Device, Executor, Storage};
use crate::error::Error;
#[cfg(feature = "gpu")]
use crate::gpu::{Binding, Gpu, Kernel, Launch, Lease, Window};
#[cfg(all(test, feature = "gpu"))]
use crate::shaders::{Subject, layout};
use crate::tensor::rows::histogram::{LEVELS, histogram as count};
#[cfg(feature = "gpu")]
use crate::tensor::statistics::Plan;
use crate::tensor::{Arity, Frames};

/// Pixels that one worker counts before its counts are added to the total.
const CHUNK: usize = 256 << 10;

/// `Params` of `shaders/image/histogram.wgsl`.
#[cfg(feature = "gpu")]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Params {
    groups: u32,
    first_chunk: u32,
    runs: u32,
    base: u32,
    chunk_words: u32,
}

impl<A: Arity> Image<Gray8, A> {
    /// How many pixels have each of the 256 levels: 256 counts an image on the device, image after image.
    ///
    /// Records the work and returns at once. Without pixels all counts are 0.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::OutOfMemory`] or [`Error::DeviceLost`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Gray8, ImageView};
    ///
    /// let device = Device::cpu()?;
    /// let image = device.image(ImageView::<Gray8>::new(&[7, 255, 7, 0], 2, 2)?)?;
    /// let counts = image.histogram()?.read().wait()?;
    /// assert_eq!((counts.len(), counts[0], counts[7], counts[255]), (256, 1, 2, 1));
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn histogram(&self) -> Result<Array<u32>, Error> {
        let counts = counts_of(self)?;
        Ok(Array::new(self.device().clone(), counts, LEVELS * self.frames().len()))
    }
}

/// 256 counts of each image of bytes, taken while they are computed where that can be.
pub(super) fn counts_of<P: Pixel, A: Arity>(image: &Image<P, A>) -> Result<Storage, Error> {
    match image.counted() {
        Some(counts) => Ok(counts),
        None => histogram(image.device(), &image.storage()?, image.frames()),
    }
}

/// 256 counts an image, the images' one after the other; all images go through one launch. Without pixels all are 0.
pub(super) fn histogram(device: &Device, source: &Storage, frames: &Frames) -> Result<Storage, Error> {
    match device.executor() {
        Executor::Cpu => {
            let (source, frames) = (source.clone(), frames.clone());
            let [result] = device.queue().record("a histogram", move |cpu| {
                Ok([counts(cpu, Deferred::get(source.deferred())?.as_slice(), &frames)?])
            });
            Ok(Storage::Cpu(result))
        }
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => launch(gpu, source.lease(), frames).map(Storage::Gpu),
    }
}

fn counts(cpu: &Cpu, pixels: &[u8], frames: &Frames) -> Result<HostBuffer, Error> {
    let chunks: Vec<_> = frames
        .iter()
        .enumerate()
        .flat_map(|(image, frame)| {
            let pixels = &pixels[frame.first..frame.first + frame.pixels()];
            pixels.chunks(CHUNK).map(move |chunk| (image, chunk))
        })
        .collect();
    let mut partial = vec![[0_u64; LEVELS]; chunks.len()];
    cpu.workers.for_each_chunk(&mut partial, 1, |index, counts| {
        counts.iter_mut().for_each(|counts| count(cpu.level, chunks[index].1, counts));
    });
    let mut totals = cpu.pool.lease::<u32>(LEVELS * frames.len())?;
    totals.as_mut_slice::<u32>().fill(0);
    let (totals_of, _) = totals.as_mut_slice::<u32>().as_chunks_mut::<LEVELS>();
    for ((image, _), counts) in chunks.iter().zip(partial) {
        // Counts that do not fit 32 bits stay at the end of what does.
        let totals = totals_of[*image].iter_mut();
        totals.zip(counts).for_each(|(total, count)| *total = total.saturating_add(count as u32));
    }
    Ok(totals)
}

#[cfg(feature = "gpu")]
const KERNEL: Kernel = Kernel {
    label: "histogram",
    source: Cow::Borrowed(concat!(
        include_str!("../../shaders/shared/grid.wgsl"),
        include_str!("../../shaders/tensor/statistics/table.wgsl"),
        include_str!("../../shaders/image/histogram.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Write],
};

#[cfg(feature = "gpu")]
fn launch(gpu: &Gpu, source: &Arc<Lease>, frames: &Frames) -> Result<Arc<Lease>, Error> {
    let counts = gpu.lease((4 * LEVELS * frames.len()) as u64)?;
    gpu.clear(&counts)?;
    let plan = Plan::new(frames.iter().map(|frame| (frame.first as u64, frame.pixels())), 1, gpu.limits());
    let table = gpu.upload(bytemuck::cast_slice(&plan.parts))?;
    for dispatch in plan.dispatches(gpu.limits()) {
        let params = Params {
            groups: dispatch.chunks as u32,
            first_chunk: dispatch.first_chunk as u32,
            runs: plan.parts.len() as u32,
            base: dispatch.base(),
            chunk_words: (plan.chunk / 16) as u32,
        };
        gpu.launch(&Launch {
            kernel: &KERNEL,
            params: bytemuck::bytes_of(&params),
            windows: &[Window::of(source, dispatch.offset, dispatch.bytes), Window::all(&table), Window::all(&counts)],
            groups: params.groups,
        })?;
    }
    Ok(counts)
}

/// The kernel, for the test of all shaders.
#[cfg(all(test, feature = "gpu"))]
pub(crate) fn subject() -> Subject {
    let params = layout!(Params { groups, first_chunk, runs, base, chunk_words });
    Subject { kernel: KERNEL, params: Some(params) }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn counts_are_those_of_counting_one_by_one_on_every_device() {
        let sizes = [(0, 3), (1, 1), (5, 3), (0, 0), (31, 33), (700, 801), (16, 1), (17, 3)];
        let (frames, pixels) = samples::batch(&sizes);
        let expected: Vec<u32> = frames
            .iter()
            .flat_map(|frame| {
                let mut counts = [0; LEVELS];
                let pixels = &pixels[frame.first..frame.first + frame.pixels()];
                pixels.iter().for_each(|pixel| counts[usize::from(*pixel)] += 1);
                counts
            })
            .collect();
        for (name, device) in samples::devices() {
            let before = device.stats().launches;
            let counts = histogram(&device, &samples::stored(&device, &pixels), &frames).unwrap();
            if !name.contains("small") {
                assert_eq!(device.stats().launches - before, 1, "{name}");
            }
            assert!(samples::read::<u32>(&device, &counts, expected.len()) == expected, "{name}");
        }
    }
}
