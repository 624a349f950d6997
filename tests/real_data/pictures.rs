//! Pictures: gray by the formula, Otsu's level by every split, tensors in `f64`.

use std::path::Path;

use image::DynamicImage;
use swath::{Error, Gray8, Image, ImageView, Normalize, Pixel, Resize, Rgb8, Rgba8, Threshold};

use crate::support::data::files;
use crate::support::executors::{self, Executor, say};
use crate::support::images::Picture;
use crate::support::images::resize::{self, Filter};
use crate::support::images::statistics::Measured;
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

/// As with the feature `image` off, too.
fn view(picture: &image::RgbImage) -> ImageView<'_, Rgb8> {
    ImageView::new(picture.as_raw(), picture.width() as usize, picture.height() as usize).unwrap()
}

/// All pictures at once, of whatever sizes: each comes out as it does alone.
#[test]
fn pictures_of_all_sizes_go_through_a_batch() {
    let paths = files("images", &["png", "jpg", "jpeg"], "the batch of pictures");
    let pictures: Vec<_> = paths.iter().map(|path| image::open(path).unwrap().to_rgb8()).collect();
    if pictures.is_empty() {
        return;
    }
    let views: Vec<_> = pictures.iter().map(view).collect();
    for executor in executors::few().into_iter().filter(|executor| executor.binding.is_none()) {
        let batch = executor.device.images(&views).unwrap();
        let masks = batch.grayscale().unwrap().threshold(Threshold::otsu()).unwrap().read();
        let resized = batch.resize(224, 224, Resize::Bilinear).unwrap();
        let tensors = resized.normalize(&Normalize::imagenet()).unwrap().stacked().unwrap();
        assert_eq!(tensors.shape(), [pictures.len(), 3, 224, 224]);
        let (masks, tensors) = (masks.wait().unwrap(), tensors.read().wait().unwrap());
        for (index, picture) in pictures.iter().enumerate() {
            let place = format!("{} on {}", name(&paths[index]), executor.name);
            let gray = images::gray(picture.as_raw(), 3);
            let mask = masks.get(index).unwrap().rows().collect::<Vec<_>>().concat();
            equal(&mask, &images::binary(&gray, images::otsu(&gray)))
                .unwrap_or_else(|wrong| panic!("{place}, {wrong}"));
            let small = executor.device.image(view(picture)).unwrap().resize(224, 224, Resize::Bilinear).unwrap();
            let small = small.read().wait().unwrap();
            let from = Picture::new(picture.width() as usize, picture.height() as usize, 3, picture.to_vec());
            let expected = resize::resize(&from, 224, 224, Filter::Bilinear);
            resize::check_whole(&expected, small.as_slice(), 0.501).unwrap_or_else(|wrong| panic!("{place}, {wrong}"));
            let planes = &tensors.as_slice()[index * 3 * 224 * 224..][..3 * 224 * 224];
            images::check_planes(small.as_slice(), 3, &MEAN, &STD, planes)
                .unwrap_or_else(|wrong| panic!("{place}, {wrong}"));
        }
    }
    say(format_args!("{} pictures in one batch", pictures.len()));
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
    let counts: Vec<_> = images::otsu::histogram(bytes).map(|count| count as u32).to_vec();
    equal(&image.histogram().unwrap().read().wait().unwrap(), &counts)?;
    let channel = u8::measure(&Picture::new(bytes.len(), 1, 1, bytes.to_vec()), 0);
    let measured = image.statistics().unwrap().read().wait().unwrap();
    equal(&[measured.mean()[0], measured.min()[0], measured.max()[0]], &[channel.mean, channel.min, channel.max])?;
    let level = images::otsu(bytes);
    equal(&image.otsu_level().unwrap().read().wait().unwrap(), &[u32::from(level)])?;
    equal(&read(&image.threshold(Threshold::otsu()).unwrap()), &images::binary(bytes, level))
}

fn read<P: Pixel<Sample = u8>>(image: &Image<P>) -> Vec<u8> {
    let read: Result<_, Error> = image.read().wait();
    read.unwrap().as_slice().to_vec()
}
