//! Bad input: each kind gives an error of its own, in words that say what was given, what is allowed and what to do,
//! and what it was given to still works afterwards.

#[path = "support/mod.rs"]
mod support;

use swath::{
    Device, DispatchLimits, Error, Feature, FeatureOptions, Features, Gray8, ImageView, Neighborhood, Normalize,
    PointsOptions, Quantize, Rgb8, Rgba8, Threshold,
};

use support::executors;

/// The CPU, and the GPU where it is tested.
fn devices() -> Vec<Device> {
    let mut devices = vec![Device::cpu().unwrap()];
    devices.extend(executors::the_gpu());
    devices
}

fn text<T>(outcome: Result<T, Error>) -> String {
    match outcome {
        Ok(_) => "no error".into(),
        Err(error) => error.to_string(),
    }
}

fn corner() -> Vec<[f64; 3]> {
    vec![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 3.0]]
}

#[test]
fn a_coordinate_that_is_not_finite_is_named_wherever_it_is() {
    for device in devices() {
        for count in [1, 2, 3, 17, 16_384, 16_385, 50_000] {
            for index in [0, count / 3, count / 2, count - 1] {
                for (axis, name) in ['x', 'y', 'z'].into_iter().enumerate() {
                    for (value, shown) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")] {
                        let mut xyz = vec![[1.0, 2.0, 3.0]; count];
                        xyz[index][axis] = value;
                        let expected = format!(
                            "point {index} has {name} = {shown}; remove points that are not finite before uploading"
                        );
                        assert_eq!(text(device.points(&xyz)), expected, "{count} points");
                    }
                }
            }
        }
        assert_eq!(device.points(&corner()).unwrap().len(), 4);
    }
}

#[test]
fn the_first_of_several_bad_coordinates_is_named() {
    let device = Device::cpu().unwrap();
    for _ in 0..20 {
        let mut xyz = vec![[1.0; 3]; 80_000];
        (xyz[70_000][0], xyz[40_000][2], xyz[39_999][1]) = (f64::NAN, f64::INFINITY, f64::NAN);
        let expected = "point 39999 has y = NaN; remove points that are not finite before uploading";
        assert_eq!(text(device.points(&xyz)), expected);
    }
}

#[test]
fn an_extent_beyond_f32_names_reach_and_limit() {
    for device in devices() {
        let expected = "the points reach 5e199 units from the origin [5e199, 0.0, 0.0], where f32 distances end at \
                        1e18; leave the origin to Swath, or remove the outliers";
        assert_eq!(text(device.points(&[[0.0; 3], [1e200, 0.0, 0.0]])), expected);
        let options = PointsOptions { unit: None, origin: Some([0.0, -2e18, 0.0]) };
        let expected = "the points reach 2e18 units from the origin [0.0, -2e18, 0.0], where f32 distances end at \
                        1e18; leave the origin to Swath, or remove the outliers";
        assert_eq!(text(device.points_with(&corner(), &options)), expected);
        // Just inside the limit distances are still numbers.
        let wide = device.points(&[[-9e17; 3], [9e17; 3], [0.0; 3]]).unwrap();
        assert!(wide.knn(3).unwrap().read().wait().unwrap().squared_distances().iter().all(|d| d.is_finite()));
    }
}

#[test]
fn a_wrong_unit_or_origin_is_refused() {
    let device = Device::cpu().unwrap();
    for (unit, shown) in
        [(0.0, "0"), (-0.01, "-0.01"), (f64::NAN, "NaN"), (f64::INFINITY, "inf"), (1e10, "10000000000")]
    {
        let outcome = device.points_with(&corner(), &PointsOptions { unit: Some(unit), origin: None });
        let expected = format!(
            "the unit of the coordinates is {shown}; it must be between 1e-12 and 1e9, in units of the coordinates"
        );
        assert_eq!(text(outcome), expected);
    }
    for origin in [[f64::NAN, 0.0, 0.0], [0.0, 0.0, f64::INFINITY]] {
        let outcome = device.points_with(&corner(), &PointsOptions { unit: None, origin: Some(origin) });
        assert_eq!(text(outcome), format!("the origin is {origin:?}; it must be three finite numbers"));
    }
    assert!(device.points_with(&corner(), &PointsOptions { unit: Some(1.0), origin: Some([0.0; 3]) }).is_ok());
}

#[test]
fn a_number_of_neighbors_out_of_range_is_refused() {
    for device in devices() {
        let cloud = device.points(&corner()).unwrap();
        for k in [0, 257, usize::MAX] {
            let expected = format!("k = {k} neighbours were asked for; k must be between 1 and 256");
            assert_eq!(text(cloud.knn(k)), expected);
            assert_eq!(text(cloud.features(Neighborhood::Knn(k), &Features::geometric())), expected);
        }
        let near = cloud.knn(1).unwrap().read().wait().unwrap();
        assert_eq!(near.indices(), [0, 1, 2, 3]);
    }
}

#[test]
fn more_neighbors_than_points_leave_the_rest_of_the_row_empty() {
    for device in devices() {
        let cloud = device.points(&corner()).unwrap();
        let near = cloud.knn(6).unwrap().read().wait().unwrap();
        let (indices, distances) = near.row(0);
        assert_eq!(indices, [0, 1, 2, 3, u32::MAX, u32::MAX]);
        assert_eq!(distances, [0.0, 1.0, 4.0, 9.0, f32::INFINITY, f32::INFINITY]);
        let table = cloud.features(Neighborhood::Knn(6), &[Feature::Linearity]).unwrap().read().wait().unwrap();
        assert_eq!(table.neighbor_counts(), [4; 4]);
        assert!(table.column(Feature::Linearity).unwrap().iter().all(|value| value.is_finite()));
        assert!(table.column(Feature::Planarity).is_none());

        let empty = device.points(&[]).unwrap();
        assert!(empty.is_empty() && empty.knn(5).unwrap().read().wait().unwrap().is_empty());
        let table = empty.features(Neighborhood::Knn(5), &Features::geometric()).unwrap().read().wait().unwrap();
        assert!(table.is_empty() && table.column(Feature::Pca1).unwrap().is_empty());
    }
}

#[test]
fn features_must_be_named() {
    for device in devices() {
        let cloud = device.points(&corner()).unwrap();
        let expected = "no features were asked for; name at least one, or use Features::geometric()";
        assert_eq!(text(cloud.features(Neighborhood::Knn(3), &[])), expected);
        assert!(cloud.features(Neighborhood::Knn(3), &[Feature::NormalX]).is_ok());
    }
    let known = Feature::ALL.iter().map(|feature| feature.name()).collect::<Vec<_>>().join(", ");
    for name in ["curvature", "", "Linearity", "normal-z", " planarity"] {
        assert_eq!(text(name.parse::<Feature>()), format!("{name:?} is not a feature; the features are {known}"));
    }
}

#[test]
fn a_feature_asked_for_twice_is_there_twice() {
    for device in devices() {
        let cloud = device.points(&corner()).unwrap();
        let twice = [Feature::NormalZ, Feature::Pca1, Feature::NormalZ];
        let table = cloud.features(Neighborhood::Knn(4), &twice).unwrap();
        assert_eq!(table.features(), twice);
        let once = cloud.features(Neighborhood::Knn(4), &Features::geometric()).unwrap().read().wait().unwrap();
        let table = table.read().wait().unwrap();
        assert_eq!(table.column(Feature::Pca1), once.column(Feature::Pca1));
        assert_eq!(table.column(Feature::NormalZ), once.column(Feature::NormalZ));
    }
}

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

#[test]
fn a_cloud_whose_lists_exceed_the_smallest_windows_is_either_windowed_or_refused_in_words() {
    let small = DispatchLimits { max_groups_per_dimension: Some(1), max_binding_bytes: Some(1) };
    let Some(executor) = executors::gpu("GPU with the smallest windows", small) else { return };
    let device = executor.device;
    let xyz: Vec<_> = support::clouds::town(3_000, 1).iter().map(|point| point.map(f64::from)).collect();
    match device.points(&xyz).and_then(|cloud| cloud.knn(16)).and_then(|lists| lists.read().wait()) {
        Ok(lists) => assert_eq!(
            lists.indices(),
            Device::cpu().unwrap().points(&xyz).unwrap().knn(16).unwrap().read().wait().unwrap().indices()
        ),
        Err(error) => {
            assert!(matches!(error, Error::TooLarge { .. }), "{error}");
            let text = error.to_string();
            assert!(text.contains(" needs ") && text.contains(" is ") && text.contains("; "), "{text}");
        }
    }
    // A small cloud, and images, still work.
    assert_eq!(device.points(&corner()).unwrap().knn(1).unwrap().read().wait().unwrap().indices(), [0, 1, 2, 3]);
    let image = device.image(ImageView::<Gray8>::new(&[9; 5_000], 50, 100).unwrap()).unwrap();
    assert_eq!(image.otsu_level().unwrap().read().wait().unwrap()[0], 9);
}

#[test]
fn a_radius_that_is_none_is_refused() {
    for device in devices() {
        let cloud = device.points(&corner()).unwrap();
        for radius in [0.0, -1.5, f64::NAN, f64::INFINITY] {
            let expected = format!(
                "the radius {radius} was asked for; a radius must be finite and above 0, in units of the input"
            );
            assert_eq!(text(cloud.within(radius)), expected);
            assert_eq!(text(cloud.within_of(&corner(), radius)), expected);
            assert_eq!(text(cloud.knn_within(3, radius)), expected);
            assert_eq!(text(cloud.features(Neighborhood::Radius(radius), &[Feature::Planarity])), expected);
        }
        let near = cloud.within(0.5).unwrap().read().wait().unwrap();
        assert_eq!(near.offsets(), [0, 1, 2, 3, 4]);
    }
}

#[test]
fn a_range_of_neighbours_that_is_none_is_refused() {
    for device in devices() {
        let cloud = device.points(&corner()).unwrap();
        for (min, max) in [(2, 8), (9, 8), (3, 257)] {
            assert_eq!(
                text(cloud.features(Neighborhood::OptimalK { min, max }, &[Feature::Planarity])),
                format!("an optimal k between {min} and {max} was asked for; give 3 <= min <= max <= 256")
            );
        }
    }
}

#[test]
fn features_of_what_the_cloud_lacks_are_refused() {
    for device in devices() {
        let cloud = device.points(&corner()).unwrap();
        let ask = |feature| text(cloud.features(Neighborhood::Knn(3), &[Feature::Planarity, feature]));
        assert_eq!(ask(Feature::Ndvi), "ndvi needs colours; give them to the cloud with PointCloud::with_colors");
        assert_eq!(
            ask(Feature::HeightAboveGround),
            "height_above_ground needs ground points; give them to the cloud with PointCloud::with_ground"
        );
        let colored = cloud.with_colors(&[[1, 2, 3]; 4], 255).unwrap();
        assert_eq!(
            text(colored.features(Neighborhood::Knn(3), &[Feature::Ndvi])),
            "ndvi needs near infrared; give them to the cloud with PointCloud::with_near_infrared"
        );
        assert!(colored.features(Neighborhood::Knn(3), &[Feature::Red]).is_ok());
    }
}

#[test]
fn attributes_that_do_not_fit_the_cloud_are_refused() {
    for device in devices() {
        let cloud = device.points(&corner()).unwrap();
        assert_eq!(
            text(cloud.with_colors(&[[0; 3]; 3], 255)),
            "3 colours were given for 4 points; give one for each point, in their order"
        );
        assert_eq!(
            text(cloud.with_colors(&[[0; 3], [0, 256, 0], [0; 3], [0; 3]], 255)),
            "point 1 has a channel of 256, but the channel's largest value was given as 255; give 255 for 8-bit and \
             65535 for 16-bit colours"
        );
        assert!(cloud.with_near_infrared(&[0; 4], 0).is_err());
        assert_eq!(
            text(cloud.with_ground(&[false; 4])),
            "none of the points is ground; classify the cloud first, or leave out height_above_ground"
        );
    }
}

#[test]
fn lists_of_another_cloud_are_refused() {
    for device in devices() {
        let (cloud, other) = (device.points(&corner()).unwrap(), device.points(&corner()).unwrap());
        let options = FeatureOptions::default();
        let describe = |near: &swath::Neighbors, feature| text(cloud.features_of(near, &[feature], &options));
        let foreign =
            "the neighbours are not those of this cloud's own points; use what its knn, knn_with or knn_within gave";
        assert_eq!(describe(&other.knn(3).unwrap(), Feature::Planarity), foreign);
        assert_eq!(describe(&cloud.knn_of(&corner(), 3).unwrap(), Feature::Planarity), foreign);
        assert_eq!(
            describe(&cloud.knn(3).unwrap(), Feature::NormalVariation),
            "normal_variation is not a feature of listed neighbours; ask PointCloud::features for it"
        );
        assert!(cloud.features_of(&cloud.knn(3).unwrap(), &[Feature::Planarity], &options).is_ok());
    }
}

#[test]
fn a_viewpoint_that_is_none_is_refused() {
    for device in devices() {
        let cloud = device.points(&corner()).unwrap();
        let options = FeatureOptions { viewpoint: Some([0.0, f64::NAN, 0.0]), ..FeatureOptions::default() };
        assert_eq!(
            text(cloud.features_with(Neighborhood::Knn(3), &[Feature::NormalZ], &options)),
            "the viewpoint is [0.0, NaN, 0.0]; it must be three finite numbers"
        );
    }
}

#[test]
fn queries_that_are_not_finite_are_named() {
    for device in devices() {
        let cloud = device.points(&corner()).unwrap();
        let queries = [[0.0; 3], [0.0, 0.0, f64::INFINITY]];
        let expected = "point 1 has z = inf; remove points that are not finite before uploading";
        assert_eq!(text(cloud.knn_of(&queries, 2)), expected);
        assert_eq!(text(cloud.within_of(&queries, 2.0)), expected);
        assert!(cloud.knn_of(&[], 2).unwrap().read().wait().unwrap().is_empty());
    }
}

#[test]
fn numbers_that_nothing_can_be_quantized_with_are_refused() {
    let percentile = "it must be above 0 and at most 100, in a hundred numbers";
    let range = "it must be of two finite numbers, the lower first";
    let scale = "it must be finite and at least 1.1754944e-38";
    let (max, asymmetric) = (f32::MAX, Quantize::asymmetric);
    let table = [
        (asymmetric().percentile(0.0), format!("the percentile is 0; {percentile}")),
        (asymmetric().percentile(-3.0), format!("the percentile is -3; {percentile}")),
        (asymmetric().percentile(100.5), format!("the percentile is 100.5; {percentile}")),
        (asymmetric().percentile(f64::NAN), format!("the percentile is NaN; {percentile}")),
        (asymmetric().with_range(1.0, -1.0), format!("the range is 1 to -1; {range}")),
        (asymmetric().with_range(f32::NAN, 1.0), format!("the range is NaN to 1; {range}")),
        (asymmetric().with_range(0.0, f32::INFINITY), format!("the range is 0 to inf; {range}")),
        (asymmetric().with_parameters(0.0, 0), format!("the scale is 0; {scale}")),
        (asymmetric().with_parameters(-1.0, 0), format!("the scale is -1; {scale}")),
        (asymmetric().with_parameters(f32::NAN, 0), format!("the scale is NaN; {scale}")),
        (asymmetric().with_parameters(f32::INFINITY, 0), format!("the scale is inf; {scale}")),
        (asymmetric().with_parameters(1.0, 128), "the zero point is 128; it must be between -128 and 127".into()),
        (
            asymmetric().per_channel(2),
            "axis 2 was asked for, but the tensor has 2 axes; they are counted from 0".into(),
        ),
    ];
    for device in devices() {
        let tensor = device.tensor(&[0.5_f32, -1.0], &[1, 2]).unwrap();
        for (how, expected) in &table {
            assert_eq!(text(tensor.quantize::<i8>(how)), *expected);
        }
        assert!(tensor.quantize::<u8>(&asymmetric().with_parameters(1.0, 128)).is_ok());
        assert!(tensor.quantize::<u8>(&asymmetric().with_range(-max, max)).is_ok());
        assert_eq!(tensor.quantize::<i8>(&Quantize::symmetric()).unwrap().read().wait().unwrap().values(), [64, -127]);
    }
}

#[test]
fn an_error_is_measured_against_the_tensor_that_was_quantized() {
    for device in devices() {
        let tensor = device.tensor(&[0.5_f32, -1.0], &[1, 2]).unwrap();
        let quantized = tensor.quantize::<i8>(&Quantize::symmetric()).unwrap();
        let turned = device.tensor(&[0.5_f32, -1.0], &[2, 1]).unwrap();
        let expected =
            "a tensor of shape [2, 1] was given for one of shape [1, 2]; give the tensor that it was made from";
        assert_eq!(text(quantized.error(&turned)), expected);
        let elsewhere = Device::cpu().unwrap().tensor(&[0.5_f32, -1.0], &[1, 2]).unwrap();
        assert_eq!(text(quantized.error(&elsewhere)), "the tensors are on two devices; upload both to one");
        assert!(quantized.error(&tensor).unwrap().wait().unwrap().sqnr > 30.0);
    }
}

#[test]
fn an_epsilon_that_is_no_variance_is_refused() {
    for device in devices() {
        let tensor = device.tensor(&[0.5_f32, -0.5], &[2]).unwrap();
        for (epsilon, shown) in [(-1.0, "-1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf"), (1e39, "1000000000000000000")]
        {
            let got = text(tensor.standardize(epsilon));
            assert!(got.starts_with(&format!("epsilon is {shown}")), "{got}");
            assert!(got.ends_with("; it must be finite and at least 0, in the square of the tensor's units"), "{got}");
        }
        assert_eq!(
            text(tensor.standardize_along(1, 0.0)),
            "axis 1 was asked for, but the tensor has 1 axes; they are counted from 0"
        );
        assert_eq!(tensor.standardize(0.0).unwrap().read().wait().unwrap().as_slice(), [1.0, -1.0]);
    }
}
