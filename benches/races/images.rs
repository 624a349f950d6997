//! Races on one photograph. Swath's image is on its device before the clock starts; its result is read back.

use image::{DynamicImage, GrayImage};
use swath::{Device, Gray8, HostImage, HostTensor, Image, Normalize, Rgb8, Threshold};

use super::Race;
use crate::executors::{Executor, executors};
use crate::inputs::photograph;
use crate::is_timed;
use crate::rivals::pictures;

const LEVEL: u8 = 127;

/// How far two ways of rounding `(value / 255 - mean) / deviation` may lie apart.
const NORMALIZE_BOUND: f32 = 2e-6;

/// Grayscale, threshold and normalize, all answers checked.
pub fn image_races() -> Vec<Race<'static>> {
    let (width, height) = if is_timed() { (1920, 1080) } else { (65, 33) };
    let photo = DynamicImage::ImageRgb8(photograph(width, height));
    vec![grayscale(photo.clone()), threshold(&photo), normalize(photo)]
}

fn grayscale(photo: DynamicImage) -> Race<'static> {
    let mut race = race("grayscale", &photo);
    let rgb = photo.to_rgb8();
    let expected: Vec<u8> = rgb.pixels().map(|pixel| pictures::luma(pixel.0)).collect();
    for Executor { name, device } in executors() {
        let image = device.image(&rgb).expect("an image");
        assert!(gray(&image).as_slice() == expected, "grayscale on {name} differs from the formula");
        race.swath(name, move || gray(&image));
    }
    assert!(pictures::imageproc_gray(&rgb).as_raw() == &expected, "imageproc's map differs from the formula");
    race.rival("image", move || pictures::image_gray(&photo));
    race.rival("imageproc", move || pictures::imageproc_gray(&rgb));
    race
}

fn threshold(photo: &DynamicImage) -> Race<'static> {
    let mut race = race("threshold", photo);
    let gray = photo.to_luma8();
    let expected = pictures::imageproc_threshold(&gray, LEVEL);
    for Executor { name, device } in executors() {
        let image = on_device(device, &gray);
        assert!(mask(&image).as_slice() == expected.as_raw(), "threshold on {name} differs from imageproc's");
        race.swath(name, move || mask(&image));
    }
    race.rival("imageproc", move || pictures::imageproc_threshold(&gray, LEVEL));
    race
}

fn normalize(photo: DynamicImage) -> Race<'static> {
    let mut race = race("normalize", &photo);
    let photo = photo.into_rgb8();
    let expected = pictures::loop_normalize(&photo);
    for Executor { name, device } in executors() {
        let image = device.image(&photo).expect("an image");
        for (got, expected) in tensor(&image).as_slice().iter().zip(&expected) {
            assert!((got - expected).abs() <= NORMALIZE_BOUND, "normalize on {name}: {got}, the loop has {expected}");
        }
        race.swath(name, move || tensor(&image));
    }
    race.rival("loop", move || pictures::loop_normalize(&photo));
    race
}

fn race(operation: &str, photo: &DynamicImage) -> Race<'static> {
    let (width, height) = (photo.width(), photo.height());
    Race::new(format!("{operation}/{width}x{height}"), (width * height) as usize)
}

fn on_device(device: &Device, gray: &GrayImage) -> Image<Gray8> {
    device.image(gray).expect("an image")
}

fn gray(image: &Image<Rgb8>) -> HostImage<Gray8> {
    image.grayscale().and_then(|gray| gray.read().wait()).expect("a gray image")
}

fn mask(image: &Image<Gray8>) -> HostImage<Gray8> {
    image.threshold(Threshold::binary(LEVEL)).and_then(|mask| mask.read().wait()).expect("a mask")
}

fn tensor(image: &Image<Rgb8>) -> HostTensor {
    image.normalize(&Normalize::imagenet()).and_then(|tensor| tensor.read().wait()).expect("a tensor")
}
