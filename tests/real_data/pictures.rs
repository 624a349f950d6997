//! Pictures: gray by the formula, Otsu's level by every split, tensors in `f64`.

use std::path::Path;

use image::DynamicImage;
use swath::{Error, Gray8, Image, ImageView, Normalize, Pixel, Rgb8, Rgba8, Threshold};

use crate::support::data::files;
use crate::support::executors::{self, Executor, say};
use crate::support::{Mismatch, equal, images};

const MEAN: [f64; 3] = [0.485, 0.456, 0.406];
const STD: [f64; 3] = [0.229, 0.224, 0.225];

#[test]
fn pictures_become_gray_masks_and_tensors() {
    for path in files("images", &["png", "jpg", "jpeg"], "the tests on pictures") {
        let picture = image::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for executor in executors::all() {
            let verdict = match &picture {
                DynamicImage::ImageRgba8(pixels) => color(&picture, executor, 4, pixels.as_raw()),
                DynamicImage::ImageLuma8(pixels) => gray(&picture, executor, pixels.as_raw()),
                other => color(&picture, executor, 3, other.to_rgb8().as_raw()),
            };
            verdict.unwrap_or_else(|wrong| panic!("{} on {}, {wrong}", name(&path), executor.name));
        }
        say(format_args!("{}: {}x{}", name(&path), picture.width(), picture.height()));
    }
}

#[test]
fn the_level_of_the_camera_man_is_102() {
    let of_camera = |path: &std::path::PathBuf| name(path) == "camera.png";
    let Some(path) = files("images", &["png"], "Otsu's level of camera.png").into_iter().find(of_camera) else {
        return;
    };
    let picture = image::open(path).unwrap().to_luma8();
    assert_eq!(images::otsu(picture.as_raw()), 102, "what OpenCV and scikit-image say");
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn size(picture: &DynamicImage) -> (usize, usize) {
    (picture.width() as usize, picture.height() as usize)
}

fn upload<P: Pixel<Sample = u8>>(executor: &Executor, bytes: &[u8], (width, height): (usize, usize)) -> Image<P> {
    executor.device.image(ImageView::<P>::new(bytes, width, height).unwrap()).unwrap()
}

fn color(picture: &DynamicImage, executor: &Executor, channels: usize, bytes: &[u8]) -> Result<(), Mismatch> {
    let normalize = Normalize::imagenet();
    let (gray, tensor) = if channels == 4 {
        let image = upload::<Rgba8>(executor, bytes, size(picture));
        (image.grayscale(), image.normalize(&normalize))
    } else {
        let image = upload::<Rgb8>(executor, bytes, size(picture));
        (image.grayscale(), image.normalize(&normalize))
    };
    let (gray, tensor) = (gray.unwrap(), tensor.unwrap().read());
    let expected = images::gray(bytes, channels);
    let mask = gray.threshold(Threshold::otsu()).unwrap().read();
    equal(read(&gray).as_slice(), &expected)?;
    equal(mask.wait().unwrap().as_slice(), &images::binary(&expected, images::otsu(&expected)))?;
    images::check_planes(bytes, channels, &MEAN, &STD, tensor.wait().unwrap().as_slice())
}

fn gray(picture: &DynamicImage, executor: &Executor, bytes: &[u8]) -> Result<(), Mismatch> {
    let image = upload::<Gray8>(executor, bytes, size(picture));
    let level = images::otsu(bytes);
    equal(&image.otsu_level().unwrap().read().wait().unwrap(), &[u32::from(level)])?;
    equal(&read(&image.threshold(Threshold::otsu()).unwrap()), &images::binary(bytes, level))
}

fn read<P: Pixel<Sample = u8>>(image: &Image<P>) -> Vec<u8> {
    let read: Result<_, Error> = image.read().wait();
    read.unwrap().as_slice().to_vec()
}
