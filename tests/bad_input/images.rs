//! Views, images and what is asked of them.

use swath::{
    Error, Gray8, Gray16, GrayF32, ImageView, ImageViewMut, Normalize, Resize, Rgb8, Rgba8, Threshold, ThresholdKind,
};

use crate::{devices, text};

#[test]
fn a_slice_too_short_for_its_image_is_refused() {
    let expected = "a 2x2 image with 3 channels and rows 6 elements apart needs 12 elements, but the slice has 11; \
                    pass a longer slice or the right stride";
    assert_eq!(text(ImageView::<Rgb8>::new(&[0; 11], 2, 2)), expected);
    let expected = "a 3x2 image with 4 channels and rows 20 elements apart needs 32 elements, but the slice has 31; \
                    pass a longer slice or the right stride";
    assert_eq!(text(ImageView::<Rgba8>::with_stride(&[0; 31], 3, 2, 20)), expected);
    assert!(ImageView::<Rgba8>::with_stride(&[0; 32], 3, 2, 20).is_ok(), "the last row need not be padded");
    for (width, height) in [(usize::MAX, 2), (usize::MAX, usize::MAX), (1 << 33, 1 << 33)] {
        assert!(matches!(ImageView::<Rgb8>::new(&[0; 99], width, height), Err(Error::ImageLayout { .. })));
    }
}

#[test]
fn rows_that_overlap_are_refused() {
    let expected = "rows of a 2x2 image with 3 channels take 6 elements, but they start only 5 elements apart; \
                    pass a stride of at least 6";
    assert_eq!(text(ImageView::<Rgb8>::with_stride(&[0; 100], 2, 2, 5)), expected);
    assert!(ImageView::<Rgb8>::with_stride(&[0; 100], 2, 1, 0).is_ok(), "a single row needs no stride");
    assert!(ImageView::<Rgb8>::with_stride(&[0; 100], 2, 2, 6).is_ok());
}

#[test]
fn a_part_outside_its_image_is_refused() {
    let view = ImageView::<Gray8>::new(&[0; 12], 4, 3).unwrap();
    let expected = "the sub-view at (2, 0) of 3x1 pixels reaches outside the 4x3 image; \
                    keep x + width and y + height within it";
    assert_eq!(text(view.sub_view(2, 0, 3, 1)), expected);
    for (x, y, width, height) in [(0, 3, 1, 1), (5, 0, 0, 0), (usize::MAX, 0, 2, 1), (0, 1, 1, usize::MAX)] {
        assert!(matches!(view.sub_view(x, y, width, height), Err(Error::ImageBounds { .. })));
    }
    assert_eq!(view.sub_view(4, 3, 0, 0).unwrap().rows().count(), 0);
    assert_eq!(view.sub_view(3, 2, 1, 1).unwrap().row(0).len(), 1);
}

#[test]
fn otsu_of_no_pixels_is_refused() {
    for device in devices() {
        for (width, height) in [(0, 0), (0, 7), (7, 0)] {
            let image = device.image(ImageView::<Gray8>::new(&[], width, height).unwrap()).unwrap();
            let expected =
                format!("Otsu's level needs at least one pixel, but the image is {width}x{height}; skip empty images");
            assert_eq!(text(image.otsu_level()), expected);
            assert_eq!(text(image.threshold(Threshold::otsu())), expected);
            assert_eq!(image.threshold(Threshold::binary(3)).unwrap().read().wait().unwrap().as_slice(), []);
        }
    }
}

#[test]
fn levels_and_maxima_that_are_no_numbers_are_refused() {
    for device in devices() {
        let image = device.image(ImageView::<GrayF32>::new(&[0.25, 0.75], 2, 1).unwrap()).unwrap();
        let expected = "the level of a threshold is NaN; it must be a number";
        assert_eq!(text(image.threshold(Threshold::binary(f64::NAN))), expected);
        let expected = "the maximum value of a threshold is NaN; it must be a number";
        assert_eq!(text(image.threshold(Threshold::binary(0.5).max_value(f64::NAN))), expected);
        assert_eq!(text(image.threshold(Threshold::truncate(0.5).max_value(f64::NAN))), expected);
        let mask = image.threshold(Threshold::binary(0.5).max_value(f64::INFINITY)).unwrap();
        assert_eq!(mask.read().wait().unwrap().as_slice(), [0.0, f32::INFINITY]);
    }
}

#[test]
fn levels_from_the_image_are_refused_where_samples_are_not_bytes() {
    for device in devices() {
        let deep = device.image(ImageView::<Gray16>::new(&[1, 2], 2, 1).unwrap()).unwrap();
        let float = device.image(ImageView::<GrayF32>::new(&[1.0, 2.0], 2, 1).unwrap()).unwrap();
        let message = |operation: &str, pixel: &str| format!("{operation} is not defined for {pixel}; use Gray8");
        assert_eq!(text(deep.threshold(Threshold::otsu())), message("Otsu's level", "Gray16"));
        assert_eq!(text(float.threshold(Threshold::otsu())), message("Otsu's level", "GrayF32"));
        let adaptive = Threshold::adaptive_mean(3, 1);
        assert_eq!(text(deep.threshold(adaptive)), message("an adaptive threshold", "Gray16"));
        assert_eq!(text(float.threshold(adaptive)), message("an adaptive threshold", "GrayF32"));
        assert_eq!(deep.threshold(Threshold::binary(1)).unwrap().read().wait().unwrap().as_slice(), [0, 65_535]);
    }
}

#[test]
fn blocks_and_outcomes_that_an_adaptive_threshold_lacks_are_refused() {
    for device in devices() {
        let image = device.image(ImageView::<Gray8>::new(&[1, 2, 9], 3, 1).unwrap()).unwrap();
        for (block, c) in [(0, 1.0), (1, 1.0), (2, 1.0), (4_096, 1.0), (4_097, 1.0), (3, f64::NAN), (5, f64::INFINITY)]
        {
            let expected = format!(
                "a block of {block} with C = {c} is not valid for an adaptive threshold; use an odd block from 3 to 4095 \
                 and a finite C"
            );
            assert_eq!(text(image.threshold(Threshold::adaptive_mean(block, c))), expected);
        }
        for kind in [ThresholdKind::Truncate, ThresholdKind::ToZero, ThresholdKind::ToZeroInverted] {
            let expected = format!("{kind:?} is not an outcome of an adaptive threshold; use Binary or BinaryInverted");
            assert_eq!(text(image.threshold(Threshold::adaptive_mean(3, 1).kind(kind))), expected);
        }
        let mask = image.threshold(Threshold::adaptive_mean(3, 0)).unwrap();
        assert_eq!(mask.read().wait().unwrap().as_slice(), [0, 0, 255]);
    }
}

#[test]
fn otsu_of_a_batch_without_pixels_is_refused() {
    for device in devices() {
        let message = |width: usize, height: usize| {
            format!("Otsu's level needs at least one pixel, but the image is {width}x{height}; skip empty images")
        };
        let none = device.images::<Gray8>(&[]).unwrap();
        assert_eq!(text(none.otsu_level()), message(0, 0));
        let empty = |width, height| ImageView::<Gray8>::new(&[], width, height).unwrap();
        let empty_ones = device.images(&[empty(0, 4), empty(5, 0)]).unwrap();
        assert_eq!(text(empty_ones.threshold(Threshold::otsu())), message(0, 4));
        // An empty one beside others has a level, which cuts nothing.
        let some = device.images(&[empty(0, 4), ImageView::new(&[10, 12, 200, 210], 2, 2).unwrap()]).unwrap();
        assert_eq!(some.otsu_level().unwrap().read().wait().unwrap().to_vec(), [0, 12]);
        let masks = some.threshold(Threshold::otsu()).unwrap().read().wait().unwrap();
        assert_eq!((masks.get(0).unwrap().row(0), masks.get(1).unwrap().row(1)), (&[][..], &[255, 255][..]));
    }
}

#[test]
fn sizes_that_an_image_cannot_be_brought_to_are_refused() {
    for device in devices() {
        let empty = device.image(ImageView::<Rgb8>::new(&[], 0, 3).unwrap()).unwrap();
        for resize in [Resize::Nearest, Resize::Bilinear, Resize::Area] {
            let expected = "resize needs at least one pixel, but the image is 0x3; skip empty images";
            assert_eq!(text(empty.resize(1, 1, resize)), expected);
            assert_eq!(empty.resize(0, 9, resize).unwrap().height(), 9);
        }
        let image = device.image(ImageView::<Gray8>::new(&[7], 1, 1).unwrap()).unwrap();
        let expected = "resizing to 2097153x1 needs 2097153 pixels a side, but the longest side that can be resized is \
                        2097152; resize it in parts";
        assert_eq!(text(image.resize(2_097_153, 1, Resize::Nearest)), expected);
        assert!(matches!(image.resize(usize::MAX, usize::MAX, Resize::Area), Err(Error::TooLarge { .. })));
        assert_eq!(image.resize(2, 1, Resize::Bilinear).unwrap().read().wait().unwrap().as_slice(), [7, 7]);
    }
}

#[test]
fn planes_smaller_than_an_image_are_refused() {
    for device in devices() {
        let (small, large) = (ImageView::<Gray8>::new(&[1], 1, 1).unwrap(), ImageView::new(&[0; 12], 4, 3).unwrap());
        let normalize = |width, height| Normalize::new(&[0.0], &[1.0]).unwrap().padded(width, height, 0.0);
        let message = |index: usize, width: usize, height: usize| {
            format!(
                "image {index} is 4x3, which does not fit padded planes of {width}x{height}; pad to at least its size, or \
                 resize it"
            )
        };
        let image = device.image(large).unwrap();
        assert_eq!(text(image.normalize(&normalize(3, 3))), message(0, 3, 3));
        assert_eq!(text(image.normalize_f16(&normalize(9, 2))), message(0, 9, 2));
        let batch = device.images(&[small, large]).unwrap();
        assert_eq!(text(batch.normalize(&normalize(4, 2))), message(1, 4, 2));
        assert_eq!(batch.normalize(&normalize(4, 3)).unwrap().stacked().unwrap().shape(), [2, 1, 3, 4]);
    }
}

#[test]
fn numbers_that_nothing_can_be_normalized_by_are_refused() {
    for (low, high, what, value) in [
        (f64::NAN, 1.0, "the lower bound", f64::NAN),
        (0.0, f64::INFINITY, "the upper bound", f64::INFINITY),
        (-1e39, 1.0, "the lower bound", -1e39),
    ] {
        let expected = format!("{what} of a normalization is {value}; it must be finite");
        assert_eq!(text(Normalize::min_max(low, high)), expected);
    }
    for epsilon in [f64::NAN, -1e-9, f64::INFINITY, 1e39] {
        let expected = format!("epsilon of a normalization is {epsilon}; it must be 0 or above, and finite");
        assert_eq!(text(Normalize::standardize(epsilon)), expected);
    }
    assert!(Normalize::min_max(1.0, -1.0).is_ok() && Normalize::standardize(0.0).is_ok());
}

#[test]
fn batches_of_several_shapes_are_not_stacked() {
    for device in devices() {
        let normalize = Normalize::imagenet();
        let none = device.images::<Rgb8>(&[]).unwrap().normalize(&normalize).unwrap();
        let advice = "only tensors of one shape can be stacked, so resize or pad the images first";
        let expected = format!("tensor 0 of the batch has shape [], but tensor 0 has []; {advice}");
        assert_eq!(text(none.stacked()), expected);
        let views =
            [(1, 2), (1, 2), (2, 1)].map(|(width, height)| ImageView::<Rgb8>::new(&[0; 6], width, height).unwrap());
        let batch = device.images(&views).unwrap().normalize(&normalize).unwrap();
        let expected = format!("tensor 0 of the batch has shape [3, 2, 1], but tensor 2 has [3, 1, 2]; {advice}");
        assert_eq!(text(batch.stacked()), expected);
        assert_eq!(batch.read().wait().unwrap().len(), 3);
        let batch = device.images(&views[..2]).unwrap().normalize(&normalize).unwrap();
        assert_eq!(batch.stacked().unwrap().shape(), [2, 3, 2, 1]);
    }
}

#[test]
fn shapes_of_other_numbers_are_refused() {
    for device in devices() {
        for shape in [&[2, 2][..], &[], &[3, 0], &[usize::MAX, 3], &[usize::MAX, 0, 3]] {
            let expected =
                format!("a tensor of shape {shape:?} does not have 3 numbers; give the length of every axis");
            assert_eq!(text(device.tensor(&[1.0_f32, 2.0, 3.0], shape)), expected);
        }
        assert_eq!(device.tensor(&[1.0_f32, 2.0, 3.0], &[3, 1]).unwrap().shape(), [3, 1]);
        let empty = device.tensor::<f32>(&[], &[usize::MAX, 0, 3]).unwrap();
        assert!(empty.is_empty() && empty.read().wait().unwrap().as_slice().is_empty());
    }
}

#[test]
fn pixels_are_copied_only_to_where_they_fit() {
    for device in devices() {
        let image = device.image(ImageView::<Gray8>::new(&[1, 2, 3, 4, 5, 6], 3, 2).unwrap()).unwrap();
        let host = image.read().wait().unwrap();
        let mut memory = [9; 10];
        let mut whole = ImageViewMut::<Gray8>::with_stride(&mut memory, 4, 2, 5).unwrap();
        assert_eq!(text(host.copy_to(&mut whole)), "the image is 3x2, but 4x2 is needed; use a view of that size");
        host.copy_to(&mut whole.sub_view(1, 0, 3, 2).unwrap()).unwrap();
        let expected = "the sub-view at (2, 0) of 3x2 pixels reaches outside the 4x2 image; \
                        keep x + width and y + height within it";
        assert_eq!(text(whole.sub_view(2, 0, 3, 2)), expected);
        assert_eq!(memory, [9, 1, 2, 3, 9, 9, 4, 5, 6, 9]);
    }
    assert!(matches!(ImageViewMut::<Rgb8>::new(&mut [0; 5], 2, 1), Err(Error::ImageLayout { needed: 6, .. })));
    let mut memory = [0; 50];
    let overlapping = ImageViewMut::<Rgb8>::with_stride(&mut memory, 2, 2, 5);
    assert!(matches!(overlapping, Err(Error::ImageStride { row: 6, stride: 5, .. })));
}

#[test]
fn statistics_that_cannot_be_used_are_refused() {
    let values = "both must be finite and std above 0, in units where white is 1";
    for (mean, std) in [(f64::NAN, 1.0), (0.5, f64::NAN), (0.5, 0.0), (0.5, -0.1), (f64::INFINITY, 1.0), (0.5, 1e-60)] {
        let expected = format!("channel 1 has mean {mean} and std {std}; {values}");
        assert_eq!(text(Normalize::new(&[0.5, mean, 0.5], &[0.5, std, 0.5])), expected);
    }
    assert_eq!(
        text(Normalize::new(&[0.5; 3], &[0.5; 2])),
        "3 values of mean and 2 of std were given; give one of each for every colour channel"
    );
    assert_eq!(
        text(Normalize::new(&[], &[])),
        "0 values of mean and 0 of std were given; give one of each for every colour channel"
    );
}

#[test]
fn statistics_for_other_channels_are_refused() {
    let of = |channels: usize| Normalize::new(&vec![0.5; channels], &vec![0.25; channels]);
    for device in devices() {
        let gray = device.image(ImageView::<Gray8>::new(&[1, 2, 3], 3, 1).unwrap()).unwrap();
        let color = device.image(ImageView::<Rgba8>::new(&[1, 2, 3, 4], 1, 1).unwrap()).unwrap();
        let message = |given: usize, expected: usize| {
            format!(
                "{given} values of mean and std were given for an image with {expected} colour channels; give {expected}"
            )
        };
        assert_eq!(text(gray.normalize(&Normalize::imagenet())), message(3, 1));
        for channels in [1, 2, 4, 9] {
            assert_eq!(text(of(channels).and_then(|normalize| color.normalize(&normalize))), message(channels, 3));
        }
        assert_eq!(color.normalize(&Normalize::imagenet()).unwrap().shape(), [3, 1, 1]);
        assert_eq!(gray.normalize(&of(1).unwrap()).unwrap().shape(), [1, 1, 3]);
    }
}

#[test]
fn empty_images_of_any_height_are_empty() {
    for device in devices() {
        for (width, height) in [(0, usize::MAX), (usize::MAX, 0), (0, 1 << 40)] {
            let image = device.image(ImageView::<Rgb8>::new(&[], width, height).unwrap()).unwrap();
            assert_eq!((image.width(), image.height()), (width, height));
            assert!(image.grayscale().unwrap().read().wait().unwrap().as_slice().is_empty());
            let tensor = image.normalize(&Normalize::imagenet()).unwrap();
            assert_eq!(tensor.shape(), [3, height, width]);
            assert!(tensor.read().wait().unwrap().as_slice().is_empty());
        }
    }
}
