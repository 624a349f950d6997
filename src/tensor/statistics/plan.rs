//! How runs are cut into chunks for the workgroups of a GPU, and chunks into dispatches whose samples fit a binding.

use bytemuck::{Pod, Zeroable};

use crate::gpu::Limits;

/// Samples of a channel in a chunk where bindings are not made small: sums of it fit 32 bits, and there are enough
/// chunks in a photograph for all of a GPU.
pub(super) const CHUNK: usize = 16 << 10;
/// Chunks of one dispatch, so that none runs for long on a slow device.
const MOST_CHUNKS: usize = 1 << 14;
/// Where runs begin is counted in words of so many bytes.
const WORD: u64 = 16;

/// A run as shaders see it: `vec4u` of `shaders/tensor/statistics/table.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct GpuPart {
    /// Where it begins: in words of 16 bytes from the start of the array, or in samples from the start of the window.
    pub(crate) first: u32,
    /// Samples a channel.
    pub(crate) columns: u32,
    /// How many of them lie side by side; not used where channels are interleaved.
    pub(crate) width: u32,
    /// Its first chunk, counted through all runs.
    pub(crate) first_chunk: u32,
}

/// Runs of pixels, each from a word of 16 bytes on, cut into chunks.
pub(crate) struct Plan {
    /// All runs.
    pub(crate) parts: Vec<GpuPart>,
    /// Pixels of a chunk.
    pub(crate) chunk: usize,
    /// Chunks of all runs.
    pub(crate) chunks: usize,
    pixel_bytes: u64,
}

/// Chunks of one dispatch, and the part of the array where their pixels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dispatch {
    /// The first chunk.
    pub(crate) first_chunk: usize,
    /// How many.
    pub(crate) chunks: usize,
    /// Bytes before the window.
    pub(crate) offset: u64,
    /// Bytes of the window.
    pub(crate) bytes: u64,
}

impl Dispatch {
    /// Where the window begins, as [`GpuPart::first`] counts.
    pub(crate) fn base(&self) -> u32 {
        (self.offset / WORD) as u32
    }
}

impl Plan {
    /// Runs of so many pixels that begin at so many bytes, first to last.
    pub(crate) fn new(runs: impl Iterator<Item = (u64, usize)>, pixel_bytes: usize, limits: Limits) -> Self {
        let pixel_bytes = pixel_bytes as u64;
        let room = limits.max_binding.saturating_sub(limits.alignment) / pixel_bytes;
        // Chunks begin at words of 16 bytes, as runs do.
        let chunk = usize::try_from(room).map_or(CHUNK, |room| room.min(CHUNK)) / 16 * 16;
        let chunk = chunk.max(16);
        let mut chunks = 0;
        let parts = runs.map(|(first, pixels)| {
            let first_chunk = chunks as u32;
            chunks += pixels.div_ceil(chunk);
            GpuPart { first: (first / WORD) as u32, columns: pixels as u32, width: 1, first_chunk }
        });
        let parts = parts.collect();
        Self { parts, chunk, chunks, pixel_bytes }
    }

    /// All chunks, in dispatches as few as bindings allow.
    pub(crate) fn dispatches(&self, limits: Limits) -> Vec<Dispatch> {
        let mut dispatches: Vec<Dispatch> = Vec::new();
        for part in &self.parts {
            let mut start = 0;
            while start < part.columns as usize {
                let byte = |pixel: usize| u64::from(part.first) * WORD + pixel as u64 * self.pixel_bytes;
                let extended = dispatches.last_mut().map(|last| {
                    // As many whole chunks as the binding still has room for; the last of a run may be shorter.
                    let room = (last.offset + limits.max_binding).saturating_sub(byte(start)) / self.pixel_bytes;
                    let left = part.columns as usize - start;
                    let fitting = usize::try_from(room).unwrap_or(left).min(left);
                    let whole = if fitting == left { left.div_ceil(self.chunk) } else { fitting / self.chunk };
                    let more = whole.min(MOST_CHUNKS.saturating_sub(last.chunks));
                    let end = (start + more * self.chunk).min(part.columns as usize);
                    if more > 0 {
                        last.chunks += more;
                        last.bytes = byte(end) - last.offset;
                        start = end;
                    }
                    more
                });
                if extended.unwrap_or(0) == 0 {
                    let offset = byte(start) / limits.alignment * limits.alignment;
                    let first_chunk = part.first_chunk as usize + start / self.chunk;
                    dispatches.push(Dispatch { first_chunk, chunks: 0, offset, bytes: 0 });
                }
            }
        }
        dispatches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispatches_cover_all_chunks_once_within_the_binding() {
        for max_binding in [1 << 10, 5_000, 1 << 20, 128 << 20] {
            for pixel_bytes in [1, 3, 4, 12, 16] {
                let limits = Limits { max_groups: 65_535, max_binding, alignment: 256 };
                let sizes = [0, 1, 4_000, 17, 0, 100_003, 16];
                let mut first = 0;
                let runs = sizes.map(|pixels: usize| {
                    let run = (first, pixels);
                    first += (pixels.next_multiple_of(16) * pixel_bytes) as u64;
                    run
                });
                let plan = Plan::new(runs.into_iter(), pixel_bytes, limits);
                let expected: usize = sizes.iter().map(|pixels| pixels.div_ceil(plan.chunk)).sum();
                assert_eq!(plan.chunks, expected);
                let mut next = 0;
                for dispatch in plan.dispatches(limits) {
                    assert_eq!((dispatch.first_chunk, dispatch.offset % 256), (next, 0));
                    assert!(dispatch.chunks > 0 && dispatch.bytes <= max_binding, "{dispatch:?} of {max_binding}");
                    for chunk in next..next + dispatch.chunks {
                        let part = plan.parts.iter().rfind(|part| part.first_chunk as usize <= chunk).unwrap();
                        let start = (chunk - part.first_chunk as usize) * plan.chunk;
                        let end = (start + plan.chunk).min(part.columns as usize);
                        let byte = |pixel: usize| u64::from(part.first) * 16 + (pixel * pixel_bytes) as u64;
                        assert!(byte(start) >= dispatch.offset && byte(end) <= dispatch.offset + dispatch.bytes);
                    }
                    next += dispatch.chunks;
                }
                assert_eq!(next, expected);
                if max_binding == 128 << 20 {
                    assert_eq!(plan.dispatches(limits).len(), 1);
                }
            }
        }
    }
}
