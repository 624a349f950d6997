//! The rows of the table for images and tensors.

use swath::{Error, Gray8, Image, Normalize, Pixel, Rgb8, Rgba8, Threshold};

use crate::image_cases::{ImageCase, all, with_pixels};
use crate::runner::{Row, same};
use crate::support::images;

const GRAY_MEAN: [f64; 1] = [0.3];
const GRAY_STD: [f64; 1] = [0.07];
const MEAN: [f64; 3] = [0.485, 0.456, 0.406];
const STD: [f64; 3] = [0.229, 0.224, 0.225];

fn bytes<P: Pixel<Sample = u8>>(image: &Image<P>) -> Result<Vec<u8>, Error> {
    Ok(image.read().wait()?.as_slice().to_vec())
}

#[test]
fn upload_and_read() {
    Row {
        test: "upload_and_read",
        cases: all,
        whole: |_| 0,
        expected: |case: &ImageCase| case.bytes(3),
        run: |device, case| bytes(&case.upload::<Rgb8>(device)?),
        compare: same,
    }
    .run();
}

#[test]
fn grayscale_rgb8() {
    Row {
        test: "grayscale_rgb8",
        cases: all,
        whole: |_| 0,
        expected: |case: &ImageCase| images::gray(&case.bytes(3), 3),
        run: |device, case| bytes(&case.upload::<Rgb8>(device)?.grayscale()?),
        compare: same,
    }
    .run();
}

#[test]
fn grayscale_rgba8() {
    Row {
        test: "grayscale_rgba8",
        cases: all,
        whole: |_| 0,
        expected: |case: &ImageCase| images::gray(&case.bytes(4), 4),
        run: |device, case| bytes(&case.upload::<Rgba8>(device)?.grayscale()?),
        compare: same,
    }
    .run();
}

#[test]
fn threshold_binary() {
    Row {
        test: "threshold_binary",
        cases: all,
        whole: |_| 0,
        expected: |case: &ImageCase| [0, 77, 255].map(|level| images::binary(&case.bytes(1), level)).concat(),
        run: |device, case| {
            let image = case.upload::<Gray8>(device)?;
            let masks = [0, 77, 255].map(|level| bytes(&image.threshold(Threshold::binary(level))?));
            Ok(masks.into_iter().collect::<Result<Vec<_>, Error>>()?.concat())
        },
        compare: same,
    }
    .run();
}

#[test]
fn otsu_level() {
    Row {
        test: "otsu_level",
        cases: with_pixels,
        whole: |_| 0,
        expected: |case: &ImageCase| vec![images::otsu(&case.bytes(1))],
        run: |device, case| {
            let level = case.upload::<Gray8>(device)?.otsu_level()?;
            assert_eq!(level.len(), 1);
            Ok(level.read().wait()?.iter().map(|level| *level as u8).collect())
        },
        compare: same,
    }
    .run();
}

#[test]
fn threshold_otsu() {
    Row {
        test: "threshold_otsu",
        cases: with_pixels,
        whole: |_| 0,
        expected: |case: &ImageCase| {
            let gray = images::gray(&case.bytes(3), 3);
            images::binary(&gray, images::otsu(&gray))
        },
        run: |device, case| bytes(&case.upload::<Rgb8>(device)?.grayscale()?.threshold(Threshold::otsu())?),
        compare: same,
    }
    .run();
}

#[test]
fn normalize_rgb8() {
    Row {
        test: "normalize_rgb8",
        cases: all,
        whole: |_| 0,
        expected: |case: &ImageCase| case.bytes(3),
        run: |device, case| {
            let tensor = case.upload::<Rgb8>(device)?.normalize(&Normalize::imagenet())?;
            read(case, &tensor, 3)
        },
        compare: |_, pixels, got, _| images::check_planes(pixels, 3, &MEAN, &STD, got),
    }
    .run();
}

#[test]
fn normalize_rgba8() {
    Row {
        test: "normalize_rgba8",
        cases: all,
        whole: |_| 0,
        expected: |case: &ImageCase| case.bytes(4),
        run: |device, case| {
            let tensor = case.upload::<Rgba8>(device)?.normalize(&Normalize::new(&MEAN, &STD)?)?;
            read(case, &tensor, 3)
        },
        compare: |_, pixels, got, _| images::check_planes(pixels, 4, &MEAN, &STD, got),
    }
    .run();
}

#[test]
fn normalize_gray8() {
    Row {
        test: "normalize_gray8",
        cases: all,
        whole: |_| 0,
        expected: |case: &ImageCase| case.bytes(1),
        run: |device, case| {
            let tensor = case.upload::<Gray8>(device)?.normalize(&Normalize::new(&GRAY_MEAN, &GRAY_STD)?)?;
            read(case, &tensor, 1)
        },
        compare: |_, pixels, got, _| images::check_planes(pixels, 1, &GRAY_MEAN, &GRAY_STD, got),
    }
    .run();
}

#[test]
fn chain_of_gray_threshold_and_normalize() {
    Row {
        test: "chain_of_gray_threshold_and_normalize",
        cases: all,
        whole: |_| 0,
        expected: |case: &ImageCase| images::binary(&images::gray(&case.bytes(4), 4), 99),
        run: |device, case| {
            let mask = case.upload::<Rgba8>(device)?.grayscale()?.threshold(Threshold::binary(99))?;
            read(case, &mask.normalize(&Normalize::new(&GRAY_MEAN, &GRAY_STD)?)?, 1)
        },
        compare: |_, mask, got, _| images::check_planes(mask, 1, &GRAY_MEAN, &GRAY_STD, got),
    }
    .run();
}

fn read(case: &ImageCase, tensor: &swath::Tensor, channels: usize) -> Result<Vec<f32>, Error> {
    let host = tensor.read().wait()?;
    let [height, width] = case.shape();
    assert_eq!((tensor.shape(), host.shape()), (&[channels, height, width][..], &[channels, height, width][..]));
    Ok(host.as_slice().to_vec())
}
