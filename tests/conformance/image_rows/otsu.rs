//! Counts of gray levels, Otsu's level, and images cut at it.

use swath::{Gray8, Rgb8, Threshold, ThresholdKind};

use super::samples;
use crate::image_cases::{ImageCase, With, all, few, widths, with, with_pixels};
use crate::runner::{Row, same};
use crate::samples::Sampled;
use crate::support::equal;
use crate::support::executors;
use crate::support::images;
use crate::support::images::gray::{self, Luma, RGB};
use crate::support::images::threshold::Kind;

#[test]
fn histogram() {
    Row {
        test: "histogram",
        cases: all,
        whole: |_| 0,
        expected: |case: &ImageCase| {
            images::otsu::histogram(&case.samples::<Gray8>()).map(|count| count as u32).to_vec()
        },
        run: |device, case| Ok(case.upload::<Gray8>(device)?.histogram()?.read().wait()?.to_vec()),
        compare: |_, expected, got, _| equal(got, expected),
    }
    .run();
}

#[test]
fn otsu_level() {
    Row {
        test: "otsu_level",
        cases: || with_pixels(all()),
        whole: |_| 0,
        expected: |case: &ImageCase| vec![u32::from(images::otsu(&case.samples::<Gray8>()))],
        run: |device, case| {
            let level = case.upload::<Gray8>(device)?.otsu_level()?;
            assert_eq!(level.len(), 1);
            Ok(level.read().wait()?.to_vec())
        },
        compare: |_, expected, got, _| equal(got, expected),
    }
    .run();
}

#[test]
fn threshold_otsu() {
    Row {
        test: "threshold_otsu",
        cases: || with_pixels(all()),
        whole: |_| 0,
        expected: |case: &ImageCase| {
            let gray = gray::whole(&case.samples::<Rgb8>(), RGB, Luma::Bt601);
            images::binary(&gray, images::otsu(&gray))
        },
        run: |device, case| samples(&case.upload::<Rgb8>(device)?.grayscale()?.threshold(Threshold::otsu())?),
        compare: same,
    }
    .run();
}

#[test]
fn threshold_otsu_in_every_way() {
    const KINDS: &[(ThresholdKind, Kind)] = &[
        (ThresholdKind::Binary, Kind::Binary),
        (ThresholdKind::BinaryInverted, Kind::BinaryInverted),
        (ThresholdKind::Truncate, Kind::Truncate),
        (ThresholdKind::ToZero, Kind::ToZero),
        (ThresholdKind::ToZeroInverted, Kind::ToZeroInverted),
    ];
    Row {
        test: "threshold_otsu_in_every_way",
        cases: || with(with_pixels(few()), KINDS),
        whole: |_| 0,
        expected: |case: &With<(ThresholdKind, Kind)>| {
            let gray = case.image.samples::<Gray8>();
            u8::cut(&gray, case.by.1, images::otsu(&gray).into(), 9.0)
        },
        run: |device, case| {
            let threshold = Threshold::otsu().kind(case.by.0).max_value(9);
            samples(&case.image.upload::<Gray8>(device)?.threshold(threshold)?)
        },
        compare: same,
    }
    .run_on(executors::few());
}

/// Counts may be taken while the pixels are computed, or of pixels that are there.
#[test]
fn histogram_of_a_chain() {
    Row {
        test: "histogram_of_a_chain",
        cases: || all().into_iter().chain(widths()).collect(),
        whole: |_| 0,
        expected: |case: &ImageCase| {
            let gray = gray::whole(&case.samples::<Rgb8>(), RGB, Luma::Bt601);
            let cut = u8::cut(&gray, Kind::ToZero, 60.0, 255.0);
            [images::otsu::histogram(&gray), images::otsu::histogram(&cut)].concat().iter().map(|n| *n as u32).collect()
        },
        run: |device, case| {
            let gray = case.upload::<Rgb8>(device)?.grayscale()?;
            let counts = gray.histogram()?;
            let of_cut = gray.threshold(Threshold::to_zero(60))?.histogram()?;
            Ok([counts.read().wait()?.to_vec(), of_cut.read().wait()?.to_vec()].concat())
        },
        compare: |_, expected: &Vec<u32>, got, _| equal(got, expected),
    }
    .run();
}
