//! Counts of gray levels, Otsu's level, and images cut at it.

use swath::{Gray8, Rgb8, Threshold, ThresholdKind};

use super::samples;
use crate::image_cases::{ImageCase, With, few, large, small, widths, with, with_pixels};
use crate::runner::{Row, same};
use crate::samples::Sampled;
use crate::support::executors::{self, Executor};
use crate::support::images::gray::{self, Luma, RGB};
use crate::support::images::otsu::{self, otsu};
use crate::support::images::threshold::Kind;
use crate::support::{equal, images};

/// Test, images, executors.
type Of = (&'static str, fn() -> Vec<ImageCase>, Vec<&'static Executor>);

/// Small images on every executor, large ones on a few.
fn each(test: &'static str) -> [Of; 2] {
    [
        (test, || with_pixels(small()), executors::all().iter().collect()),
        (test, || with_pixels(large()), executors::few()),
    ]
}

fn counts(gray: &[u8]) -> Vec<u32> {
    otsu::histogram(gray).map(|count| count as u32).to_vec()
}

fn gray_of(case: &ImageCase) -> Vec<u8> {
    gray::whole(&case.samples::<Rgb8>(), RGB, Luma::Bt601)
}

#[test]
fn histogram_and_level() {
    for (test, cases, executors) in each("histogram_and_level") {
        Row {
            test,
            cases,
            whole: |_| 0,
            expected: |case: &ImageCase| {
                let gray = case.samples::<Gray8>();
                [counts(&gray), vec![otsu(&gray).into()]].concat()
            },
            run: |device, case| {
                let image = case.upload::<Gray8>(device)?;
                let (counts, level) = (image.histogram()?, image.otsu_level()?);
                assert_eq!((counts.len(), level.len()), (256, 1));
                Ok([counts.read().wait()?.to_vec(), level.read().wait()?.to_vec()].concat())
            },
            compare: |_, expected, got: &Vec<u32>, _| equal(got, expected),
        }
        .run_on(executors);
    }
}

#[test]
fn threshold_otsu() {
    for (test, cases, executors) in each("threshold_otsu") {
        Row {
            test,
            cases,
            whole: |_| 0,
            expected: |case: &ImageCase| {
                let gray = gray_of(case);
                images::binary(&gray, otsu(&gray))
            },
            run: |device, case| samples(&case.upload::<Rgb8>(device)?.grayscale()?.threshold(Threshold::otsu())?),
            compare: same,
        }
        .run_on(executors);
    }
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
            u8::cut(&gray, case.by.1, otsu(&gray).into(), 9.0)
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
        cases: || [small(), large(), widths()].concat(),
        whole: |_| 0,
        expected: |case: &ImageCase| {
            let gray = gray_of(case);
            [
                counts(&gray),
                counts(&u8::cut(&gray, Kind::ToZero, 60.0, 255.0)),
                gray.iter().copied().map(u32::from).collect(),
            ]
            .concat()
        },
        run: |device, case| {
            let gray = case.upload::<Rgb8>(device)?.grayscale()?;
            let counts = gray.histogram()?;
            let of_cut = gray.threshold(Threshold::to_zero(60))?.histogram()?;
            let pixels = samples(&gray)?.into_iter().map(u32::from).collect();
            Ok([counts.read().wait()?.to_vec(), of_cut.read().wait()?.to_vec(), pixels].concat())
        },
        compare: |_, expected: &Vec<u32>, got, _| equal(got, expected),
    }
    .run_on(executors::few());
}
