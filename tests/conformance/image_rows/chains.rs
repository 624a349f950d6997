//! Chains: operations in one pass give what they give one after the other, to the last bit.

use std::fmt;

use swath::{Device, Error, Image, Luma, Normalize, Pixel, Resize, Threshold};

use super::batches::{Both, Numbers};
use crate::image_cases::{ImageCase, With, few, image, with, with_pixels};
use crate::runner::Row;
use crate::support::equal;
use crate::support::executors;

/// Operations one after the other.
#[derive(Clone, Copy)]
pub struct Chain {
    /// What it is called.
    pub name: &'static str,
    /// How many operations there are.
    pub operations: u64,
    /// Whether pixels come from elsewhere in the image.
    looks_around: bool,
    /// Computes it, with each result read before the next operation, or only the last.
    pub run: fn(&Device, &ImageCase, bool) -> Result<Vec<u8>, Error>,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// An image that has been read, or has not.
fn read<P: Pixel>(is_read: bool, image: Image<P>) -> Result<Image<P>, Error> {
    if is_read {
        image.read().wait()?;
    }
    Ok(image)
}

fn normalize() -> Result<Normalize, Error> {
    Normalize::new(&[0.4], &[0.3])
}

macro_rules! chain {
    ($name:literal, $pixel:ident, $looks_around:literal, $($method:ident($($argument:expr),*)),*) => {
        Chain {
            name: $name,
            operations: [$(stringify!($method)),*].len() as u64,
            looks_around: $looks_around,
            run: |device, case, is_read| {
                let image = case.upload::<swath::$pixel>(device)?;
                chain!(@ is_read, image, $($method($($argument),*)),*).bytes()
            },
        }
    };
    (@ $is_read:ident, $image:expr, $method:ident($($argument:expr),*)) => {
        $image.$method($($argument),*)?
    };
    (@ $is_read:ident, $image:expr, $method:ident($($argument:expr),*), $($rest:tt)*) => {
        chain!(@ $is_read, read($is_read, $image.$method($($argument),*)?)?, $($rest)*)
    };
}

/// Every chain: what it is called, of what, whether pixels come from elsewhere, and the operations.
pub const CHAINS: &[Chain] = &[
    chain!("gray, threshold", Rgb8, false, grayscale(), threshold(Threshold::binary(99))),
    chain!("gray, planes", Rgba8, false, grayscale_with(Luma::Bt709), normalize(&normalize()?)),
    chain!("gray, halves", Bgr8, true, grayscale(), normalize_f16(&normalize()?)),
    chain!(
        "gray, threshold, planes",
        Bgra8,
        true,
        grayscale(),
        threshold(Threshold::to_zero(99)),
        normalize(&normalize()?.flipped())
    ),
    chain!(
        "five thresholds",
        Gray8,
        false,
        threshold(Threshold::to_zero(20)),
        threshold(Threshold::truncate(180)),
        threshold(Threshold::to_zero_inverted(150.5)),
        threshold(Threshold::binary_inverted(9).max_value(77)),
        threshold(Threshold::binary(70))
    ),
    chain!(
        "gray, threshold, planes of 16 bits",
        Rgb16,
        false,
        grayscale(),
        threshold(Threshold::truncate(40_000)),
        normalize(&normalize()?)
    ),
    chain!(
        "gray, threshold, planes of floats",
        RgbF32,
        false,
        grayscale(),
        threshold(Threshold::to_zero_inverted(0.75)),
        normalize(&normalize()?)
    ),
    chain!("gray, threshold of floats", BgraF32, false, grayscale(), threshold(Threshold::binary(0.5).max_value(0.25))),
];

/// Chains that begin with another size, for images that have pixels.
pub const RESIZED: &[Chain] = &[
    chain!("resize, planes", Rgb8, true, resize(40, 23, Resize::Bilinear), normalize(&Normalize::imagenet())),
    chain!(
        "resize, halves",
        Rgba8,
        true,
        resize(31, 17, Resize::Nearest),
        normalize_f16(&Normalize::imagenet().flipped())
    ),
    chain!(
        "resize, gray, threshold, planes",
        Bgr8,
        true,
        resize(19, 26, Resize::Area),
        grayscale(),
        threshold(Threshold::to_zero(99)),
        normalize(&normalize()?)
    ),
    chain!("resize, gray of floats", RgbF32, true, resize(16, 40, Resize::Bilinear), grayscale()),
    chain!(
        "resize, threshold of 16 bits",
        Gray16,
        true,
        resize(64, 3, Resize::Area),
        threshold(Threshold::binary(30_000))
    ),
];

fn images() -> Vec<ImageCase> {
    few().into_iter().chain([image(1_025, 513).padded(13)]).collect()
}

#[test]
fn chains_give_what_their_operations_give() {
    Row {
        test: "chains_give_what_their_operations_give",
        cases: || [with(images(), CHAINS), with(with_pixels(images()), RESIZED)].concat(),
        whole: |case: &With<Chain>| {
            let (width, height) = case.image.size();
            if case.by.looks_around { (width * height * 12 + 256) as u64 } else { 0 }
        },
        expected: |_| (),
        run: |device, case| {
            let [got, expected] = [false, true].map(|is_read| (case.by.run)(device, &case.image, is_read));
            Ok(Both { got: got?, expected: expected? })
        },
        compare: |_, (), both, _| equal(&both.got, &both.expected),
    }
    .run_on(executors::few());
}

/// A chain is cut before its kernel grows too long; the number of operations it has stays the user's own affair.
#[test]
fn a_chain_may_be_of_any_length() {
    for executor in executors::few() {
        let case = image(41, 9);
        let mut image = case.upload::<swath::Gray8>(&executor.device).unwrap();
        for level in 0..50 {
            image = image.threshold(Threshold::to_zero(2 * level)).unwrap();
        }
        let expected: Vec<_> =
            case.samples::<swath::Gray8>().iter().map(|value| if *value > 98 { *value } else { 0 }).collect();
        assert_eq!(image.read().wait().unwrap().as_slice(), expected, "{}", executor.name);
    }
}
