//! Small domains in full, and the one result that no small limit can stand in for.

use swath::{Gray8, ImageView, Normalize, Rgb8, Rgba8, Threshold, ThresholdKind};

use crate::support::executors;
use crate::support::images::threshold::{self, Kind};
use crate::support::{equal, images};

const SIDE: usize = 4_096;

/// Every colour once, in the order of its number.
fn all_colors(channels: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SIDE * SIDE * channels);
    for color in 0..(SIDE * SIDE) as u32 {
        let [red, green, blue, _] = color.to_le_bytes();
        // Alpha takes every value beside every colour's neighbours, and must not matter.
        bytes.extend_from_slice(&[red, green, blue, (color.wrapping_mul(2_654_435_761) >> 24) as u8][..channels]);
    }
    bytes
}

#[test]
fn all_colors_become_the_gray_of_the_formula() {
    let (rgb, rgba) = (all_colors(3), all_colors(4));
    let expected = images::gray(&rgb, 3);
    for executor in executors::few() {
        let device = &executor.device;
        let opaque = device.image(ImageView::<Rgb8>::new(&rgb, SIDE, SIDE).unwrap()).unwrap().grayscale().unwrap();
        let alpha = device.image(ImageView::<Rgba8>::new(&rgba, SIDE, SIDE).unwrap()).unwrap().grayscale().unwrap();
        for (pixels, gray) in [("Rgb8", opaque), ("Rgba8", alpha)] {
            let got = gray.read().wait().unwrap();
            if let Err(wrong) = equal(got.as_slice(), &expected) {
                panic!("grayscale of {pixels} on {}: colour {wrong}", executor.name);
            }
        }
        device.trim(swath::TrimLevel::Idle);
    }
}

#[test]
fn all_grays_are_cut_at_all_levels_in_every_way() {
    let grays: Vec<u8> = (0..=255).collect();
    let ways = Kind::ALL.into_iter().zip([
        ThresholdKind::Binary,
        ThresholdKind::BinaryInverted,
        ThresholdKind::Truncate,
        ThresholdKind::ToZero,
        ThresholdKind::ToZeroInverted,
    ]);
    for (executor, (kind, way)) in executors::few().into_iter().flat_map(|one| ways.clone().map(move |way| (one, way)))
    {
        let image = executor.device.image(ImageView::<Gray8>::new(&grays, 16, 16).unwrap()).unwrap();
        for level in -1..=256 {
            let mask = image.threshold(Threshold::binary(level).kind(way)).unwrap().read().wait().unwrap();
            if let Err(wrong) = equal(mask.as_slice(), &threshold::whole(&grays, kind, level.into(), 255.0)) {
                panic!("{kind:?} at {level} on {}: gray {wrong}", executor.name);
            }
        }
    }
}

/// Numbers that share words are found one by one, and there are more here than one launch may take.
#[test]
fn more_odd_halves_than_fit_one_launch() {
    let Some(device) = executors::the_gpu() else { return };
    let side = 5_801;
    let gray: Vec<u8> = (0..side * side).map(|pixel| (pixel * 7 + pixel / 8_192) as u8).collect();
    let normalize = Normalize::new(&[0.4], &[0.3]).unwrap();
    let halves = |pixels: &[u8], width: usize| {
        let image = device.image(ImageView::<Gray8>::new(pixels, width, pixels.len() / width).unwrap()).unwrap();
        image.normalize_f16(&normalize).unwrap().read().wait().unwrap()
    };
    let each = halves(&(0..=255).collect::<Vec<u8>>(), 16);
    let all = halves(&gray, side);
    let wrong = gray.iter().zip(all.as_slice()).position(|(gray, half)| *half != each.as_slice()[usize::from(*gray)]);
    assert_eq!((all.as_slice().len(), wrong), (side * side, None));
}
