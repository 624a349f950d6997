//! Black and white by the mean of what surrounds each pixel, as OpenCV's `adaptiveThreshold` does with
//! `ADAPTIVE_THRESH_MEAN_C`.
//!
//! The mean is that of a square block around the pixel, where the pixels at the edge of the image stand in for those
//! outside, rounded to the nearest whole number: the area of the block is odd, so there are no ties. A pixel is above
//! if `pixel > mean - C`. C is rounded up first, and down for the inverted kind: that is OpenCV's convention, and the
//! results were equal to those of OpenCV 5.0 in all pixels tried, for blocks of 3 to 511.

use fearless_simd::{Simd, dispatch};

use crate::cpu::{Cpu, Deferred, HostBuffer};
use crate::device::{Device, Executor, Storage};
use crate::error::Error;
use crate::tensor::{Frame, Frames};

#[cfg(feature = "gpu")]
mod on_gpu;
#[cfg(all(test, feature = "gpu"))]
pub(crate) use on_gpu::subjects;

/// The largest block: sums of a larger one need not fit 32 bits.
const MOST: usize = 4_095;
/// Rows of a band that one worker takes, unless the block is higher.
const ROWS: usize = 64;

/// How pixels are compared with their surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AdaptiveMean {
    /// Width and height of the block, odd.
    block: u32,
    /// What is added to a pixel before it is compared with the mean.
    offset: i32,
    /// The result above.
    above: u8,
    /// The result elsewhere.
    below: u8,
}

impl AdaptiveMean {
    /// `above` where a pixel is above the mean of the block around it less `c`, `below` elsewhere. The inverted kind
    /// rounds `c` down and not up, and has the two the other way round.
    ///
    /// # Errors
    /// [`Error::Block`] if the block is even, below 3 or above 4,095, or if `c` is not finite.
    pub(super) fn new(block: usize, c: f64, is_inverted: bool, above: u8, below: u8) -> Result<Self, Error> {
        if block.is_multiple_of(2) || !(3..=MOST).contains(&block) || !c.is_finite() {
            return Err(Error::Block { block, c });
        }
        let offset = if is_inverted { c.floor() } else { c.ceil() };
        let (above, below) = if is_inverted { (below, above) } else { (above, below) };
        // Pixels and means are from 0 to 255: further apart they cannot be.
        Ok(Self { block: block as u32, offset: offset.clamp(-256.0, 256.0) as i32, above, below })
    }

    fn area(&self) -> u32 {
        self.block * self.block
    }

    /// How far the block reaches from its middle.
    fn reach(&self) -> usize {
        self.block as usize / 2
    }
}

/// The images black and white, laid out as their sources. On a GPU all of them go through one launch for rows and one
/// for columns, where a binding holds the sums of rows.
///
/// # Errors
/// [`Error::TooLarge`] if a GPU's binding cannot hold the sums of as many rows as the block is high;
/// [`Error::OutOfMemory`] or [`Error::DeviceLost`].
pub(super) fn adaptive_mean(
    device: &Device,
    source: &Storage,
    frames: &Frames,
    mean: AdaptiveMean,
) -> Result<Storage, Error> {
    match device.executor() {
        Executor::Cpu => {
            let (source, frames) = (source.clone(), frames.clone());
            let [result] = device.queue().record("an adaptive threshold", move |cpu| {
                Ok([all_bands(cpu, Deferred::get(source.deferred())?.as_slice(), &frames, mean)?])
            });
            Ok(Storage::Cpu(result))
        }
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => on_gpu::adaptive_mean(gpu, source.lease(), frames, mean).map(Storage::Gpu),
    }
}

fn all_bands(cpu: &Cpu, pixels: &[u8], frames: &Frames, mean: AdaptiveMean) -> Result<HostBuffer, Error> {
    let mut result = cpu.pool.lease::<u8>(frames.capacity())?;
    let rows = ROWS.max(2 * mean.block as usize);
    let mut bands = Vec::new();
    let mut rest = result.as_mut_slice::<u8>();
    let mut next = 0;
    for frame in frames.iter().filter(|frame| frame.pixels() > 0) {
        let (_, from_first) = rest.split_at_mut(frame.first - next);
        let (own, behind) = from_first.split_at_mut(frame.pixels());
        (rest, next) = (behind, frame.first + frame.pixels());
        bands.extend(own.chunks_mut(rows * frame.width).enumerate().map(|(index, to)| (frame, index * rows, to)));
    }
    cpu.workers.for_each_chunk(&mut bands, 1, |_, bands| {
        for (frame, first_row, to) in bands {
            let image = &pixels[frame.first..frame.first + frame.pixels()];
            dispatch!(cpu.level, simd => band(simd, image, frame, *first_row, mean, to));
        }
    });
    Ok(result)
}

/// Rows from `first_row` on. Sums of columns go along: a row of them is added, another taken away. Every SIMD level
/// compiles this loop.
#[inline(always)]
fn band<S: Simd>(_: S, image: &[u8], frame: &Frame, first_row: usize, mean: AdaptiveMean, to: &mut [u8]) {
    let (width, reach, block) = (frame.width, mean.reach(), mean.block as usize);
    let (area, half, offset) = (mean.area(), (mean.area() - 1) / 2, mean.offset);
    // The row that stands at a place counted from `reach` above the image.
    let row = |place: usize| {
        let y = place.saturating_sub(reach).min(frame.height - 1);
        &image[y * width..][..width]
    };
    let mut columns = vec![0_u32; width];
    for place in first_row..first_row + block - 1 {
        columns.iter_mut().zip(row(place)).for_each(|(column, pixel)| *column += u32::from(*pixel));
    }
    // Sums of all columns up to one, those that stand in for what is outside included. They may wrap, differences of
    // them bring that back.
    let mut up_to = vec![0_u32; width + block];
    for (y, to) in (first_row..).zip(to.chunks_exact_mut(width)) {
        columns.iter_mut().zip(row(y + block - 1)).for_each(|(column, pixel)| *column += u32::from(*pixel));
        let mut sum = 0_u32;
        let (left, others) = up_to[1..].split_at_mut(reach);
        let (middle, right) = others.split_at_mut(width);
        for up_to in left {
            sum = sum.wrapping_add(columns[0]);
            *up_to = sum;
        }
        for (up_to, column) in middle.iter_mut().zip(&columns) {
            sum = sum.wrapping_add(*column);
            *up_to = sum;
        }
        for up_to in right {
            sum = sum.wrapping_add(columns[width - 1]);
            *up_to = sum;
        }
        let pixels = &image[y * width..][..width];
        for (((to, pixel), start), end) in to.iter_mut().zip(pixels).zip(&up_to).zip(&up_to[block..]) {
            let level = (i32::from(*pixel) + offset).clamp(0, 256) as u32;
            let is_above = end.wrapping_sub(*start) < (area * level).max(half) - half;
            *to = if is_above { mean.above } else { mean.below };
        }
        columns.iter_mut().zip(row(y)).for_each(|(column, pixel)| *column -= u32::from(*pixel));
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    /// By the definition: the mean of the block, pixel by pixel, in `f64`.
    fn plainly(frames: &Frames, pixels: &[u8], block: i64, c: f64, is_inverted: bool) -> Vec<u8> {
        let mut result = pixels.to_vec();
        for frame in frames.iter() {
            let (width, height) = (frame.width as i64, frame.height as i64);
            let at = |x: i64, y: i64| {
                pixels[frame.first + (y.clamp(0, height - 1) * width + x.clamp(0, width - 1)) as usize]
            };
            for y in 0..height {
                for x in 0..width {
                    let around = -(block / 2)..=block / 2;
                    let sum: f64 =
                        around.clone().flat_map(|dy| around.clone().map(move |dx| f64::from(at(x + dx, y + dy)))).sum();
                    let mean = (sum / (block * block) as f64).round();
                    let difference = f64::from(at(x, y)) - mean;
                    let is_white = if is_inverted { difference <= -c.floor() } else { difference > -c.ceil() };
                    result[frame.first + (y * width + x) as usize] = if is_white { 200 } else { 3 };
                }
            }
        }
        result
    }

    /// Pixels of the images, without what is between them.
    fn within<'a>(frames: &'a Frames, pixels: &'a [u8]) -> Vec<&'a [u8]> {
        frames.iter().map(|frame| &pixels[frame.first..frame.first + frame.pixels()]).collect()
    }

    #[test]
    fn every_image_is_compared_with_its_own_surroundings() {
        let sizes = [(1, 1), (0, 4), (1, 9), (9, 1), (2, 2), (3, 0), (16, 16), (17, 5), (33, 70), (130, 67), (5, 150)];
        let (frames, pixels) = samples::batch(&sizes);
        let devices = samples::devices();
        for (block, c) in [(3, 0.0), (5, 2.0), (11, -3.5), (11, 0.5), (31, 7.25), (101, 0.0), (3, 300.0), (3, -1e300)] {
            for is_inverted in [false, true] {
                let expected = plainly(&frames, &pixels, block, c, is_inverted);
                let mean = AdaptiveMean::new(block as usize, c, is_inverted, 200, 3).unwrap();
                for (name, device) in &devices {
                    let source = samples::stored(device, &pixels);
                    let before = device.stats().launches;
                    let result = adaptive_mean(device, &source, &frames, mean).unwrap();
                    let launches = device.stats().launches - before;
                    assert!(name.contains("small") || launches <= 2, "{name}: {launches} launches");
                    let got = samples::read::<u8>(device, &result, pixels.len());
                    assert!(
                        within(&frames, &got) == within(&frames, &expected),
                        "{name}, block {block}, C = {c}, inverted: {is_inverted}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_largest_block_of_white_does_not_overflow() {
        let (frames, _) = samples::batch(&[(90, 40)]);
        let white = vec![255_u8; frames.capacity()];
        for (name, device) in samples::devices().into_iter().filter(|(name, _)| !name.contains("small")) {
            for (c, expected) in [(0.0, 0), (1.0, 1), (-1.0, 0)] {
                let mean = AdaptiveMean::new(MOST, c, false, 1, 0).unwrap();
                let result = adaptive_mean(&device, &samples::stored(&device, &white), &frames, mean).unwrap();
                let got = samples::read::<u8>(&device, &result, frames.capacity());
                assert!(within(&frames, &got)[0].iter().all(|pixel| *pixel == expected), "{name}, C = {c}");
            }
        }
    }

    #[test]
    fn blocks_that_have_no_middle_or_sums_too_large_are_refused() {
        for (block, c) in [(0, 0.0), (1, 0.0), (4, 0.0), (4_097, 0.0), (3, f64::NAN), (3, f64::INFINITY)] {
            assert!(matches!(AdaptiveMean::new(block, c, false, 255, 0), Err(Error::Block { .. })), "{block} {c}");
        }
        assert_eq!(
            AdaptiveMean::new(4, 2.0, false, 255, 0).unwrap_err().to_string(),
            "a block of 4 with C = 2 is not valid for an adaptive threshold; use an odd block from 3 to 4095 and a \
             finite C"
        );
    }
}
