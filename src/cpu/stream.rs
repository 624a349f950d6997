//! Results written past the caches. A plain store first reads the line that it changes; a result that is larger than
//! the caches and written in whole lines needs no such read, which is a third to a half of its memory traffic.
//!
//! Values are made block by block in a buffer that stays in the first-level cache, and whole lines go from there to
//! memory. So any kernel can be streamed, wherever its results start. Streaming from registers was 5 to 15 % faster where
//! 3 planes of `f32` were made of 4096 x 4096 pixels on a Zen 4, but needs planes that all start at whole lines.
#![allow(unsafe_code, reason = "non-temporal stores are intrinsics that take a pointer")]

use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use fearless_simd::Level;

/// A cache line: what is streamed as a whole.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Lines of a block: 4 KiB, so that a few planes and what they are made of share a first-level cache of 32 KiB. Kernels
/// took as long with 1 and 2 KiB on a quiet Zen 4.
const BLOCK: usize = 64;

/// Results from this size on are larger than the caches: there streaming makes planes of a 4096 x 4096 picture twice as
/// fast, while those of 1920 x 1080 take longer (measured on AMD Zen 4).
const PAYS_FROM: usize = 32 << 20;

/// Whether a result of so many bytes is worth streaming.
pub(crate) fn pays(bytes: usize) -> bool {
    bytes >= PAYS_FROM
}

/// The same of a result that is smaller than its source.
const PAYS_ALONE_FROM: usize = 8 << 20;

/// Whether one row of so many bytes in all is worth streaming.
pub(crate) fn pays_alone(bytes: usize) -> bool {
    bytes >= PAYS_ALONE_FROM
}

/// Fills `planes`, whose values are made by `fill(plane, range, values)`: the values of a plane at `range`, all of
/// them. Ranges of a plane are consecutive and at most 4 KiB; the planes take turns, so that a common source is read
/// from memory once.
///
/// With `streaming`, whole lines are written past the caches where the level can; lines that a plane shares with its
/// neighbours are written as usual. When this returns, every thread sees the values.
pub(crate) fn fill<T: Pod>(
    level: Level,
    streaming: bool,
    planes: &mut [&mut [T]],
    mut fill: impl FnMut(usize, Range<usize>, &mut [T]),
) {
    let values = BLOCK * size_of::<Line>() / size_of::<T>();
    if !(streaming && can_stream(level)) {
        let len = planes.iter().map(|plane| plane.len()).max().unwrap_or(0);
        for start in (0..len).step_by(values) {
            for (index, plane) in planes.iter_mut().enumerate() {
                let end = plane.len().min(start + values);
                if start < end {
                    fill(index, start..end, &mut plane[start..end]);
                }
            }
        }
        return;
    }
    let _fence = Fence;
    let mut block = [Line::zeroed(); BLOCK];
    let mut ends = Vec::with_capacity(planes.len());
    let mut middles = Vec::with_capacity(planes.len());
    for (index, plane) in planes.iter_mut().enumerate() {
        let (head, lines, tail) = bytemuck::pod_align_to_mut::<T, Line>(plane);
        fill(index, 0..head.len(), head);
        let start = head.len();
        ends.push((start + lines.len() * (size_of::<Line>() / size_of::<T>()), tail));
        middles.push((start, lines.chunks_mut(BLOCK)));
    }
    loop {
        let mut done = true;
        for (index, (start, chunks)) in middles.iter_mut().enumerate() {
            let Some(lines) = chunks.next() else { continue };
            done = false;
            let from = &mut block[..lines.len()];
            let made = bytemuck::cast_slice_mut::<Line, T>(from);
            let end = *start + made.len();
            fill(index, *start..end, made);
            *start = end;
            stream(level, from, lines);
        }
        if done {
            break;
        }
    }
    for (index, (start, tail)) in ends.into_iter().enumerate() {
        fill(index, start..start + tail.len(), tail);
    }
}

/// Orders streamed lines before whatever this thread does next, also when the values' maker panics.
struct Fence;

impl Drop for Fence {
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every x86-64 has SSE.
        unsafe {
            std::arch::x86_64::_mm_sfence();
        }
    }
}

/// Below AVX2 the kernels are slower than memory, and with stores past the caches they took 3 to 50 % longer.
#[cfg(target_arch = "x86_64")]
fn can_stream(level: Level) -> bool {
    matches!(level, Level::Avx2(_) | Level::Avx512(_))
}

#[cfg(not(target_arch = "x86_64"))]
fn can_stream(_: Level) -> bool {
    false
}

/// Writes lines past the caches where the level can. A [`Fence`] must follow.
fn stream(level: Level, from: &[Line], to: &mut [Line]) {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512(token) => stream_avx512(token, from, to),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2(token) => stream_avx2(token, from, to),
        _ => to.copy_from_slice(from),
    }
}

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    fn stream_avx512(avx512: Avx512, from: &[Line], to: &mut [Line]) {
        use std::arch::x86_64::{_mm512_load_si512, _mm512_stream_si512};
        for (from, to) in from.iter().zip(to) {
            // SAFETY: a `Line` is 64 bytes at a multiple of 64, one borrowed to read and the other exclusively; the
            // only caller holds a `Fence` until it gives up its borrow of the destination.
            unsafe { _mm512_stream_si512((&raw mut *to).cast(), _mm512_load_si512((&raw const *from).cast())) };
        }
    }
);

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    fn stream_avx2(avx2: Avx2, from: &[Line], to: &mut [Line]) {
        use std::arch::x86_64::{__m256i, _mm256_load_si256, _mm256_stream_si256};
        for (from, to) in from.iter().zip(to) {
            let from = (&raw const *from).cast::<__m256i>();
            let to = (&raw mut *to).cast::<__m256i>();
            // SAFETY: a `Line` is two vectors of 32 bytes at a multiple of 64, one borrowed to read and the other
            // exclusively; the only caller holds a `Fence` until it gives up its borrow of the destination.
            unsafe {
                _mm256_stream_si256(to, _mm256_load_si256(from));
                _mm256_stream_si256(to.add(1), _mm256_load_si256(from.add(1)));
            }
        }
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;

    #[test]
    fn every_value_is_written_once_and_nothing_beside_the_planes() {
        for level in SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level))) {
            for streaming in [false, true] {
                for (offset, len) in
                    (0..40).flat_map(|offset| [0, 1, 15, 16, 17, 100, 1_023, 1_024, 5_000].map(|len| (offset, len)))
                {
                    let mut first = vec![-1_i32; len + 80];
                    let mut second = vec![-1_i32; len + 80];
                    let planes = &mut [&mut first[offset..offset + len], &mut second[7..7 + len]];
                    let mut next = [0; 2];
                    fill(level, streaming, planes, |plane, range, values| {
                        assert_eq!((range.start, range.len()), (next[plane], values.len()));
                        next[plane] = range.end;
                        for (index, value) in range.zip(values) {
                            *value = (2 * index + plane) as i32;
                        }
                    });
                    assert_eq!(next, [len; 2]);
                    for (plane, start, all) in [(0, offset, &first), (1, 7, &second)] {
                        for (index, value) in all.iter().enumerate() {
                            let expected = if (start..start + len).contains(&index) {
                                (2 * (index - start) + plane) as i32
                            } else {
                                -1
                            };
                            assert_eq!(*value, expected, "{level:?}, {streaming}, plane {plane} of {len}, at {index}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn bytes_and_planes_of_unequal_length_are_filled() {
        let level = SimdLevel::capped(None);
        for streaming in [false, true] {
            let mut long = vec![0_u8; 9_001];
            let mut short = vec![0_u8; 130];
            let planes = &mut [&mut long[1..], &mut short];
            fill(level, streaming, planes, |plane, _, values| values.fill(plane as u8 + 1));
            assert!(long[0] == 0 && long[1..].iter().all(|value| *value == 1) && short.iter().all(|value| *value == 2));
        }
    }
}
