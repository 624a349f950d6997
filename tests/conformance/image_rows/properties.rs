//! Random images against the same references as the table, and in the same rows.

use proptest::prelude::*;
use swath::{Device, Error, Gray8, ImageView, ImageViewMut, Luma, Normalize, Rgb8, Rgba8, Threshold};

use super::adaptive::{self, Adaptive};
use super::batches::{Images, OPERATIONS};
use super::normalize::Way;
use super::threshold::Cut;
use super::{gray, measured, normalize, resize, statistics, threshold, upload};
use crate::image_cases::{Fill, ImageCase, With, image, with_pixels};
use crate::properties::{configured, executor, holds};
use crate::support::executors::{self, Executor};
use crate::support::images::normalize::{Form, Norm};
use crate::support::images::resize::Filter;
use crate::support::images::threshold::Kind;
use crate::support::{Mismatch, equal, images};

/// One of the executors for variants, by a number that shrinks towards the plainest.
fn one_of_few(choice: usize) -> &'static Executor {
    let few = executors::few();
    few[choice % few.len()]
}

/// Any image: size, distance of rows, part of a larger one, samples.
fn any_image() -> impl Strategy<Value = ImageCase> {
    let part = proptest::option::of((0..9_usize, 0..9_usize));
    let fills = [Fill::Random, Fill::Special, Fill::Ramp, Fill::All(77), Fill::Two(3, 250)];
    let fill = proptest::sample::select(fills.to_vec());
    (0..70_usize, 0..40_usize, 0..9_usize, part, fill).prop_map(|(width, height, padding, part, fill)| {
        let case = image(width, height).padded(padding).of(fill);
        part.map_or(case, |(x, y)| case.inside(x, y))
    })
}

/// Checks a case by the row for the type of pixel that a number stands for.
macro_rules! check {
    ($choice:expr, $module:ident::$row:ident, $case:expr, $executor:expr, $($pixel:ident)*) => {{
        let checks: &[fn(&_, &Executor) -> Result<(), Mismatch>] =
            &[$(|case, executor| $module::$row::<swath::$pixel>("", Vec::new).holds(case, executor)),*];
        let (case, executor) = ($case, $executor);
        let verdict = checks[$choice % checks.len()](&case, executor);
        verdict.map_err(|wrong| TestCaseError::fail(format!("{case} on {}: {wrong}", executor.name)))?;
    }};
}

/// A random image of `channels`, with rows apart: width, height, stride in bytes, and all bytes.
fn pixels(channels: usize) -> impl Strategy<Value = (usize, usize, usize, Vec<u8>)> {
    (0..70_usize, 0..40_usize, 0..9_usize).prop_flat_map(move |(width, height, padding)| {
        let stride = width * channels + padding;
        let bytes = proptest::collection::vec(any::<u8>(), stride * height);
        bytes.prop_map(move |bytes| (width, height, stride, bytes))
    })
}

fn tight(bytes: &[u8], row: usize, height: usize, stride: usize) -> Vec<u8> {
    (0..height).flat_map(|y| bytes[y * stride..y * stride + row].to_vec()).collect()
}

proptest! {
    #![proptest_config(configured(100))]

    #[test]
    fn any_color_image_is_grayed_cut_and_normalized((width, height, stride, bytes) in pixels(3), choice in 0..64_usize) {
        let executor = executor(choice);
        let view = ImageView::<Rgb8>::with_stride(&bytes, width, height, stride).unwrap();
        let image = executor.device.image(view).unwrap();
        let own = tight(&bytes, width * 3, height, stride);
        let expected = images::gray(&own, 3);
        let gray = image.grayscale().unwrap();
        // The tensor is asked for first, so that the gray is computed alone and within the longer chain.
        let mean = [0.5];
        let tensor = gray.normalize(&Normalize::new(&mean, &[0.25]).unwrap()).unwrap().read();
        holds(equal(gray.read().wait().unwrap().as_slice(), &expected), executor)?;
        holds(images::check_planes(&expected, 1, &mean, &[0.25], tensor.wait().unwrap().as_slice()), executor)?;
        if !expected.is_empty() {
            let mask = gray.threshold(Threshold::otsu()).unwrap().read().wait().unwrap();
            let level = images::otsu(&expected);
            holds(equal(mask.as_slice(), &images::binary(&expected, level)), executor)?;
        }
    }

    #[test]
    fn any_part_of_an_image_is_an_image(
        (width, height, stride, bytes) in pixels(4),
        corner in (0..70_usize, 0..40_usize),
        size in (0..70_usize, 0..40_usize),
        choice in 0..64_usize,
    ) {
        let executor = executor(choice);
        let view = ImageView::<Rgba8>::with_stride(&bytes, width, height, stride).unwrap();
        let part = view.sub_view(corner.0, corner.1, size.0, size.1);
        let fits = corner.0 + size.0 <= width && corner.1 + size.1 <= height;
        prop_assert_eq!(part.is_ok(), fits);
        let Ok(part) = part else { return Ok(()) };
        let rows = (0..size.1).flat_map(|y| {
            let first = (corner.1 + y) * stride + corner.0 * 4;
            bytes[first.min(bytes.len())..].iter().copied().take(size.0 * 4)
        });
        let own: Vec<u8> = rows.collect();
        let image = executor.device.image(part).unwrap();
        holds(equal(image.read().wait().unwrap().as_slice(), &own), executor)?;
        holds(equal(image.grayscale().unwrap().read().wait().unwrap().as_slice(), &images::gray(&own, 4)), executor)?;
    }

    #[test]
    fn any_gray_image_is_cut_at_any_level((width, height, stride, bytes) in pixels(1), level: u8, choice in 0..64_usize) {
        let executor = executor(choice);
        let image = executor.device.image(ImageView::<Gray8>::with_stride(&bytes, width, height, stride).unwrap()).unwrap();
        let mask = image.threshold(Threshold::binary(level)).unwrap().read().wait().unwrap();
        holds(equal(mask.as_slice(), &images::binary(&tight(&bytes, width, height, stride), level)), executor)?;
    }

    #[test]
    fn any_statistics_give_finite_numbers_or_an_error(mean in -1e3..1e3_f64, std in -1.0..1e3_f64, value: u8) {
        let device = &executor(0).device;
        match Normalize::new(&[mean], &[std]) {
            Ok(normalize) => {
                prop_assert!(std > 0.0);
                let image = device.image(ImageView::<Gray8>::new(&[value], 1, 1).unwrap()).unwrap();
                let tensor = image.normalize(&normalize).unwrap().read().wait().unwrap();
                prop_assert!(tensor.as_slice()[0].is_finite());
            }
            Err(_) => prop_assert!(std <= 0.0),
        }
    }
}

proptest! {
    #![proptest_config(configured(80))]

    #[test]
    fn any_image_comes_back(case in any_image(), kind in 0..15_usize, choice in 0..64_usize) {
        check!(kind, upload::row, case, one_of_few(choice), Rgb8 Bgr8 Rgba8 Bgra8 Gray8 Rgb16 Bgr16 Rgba16 Bgra16 Gray16
            RgbF32 BgrF32 RgbaF32 BgraF32 GrayF32);
    }

    #[test]
    fn any_color_becomes_any_gray(case in any_image(), luma in 0..3_usize, kind in 0..12_usize, choice in 0..64_usize) {
        let case = With { image: case, by: [Luma::Bt601, Luma::Bt709, Luma::Pillow][luma] };
        check!(kind, gray::row, case, one_of_few(choice), Rgb8 Bgr8 Rgba8 Bgra8 Rgb16 Bgr16 Rgba16 Bgra16 RgbF32 BgrF32
            RgbaF32 BgraF32);
    }

    #[test]
    fn any_gray_is_cut_in_any_way(
        case in any_image(),
        cut in (0..5_usize, -0.5..1.5_f64, proptest::option::of(-0.5..1.5_f64)),
        kind in 0..3_usize,
        choice in 0..64_usize,
    ) {
        let case = With { image: case, by: Cut { kind: Kind::ALL[cut.0], level: cut.1, max: cut.2 } };
        check!(kind, threshold::row, case, one_of_few(choice), Gray8 Gray16 GrayF32);
    }

    #[test]
    fn any_block_cuts_any_gray(
        case in any_image(),
        block in 1..20_usize,
        c in -20.0..20.0_f64,
        is_inverted: bool,
        choice in 0..64_usize,
    ) {
        let (case, executor) = (With { image: case, by: Adaptive { block: 2 * block + 1, c, is_inverted } }, executor(choice));
        holds(adaptive::row("", Vec::new).holds(&case, executor), executor)?;
    }

    #[test]
    fn any_image_becomes_planes_anywhere(
        case in any_image(),
        is_swapped: bool,
        is_flipped: bool,
        margin in proptest::option::of((0..18_usize, 0..5_usize)),
        kind in 0..5_usize,
        choice in 0..64_usize,
    ) {
        let case = With { image: case, by: Way { is_swapped, is_flipped, margin } };
        check!(kind, normalize::row, case, one_of_few(choice), Rgb8 Bgra8 Gray16 Rgba16 BgrF32);
        check!(kind, normalize::half_row, case, one_of_few(choice), Rgb8 Bgra8 Gray16 Rgba16 BgrF32);
    }

    #[test]
    fn any_image_is_brought_to_any_form(
        case in any_image(),
        form in 0..5_usize,
        numbers in (-3.0..3.0_f64, -3.0..3.0_f64),
        kind in 0..4_usize,
        choice in 0..64_usize,
    ) {
        let forms = [
            Form::MinMax { low: numbers.0, high: numbers.1 },
            Form::Standardize { epsilon: numbers.0.max(0.0) },
            Form::Norm(Norm::L1),
            Form::Norm(Norm::L2),
            Form::Norm(Norm::Inf),
        ];
        let case = With { image: case, by: forms[form] };
        check!(kind, measured::row, case, one_of_few(choice), Rgb8 Bgra8 Gray16 RgbF32);
    }

    #[test]
    fn any_image_is_measured(case in any_image(), kind in 0..5_usize, choice in 0..64_usize) {
        if let Some(case) = with_pixels(vec![case]).pop() {
            check!(kind, statistics::row, case, one_of_few(choice), Gray8 Rgba8 Bgr16 GrayF32 RgbaF32);
        }
    }

    #[test]
    fn any_image_is_brought_to_any_size(
        case in any_image(),
        to in (1..90_usize, 1..50_usize),
        filter in 0..3_usize,
        kind in 0..5_usize,
        choice in 0..64_usize,
    ) {
        let filter = [Filter::Nearest, Filter::Bilinear, Filter::Area][filter];
        let case = With { image: case, by: (to.0, to.1, filter) };
        if !with_pixels(vec![case.image]).is_empty() && case.image.is_finite() {
            check!(kind, resize::row, case, one_of_few(choice), Rgb8 Bgra8 Gray16 Rgb16 GrayF32);
        }
    }

    #[test]
    fn any_batch_gives_what_its_images_give(
        cases in proptest::collection::vec(any_image(), 1..12),
        operation in 0..OPERATIONS.len(),
        choice in 0..64_usize,
    ) {
        let (operation, executor) = (&OPERATIONS[operation], one_of_few(choice));
        let batch = Images { name: "any", cases: with_pixels(cases) };
        prop_assume!(!batch.cases.is_empty());
        let alone = batch.cases.iter().map(|case| (operation.one)(&executor.device, case));
        match (operation.many)(&executor.device, &batch) {
            Ok(got) => holds(equal(&got, &alone.collect::<Result<Vec<_>, _>>().unwrap().concat()), executor)?,
            Err(Error::TooLarge { .. }) => prop_assert!(!executor.binds(batch.bytes())),
            Err(error) => return Err(TestCaseError::fail(format!("{} on {}: {error}", operation.test, executor.name))),
        }
    }

    #[test]
    fn any_tensor_comes_back(shape in proptest::collection::vec(0..7_usize, 0..5), choice in 0..64_usize) {
        let executor = executor(choice);
        let numbers: Vec<f32> = (0..shape.iter().product::<usize>()).map(|index| index as f32 - 9.5).collect();
        let tensor = executor.device.tensor(&numbers, &shape).unwrap();
        prop_assert_eq!((tensor.shape(), tensor.len(), tensor.is_empty()), (&shape[..], numbers.len(), numbers.is_empty()));
        let host = tensor.read().wait().unwrap();
        prop_assert_eq!((host.shape(), host.as_slice()), (&shape[..], &numbers[..]));
    }

    #[test]
    fn any_part_of_a_view_is_written_and_nothing_else(
        (width, height, stride, bytes) in pixels(3),
        corner in (0..70_usize, 0..40_usize),
        size in (0..70_usize, 0..40_usize),
    ) {
        let mut written = bytes.clone();
        let mut view = ImageViewMut::<Rgb8>::with_stride(&mut written, width, height, stride).unwrap();
        let part = view.sub_view(corner.0, corner.1, size.0, size.1);
        prop_assert_eq!(part.is_ok(), corner.0 + size.0 <= width && corner.1 + size.1 <= height);
        let Ok(mut part) = part else { return Ok(()) };
        let new: Vec<u8> = (0..size.0 * size.1 * 3).map(|index| index as u8 ^ 0x5a).collect();
        let image = Device::cpu().unwrap().image(ImageView::<Rgb8>::new(&new, size.0, size.1).unwrap()).unwrap();
        image.read().wait().unwrap().copy_to(&mut part).unwrap();
        let mut expected = bytes;
        for (y, row) in new.chunks_exact((size.0 * 3).max(1)).enumerate() {
            let first = (corner.1 + y) * stride + corner.0 * 3;
            expected[first..first + row.len()].copy_from_slice(row);
        }
        prop_assert_eq!(written, expected);
    }
}
