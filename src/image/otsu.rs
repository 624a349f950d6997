//! The gray level that tells foreground from background best: Otsu, "A Threshold Selection Method from Gray-Level
//! Histograms" (1979).
//!
//! A level splits N pixels of sum S into `n` at or below it, with sum `s`, and the rest. The between-class variance is,
//! up to a factor that is the same for all levels, `(N s - n S)^2 / (n (N - n))`. Levels are compared as fractions of
//! integers, so the answer is exact and the same on every device, however flat the maximum.

#[cfg(feature = "gpu")]
use std::borrow::Cow;

#[cfg(feature = "gpu")]
use bytemuck::{Pod, Zeroable};

use super::histogram::counts_of;
use super::{Gray8, Image, Pixel};
use crate::cpu::Deferred;
use crate::device::{Array, Device, Executor, Storage};
use crate::error::Error;
#[cfg(feature = "gpu")]
use crate::gpu::{Binding, Kernel, Launch, Split, Window};
#[cfg(all(test, feature = "gpu"))]
use crate::shaders::{Subject, layout};
use crate::tensor::Arity;
use crate::tensor::rows::histogram::LEVELS;

/// Images of one dispatch, so that none runs for long on a slow device.
#[cfg(feature = "gpu")]
const IMAGES_PER_DISPATCH: usize = 1 << 16;

/// `Params` of `shaders/image/otsu.wgsl`.
#[cfg(feature = "gpu")]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Params {
    images: u32,
}

#[cfg(feature = "gpu")]
const KERNEL: Kernel = Kernel {
    label: "Otsu's level",
    source: Cow::Borrowed(include_str!("../../shaders/image/otsu.wgsl")),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Write],
};

impl<A: Arity> Image<Gray8, A> {
    /// Otsu's level of each image, one number an image on the device: the level at which splitting the pixels into those
    /// above and the rest gives the largest variance between the two; the lowest of equals. An image of a single gray
    /// level gives that level (OpenCV gives 0), one without pixels 0 if others of its batch have any.
    ///
    /// # Errors
    /// [`Error::EmptyImage`] if there are no pixels at all. When the result is read: [`Error::DeviceLost`],
    /// [`Error::OutOfMemory`] or [`Error::Gpu`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Gray8, ImageView};
    ///
    /// let device = Device::cpu()?;
    /// let image = device.image(ImageView::<Gray8>::new(&[10, 12, 200, 210], 4, 1)?)?;
    /// assert_eq!(image.otsu_level()?.read().wait()?[0], 12);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn otsu_level(&self) -> Result<Array<u32>, Error> {
        levels(self)
    }
}

/// Otsu's level of every image of bytes.
pub(super) fn levels<P: Pixel, A: Arity>(image: &Image<P, A>) -> Result<Array<u32>, Error> {
    let (device, frames) = (image.device(), image.frames());
    if frames.iter().all(|frame| frame.pixels() == 0) {
        let (width, height) = frames.get(0).map_or((0, 0), |frame| (frame.width, frame.height));
        return Err(Error::EmptyImage { operation: "Otsu's level", width, height });
    }
    let counts = counts_of(image)?;
    Ok(Array::new(device.clone(), levels_of(device, &counts, frames.len())?, frames.len()))
}

/// Otsu's level of each of so many images, from their counts; all images go through one launch. Without pixels it is 0.
pub(super) fn levels_of(device: &Device, counts: &Storage, images: usize) -> Result<Storage, Error> {
    match device.executor() {
        Executor::Cpu => {
            let counts = counts.clone();
            let [levels] = device.queue().record("Otsu's level", move |cpu| {
                let counts = Deferred::get(counts.deferred())?;
                let levels: Vec<_> = counts.as_slice::<u32>().chunks_exact(LEVELS).take(images).map(level_of).collect();
                Ok([cpu.pool.copy_of(&levels)?])
            });
            Ok(Storage::Cpu(levels))
        }
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => {
            let levels = gpu.lease(4 * images as u64)?;
            let (bytes_in, bytes_out) = (4 * LEVELS as u64, 4);
            let split = Split { items: images, bytes_per_item: &[bytes_in, bytes_out], most: IMAGES_PER_DISPATCH };
            for images in split.windows(gpu.limits()) {
                let (first, count) = (images.start as u64, images.len() as u64);
                let params = Params { images: count as u32 };
                gpu.launch(&Launch {
                    kernel: &KERNEL,
                    params: bytemuck::bytes_of(&params),
                    windows: &[
                        Window::of(counts.lease(), first * bytes_in, count * bytes_in),
                        Window::of(&levels, first * bytes_out, count * bytes_out),
                    ],
                    groups: params.images,
                })?;
            }
            Ok(Storage::Gpu(levels))
        }
    }
}

/// The first level with the largest between-class variance.
fn level_of(counts: &[u32]) -> u32 {
    let pixels: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    let total: u64 = (0..).zip(counts).map(|(value, count): (u64, _)| value * u64::from(*count)).sum();
    let lowest = counts.iter().position(|count| *count > 0).unwrap_or(0);
    let mut best = (lowest as u32, Wide::from(0), Wide::from(1));
    let (mut below, mut below_sum) = (0_u64, 0_u64);
    for (value, count) in (0..).zip(&counts[..LEVELS]) {
        below += u64::from(*count);
        below_sum += u64::from(value) * u64::from(*count);
        // An empty level splits as the one before it, and the first of equals wins.
        if *count == 0 || below == pixels {
            continue;
        }
        let distance = (u128::from(pixels) * u128::from(below_sum)).abs_diff(u128::from(below) * u128::from(total));
        let numerator = Wide::from(distance).times(Wide::from(distance));
        let denominator = Wide::from(u128::from(below) * u128::from(pixels - below));
        if best.1.times(denominator) < numerator.times(best.2) {
            best = (value, numerator, denominator);
        }
    }
    best.0
}

/// An integer of 256 bits, most significant limb first so that arrays compare as numbers. Below 2^32 pixels the
/// largest product here is less than 2^208.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wide([u32; 8]);

impl From<u128> for Wide {
    fn from(value: u128) -> Self {
        let mut limbs = [0; 8];
        for (index, limb) in limbs.iter_mut().rev().take(4).enumerate() {
            *limb = (value >> (32 * index)) as u32;
        }
        Self(limbs)
    }
}

impl Wide {
    fn times(self, other: Self) -> Self {
        let mut result = [0_u32; 8];
        for i in 0..8 {
            let mut carry = 0;
            for j in 0..8 - i {
                let digit = u64::from(self.0[7 - i]) * u64::from(other.0[7 - j]) + u64::from(result[7 - i - j]) + carry;
                result[7 - i - j] = digit as u32;
                carry = digit >> 32;
            }
        }
        Self(result)
    }
}

/// The kernel, for the test of all shaders.
#[cfg(all(test, feature = "gpu"))]
pub(crate) fn subject() -> Subject {
    Subject { kernel: KERNEL, params: Some(layout!(Params { images })) }
}

#[cfg(test)]
mod tests {
    use super::super::{histogram, samples};
    use super::*;

    #[test]
    fn every_image_of_a_batch_has_its_own_level() {
        let sizes: Vec<_> = (0..300).map(|image| (image % 29, image % 13)).chain([(640, 480)]).collect();
        let (frames, mut pixels) = samples::batch(&sizes);
        for (image, frame) in frames.iter().enumerate() {
            let pixels = &mut pixels[frame.first..frame.first + frame.pixels()];
            pixels.iter_mut().for_each(|pixel| *pixel = pixel.wrapping_mul(image as u8 | 1));
        }
        let mut expected = Vec::new();
        for frame in frames.iter() {
            let mut counts = [0; LEVELS];
            let pixels = &pixels[frame.first..frame.first + frame.pixels()];
            pixels.iter().for_each(|pixel| counts[usize::from(*pixel)] += 1);
            expected.push(level_of(&counts));
        }
        assert_eq!(expected[0], 0, "an empty image has level 0");
        for (name, device) in samples::devices() {
            let counts = histogram::histogram(&device, &samples::stored(&device, &pixels), &frames).unwrap();
            let before = device.stats().launches;
            let levels = levels_of(&device, &counts, frames.len()).unwrap();
            if !name.contains("small") {
                assert_eq!(device.stats().launches - before, 1, "{name}");
            }
            assert_eq!(samples::read::<u32>(&device, &levels, frames.len()), expected, "{name}");
        }
    }

    #[test]
    fn wide_products_are_those_of_u128_where_it_can_tell() {
        for (a, b) in [(0, 5), (u64::MAX, u64::MAX), (1 << 40, 3 << 50), (12_345, 6_789)] {
            let product = u128::from(a) * u128::from(b);
            assert_eq!(Wide::from(u128::from(a)).times(Wide::from(u128::from(b))), Wide::from(product));
        }
        let big = Wide::from(u128::MAX).times(Wide::from(1 << 70));
        assert!(big > Wide::from(u128::MAX) && Wide::from(0) < Wide::from(1));
    }

    #[test]
    fn a_single_level_is_its_own_answer() {
        let mut counts = [0; LEVELS];
        counts[77] = 1_000;
        assert_eq!(level_of(&counts), 77);
    }

    #[test]
    fn the_lowest_of_equal_splits_wins() {
        let mut counts = [0; LEVELS];
        (counts[10], counts[200]) = (500, 500);
        assert_eq!(level_of(&counts), 10);
        (counts[10], counts[100], counts[190], counts[200]) = (5, 5, 5, 0);
        assert_eq!(level_of(&counts), 10);
    }

    #[test]
    fn four_billion_pixels_do_not_overflow() {
        let mut counts = [0; LEVELS];
        (counts[0], counts[254], counts[255]) = (u32::MAX / 2, 1, u32::MAX / 2);
        assert_eq!(level_of(&counts), 0);
    }
}
