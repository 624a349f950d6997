//! Batches: each image comes out as it does alone, to the last bit.

use std::borrow::Cow;
use std::fmt;

use swath::{
    Array, Batch, Device, Element, Error, Image, ImageBatch, Luma, Norm, Normalize, Pixel, Resize, Statistics, Tensor,
    Threshold, ThresholdKind,
};

use crate::image_cases::{Expanded, Fill, ImageCase, image};
use crate::runner::{Bits, Row};
use crate::samples::Sampled;
use crate::support::equal;
use crate::support::executors;

/// Images of one batch.
#[derive(Clone)]
pub struct Images {
    /// What kind of batch.
    pub name: &'static str,
    /// The images.
    pub cases: Vec<ImageCase>,
}

impl fmt::Display for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Batches of none, one and many, of one size and of several.
fn batches() -> Vec<Images> {
    let batch = |name, cases: Vec<ImageCase>| Images { name, cases };
    let sizes = (0..40_usize).map(|index| image(index * 7 % 23, 1 + index * 5 % 11)).collect();
    vec![
        batch("of none", vec![]),
        batch("of one", vec![image(31, 3)]),
        batch("of one without pixels", vec![image(0, 4)]),
        batch("of none but empty ones", vec![image(0, 4), image(0, 0), image(5, 0)]),
        batch("of pixels", vec![image(1, 1); 5]),
        batch("of 40 alike", (0..40).map(|index| image(21, 13).of(Fill::Two(index, 3 * index))).collect()),
        batch("of 40 in whole words", (0..40).map(|index| image(16, 8).of(Fill::All(5 * index))).collect()),
        batch("of 40 sizes", sizes),
        batch("of parts of images", vec![image(33, 21).inside(1, 1), image(0, 3), image(41, 37).padded(1)]),
        batch("of small and large", vec![image(1, 1), image(640, 480), image(3, 0), image(8_193, 2), image(17, 17)]),
    ]
}

/// Those of images that fit a small canvas.
fn small_batches() -> Vec<Images> {
    batches().into_iter().filter(|batch| batch.cases.iter().all(|case| case.size().0 <= 60)).collect()
}

/// Those that have pixels in every image.
fn batches_with_pixels() -> Vec<Images> {
    let mut batches = batches();
    for batch in &mut batches {
        batch.cases.retain(|case| case.size().0 * case.size().1 > 0);
    }
    batches.retain(|batch| !batch.cases.is_empty());
    batches
}

impl Images {
    fn upload<P: Pixel<Sample: Sampled>>(&self, device: &Device) -> Result<ImageBatch<P>, Error> {
        let expanded: Vec<Expanded<_>> = self.cases.iter().map(|case| case.expand(P::CHANNELS)).collect();
        let views = expanded.iter().map(Expanded::view::<P>).collect::<Result<Vec<_>, Error>>()?;
        let batch = device.images(&views)?;
        assert_eq!((batch.len(), batch.is_empty()), (self.cases.len(), self.cases.is_empty()));
        for (index, case) in self.cases.iter().enumerate() {
            assert_eq!(batch.size(index), Some(case.size()));
        }
        assert_eq!(batch.size(self.cases.len()), None);
        Ok(batch)
    }

    /// Bytes of everything, with room for `f32` planes and for what is between images.
    pub fn bytes(&self) -> u64 {
        self.cases.iter().map(|case| (case.size().0 * case.size().1 * 12) as u64 + 192).sum()
    }
}

/// Something whose numbers are in host memory: an image after the other.
pub trait Numbers {
    /// The bytes of all numbers.
    fn bytes(&self) -> Result<Vec<u8>, Error>;
}

impl<P: Pixel> Numbers for Image<P> {
    fn bytes(&self) -> Result<Vec<u8>, Error> {
        Ok(self.read().wait()?.as_slice().to_vec().bits().into_owned())
    }
}

impl<P: Pixel> Numbers for ImageBatch<P> {
    fn bytes(&self) -> Result<Vec<u8>, Error> {
        let images = self.read().wait()?;
        assert_eq!((images.len(), images.iter().count()), (self.len(), self.len()));
        assert!(images.get(self.len()).is_none());
        let rows = images.iter().flat_map(|image| image.rows().map(<[_]>::to_vec).collect::<Vec<_>>());
        Ok(rows.collect::<Vec<_>>().concat().bits().into_owned())
    }
}

impl<T: Element + PartialEq> Numbers for Tensor<T> {
    fn bytes(&self) -> Result<Vec<u8>, Error> {
        Ok(self.read().wait()?.as_slice().to_vec().bits().into_owned())
    }
}

impl<T: Element + PartialEq> Numbers for Tensor<T, Batch> {
    fn bytes(&self) -> Result<Vec<u8>, Error> {
        let tensors = self.read().wait()?;
        let parts: Vec<_> = (0..self.len()).map(|index| tensors.get(index).expect("as many as there are").1).collect();
        let bytes = parts.concat().bits().into_owned();
        assert_eq!(bytes, *tensors.as_slice().to_vec().bits());
        Ok(bytes)
    }
}

impl<T: Element + PartialEq> Numbers for Array<T> {
    fn bytes(&self) -> Result<Vec<u8>, Error> {
        Ok(self.read().wait()?.to_vec().bits().into_owned())
    }
}

impl Numbers for Statistics {
    fn bytes(&self) -> Result<Vec<u8>, Error> {
        let host = self.read().wait()?;
        // One number after the other, of all channels of all images: those of a batch are those of its images.
        let each = host.mean().iter().zip(host.std()).zip(host.min().iter().zip(host.max()));
        Ok(each.flat_map(|((mean, std), (min, max))| [*mean, *std, *min, *max]).collect::<Vec<_>>().bits().into_owned())
    }
}

/// What came out, and what should have: the same bits.
pub struct Both {
    /// What is looked at.
    pub got: Vec<u8>,
    /// The same by another way on the same device.
    pub expected: Vec<u8>,
}

impl Bits for Both {
    fn bits(&self) -> Cow<'_, [u8]> {
        self.got.as_slice().into()
    }
}

/// An operation on images, spelt the same for one and for many.
pub struct Operation {
    /// Its row.
    pub test: &'static str,
    /// On one image.
    pub one: fn(&Device, &ImageCase) -> Result<Vec<u8>, Error>,
    /// On a batch.
    pub many: fn(&Device, &Images) -> Result<Vec<u8>, Error>,
}

/// A row for an operation: the test's name, the type of pixel, the batches, the executors, bytes that must be bound at
/// once, and the operation.
macro_rules! batch_rows {
    ($($test:ident, $pixel:ident, $batches:ident, $executors:ident, $whole:expr, |$images:ident| $result:expr;)*) => {
        /// Every operation that has a row.
        pub const OPERATIONS: &[Operation] =
            &[$(Operation { test: stringify!($test), one: of::$test::one, many: of::$test::many }),*];

        /// The operations themselves.
        mod of {
            use super::*;

            $(pub mod $test {
                use super::*;

                pub fn one(device: &Device, case: &ImageCase) -> Result<Vec<u8>, Error> {
                    let $images = case.upload::<swath::$pixel>(device)?;
                    $result?.bytes()
                }

                pub fn many(device: &Device, batch: &Images) -> Result<Vec<u8>, Error> {
                    let $images = batch.upload::<swath::$pixel>(device)?;
                    $result?.bytes()
                }
            })*
        }

        $(#[test]
        fn $test() {
            Row {
                test: stringify!($test),
                cases: $batches,
                whole: $whole,
                expected: |_| (),
                run: |device, batch: &Images| {
                    let alone = batch.cases.iter().map(|case| of::$test::one(device, case));
                    let expected = alone.collect::<Result<Vec<_>, Error>>()?.concat();
                    Ok(Both { got: of::$test::many(device, batch)?, expected })
                },
                compare: |_, (), both, _| equal(&both.got, &both.expected),
            }
            .run_on(executors::$executors());
        })*
    };
}

fn normalize() -> Normalize {
    Normalize::imagenet()
}

fn gray_normalize() -> Result<Normalize, Error> {
    Normalize::new(&[0.4], &[0.3])
}

batch_rows! {
    batches_come_back, Bgr8, batches, all, |_| 0, |images| Ok::<_, Error>(images);
    batches_of_floats_come_back, RgbaF32, batches, few, |_| 0, |images| Ok::<_, Error>(images);
    batches_are_grayed, Rgb8, batches, few, |_| 0, |images| images.grayscale();
    batches_of_16_bits_are_grayed, Bgra16, batches, few, |_| 0, |images| images.grayscale_with(Luma::Bt709);
    batches_are_cut, Gray8, batches, few, |_| 0, |images| images.threshold(Threshold::to_zero(77));
    batches_are_grayed_and_cut, Rgba8, batches, few, |_| 0,
        |images| images.grayscale()?.threshold(Threshold::truncate(99));
    batches_are_normalized, Rgb8, batches, few, |_| 0, |images| images.normalize(&normalize());
    batches_are_normalized_to_halves, Rgb8, batches, few, Images::bytes,
        |images| images.normalize_f16(&normalize().swap_channels());
    batches_are_flipped_onto_canvases, Bgr8, small_batches, few, Images::bytes,
        |images| images.normalize(&normalize().flipped().padded(80, 40, 0.5));
    batches_are_grayed_cut_and_normalized, Rgb8, batches, few, |_| 0,
        |images| images.grayscale()?.threshold(Threshold::binary(99))?.normalize(&gray_normalize()?);
    batches_have_otsu_levels, Gray8, batches_with_pixels, few, |_| 0, |images| images.otsu_level();
    batches_are_cut_at_their_own_levels, Rgb8, batches_with_pixels, few, |_| 0,
        |images| images.grayscale()?.threshold(Threshold::otsu().kind(ThresholdKind::ToZero));
    batches_are_counted, Gray8, batches, few, |_| 0, |images| images.histogram();
    batches_are_cut_by_their_surroundings, Gray8, batches, few, Images::bytes,
        |images| images.threshold(Threshold::adaptive_mean(7, 2.5));
    batches_are_measured, Rgba16, batches, few, |_| 0, |images| images.statistics();
    batches_of_floats_are_measured, BgrF32, batches, few, |_| 0, |images| images.statistics();
    batches_are_standardized, Rgb8, batches, few, |_| 0, |images| images.normalize(&Normalize::standardize(1e-3)?);
    batches_of_floats_get_a_norm, GrayF32, batches, few, |_| 0, |images| images.normalize(&Normalize::norm(Norm::L2));
    batches_are_resized, Rgb8, batches_with_pixels, few, Images::bytes, |images| images.resize(23, 14, Resize::Bilinear);
    batches_are_resized_and_normalized, Bgra8, batches_with_pixels, few, Images::bytes,
        |images| images.resize(23, 15, Resize::Bilinear)?.normalize_f16(&normalize());
}
