//! Random inputs against the same references as the table.

use proptest::prelude::*;
use swath::{Device, Gray8, ImageView, Neighborhood, Normalize, Quantize, Rgb8, Rgba8, Threshold};

use crate::support::clouds::Cloud;
use crate::support::executors::{self, Executor};
use crate::support::neighbors::{self, Lists};
use crate::support::{Mismatch, equal, features, images, quantize as reference};

/// An executor, by a number that shrinks towards the plainest.
fn executor(choice: usize) -> &'static Executor {
    let all = executors::all();
    &all[choice % all.len()]
}

/// One that binds the points of a small cloud at once.
fn executor_for_clouds(choice: usize) -> &'static Executor {
    let fitting: Vec<_> = executors::all().iter().filter(|executor| executor.binds(16 << 10)).collect();
    fitting[choice % fitting.len()]
}

fn configured(cases: u32) -> ProptestConfig {
    // The seed is printed on failure; files of old failures would hide that a case is missing from the table.
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
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

fn holds(verdict: Result<(), Mismatch>, executor: &Executor) -> Result<(), TestCaseError> {
    verdict.map_err(|wrong| TestCaseError::fail(format!("on {}: {wrong}", executor.name)))
}

proptest! {
    #![proptest_config(configured(150))]

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
    fn any_tensor_is_quantized_along_any_axis_and_comes_back_within_half_a_step(
        shape in proptest::collection::vec(1..40_usize, 1..4),
        axis in 0..4_usize,
        size in -30..30_i32,
        seed: u64,
        choice in 0..64_usize,
    ) {
        let executor = executor(choice);
        let count = shape.iter().product();
        let mut random = crate::support::random::Random::new(seed);
        let numbers: Vec<f32> = (0..count).map(|_| (random.unit() - 0.4) as f32 * 10_f32.powi(size)).collect();
        let axis = axis % shape.len();
        let tensor = executor.device.tensor(&numbers, &shape).unwrap();
        let quantized = tensor.quantize::<i8>(&Quantize::symmetric().per_channel(axis)).unwrap();
        let expected: Vec<_> = reference::channels(&numbers, &shape, axis)
            .into_iter()
            .map(|channel| reference::parameters(reference::observed(&channel), reference::Type::I8, true))
            .collect();
        let host = quantized.read().wait().unwrap();
        let scales: Vec<f32> = expected.iter().map(|parameters| parameters.scale).collect();
        holds(equal(host.scales(), &scales), executor)?;
        let of = |index| expected[reference::channel(&shape, axis, index)];
        let integers = numbers.iter().enumerate().map(|(index, number)| reference::quantize(*number, of(index), reference::Type::I8) as i8);
        holds(equal(host.values(), &integers.collect::<Vec<_>>()), executor)?;
        let back = quantized.dequantize().unwrap().read().wait().unwrap();
        for (index, (number, back)) in numbers.iter().zip(back.as_slice()).enumerate() {
            prop_assert!((number - back).abs() <= 0.500_001 * of(index).scale, "{} became {}", number, back);
        }
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

/// Clouds of whole numbers: few values an axis make duplicates, lattices and ties; a shift takes them far away.
fn whole_clouds() -> impl Strategy<Value = Cloud> {
    let sides = prop_oneof![Just(1), Just(2), Just(5), Just(40), Just(3_000), Just(2_000_000)];
    let shift = prop_oneof![Just(0.0), Just(1.25), Just(6_862_047.5), Just(-1e7)];
    let unit = prop_oneof![Just(1.0), Just(0.01), Just(0.001), Just(0.25)];
    (sides.clone(), sides.clone(), sides, shift, unit, 0..300_usize).prop_flat_map(|(x, y, z, shift, unit, count)| {
        let point = (0..x, 0..y, 0..z).prop_map(|(x, y, z)| [x, y, z]);
        let points = proptest::collection::vec(point, count);
        points.prop_map(move |points: Vec<[i32; 3]>| Cloud::whole(&points, unit, [shift, -shift, shift / 2.0]))
    })
}

/// Clouds of any numbers about an origin of their own.
fn loose_clouds() -> impl Strategy<Value = Cloud> {
    let scale = prop_oneof![Just(1e-3), Just(1.0), Just(1e6)];
    (scale, -1e6..1e6_f64).prop_flat_map(|(scale, origin)| {
        let number = -1.0..1.0_f64;
        let point = (number.clone(), number.clone(), number)
            .prop_map(move |(x, y, z)| [x * scale + origin, y * scale - origin, z * scale]);
        let points = proptest::collection::vec(point, 0..200);
        points.prop_map(move |xyz| Cloud::loose(xyz, [origin, -origin, 0.0]))
    })
}

fn check_cloud(device: &Device, cloud: &Cloud, k: usize, is_gpu: bool) -> Result<(), Mismatch> {
    let uploaded = cloud.upload(device).map_err(|error| Mismatch::at("the upload", error, "a cloud"))?;
    let lists = uploaded.knn(k).unwrap().read().wait().unwrap();
    let table = uploaded.features(Neighborhood::Knn(k), &swath::Features::eigen()).unwrap().read().wait().unwrap();
    let queries: Vec<_> = (0..cloud.local.len()).collect();
    let expected = neighbors::nearest(&cloud.local, &queries, k);
    let got = Lists { k, indices: lists.indices(), squared_distances: lists.squared_distances() };
    neighbors::check(&cloud.local, cloud.unit, &queries, &expected, &got)?;
    features::check(&cloud.local, cloud.unit, lists.indices(), k, &table, &features::Bounds::of(is_gpu))
}

proptest! {
    #![proptest_config(configured(150))]

    #[test]
    fn any_cloud_of_whole_numbers_has_exact_neighbors(cloud in whole_clouds(), k in 1..=32_usize, choice in 0..64_usize) {
        let executor = executor_for_clouds(choice);
        holds(check_cloud(&executor.device, &cloud, k, executor.is_gpu()), executor)?;
    }

    #[test]
    fn any_cloud_has_its_nearest_neighbors(cloud in loose_clouds(), k in 1..=32_usize, choice in 0..64_usize) {
        let executor = executor_for_clouds(choice);
        holds(check_cloud(&executor.device, &cloud, k, executor.is_gpu()), executor)?;
    }
}
