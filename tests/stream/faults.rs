//! Streams whose device goes away: every item is delivered once, in order, as if nothing had happened.
#![cfg(feature = "gpu")]

use std::cell::Cell;
use std::sync::mpsc;
use std::time::Duration;

use swath::{
    Device, DeviceChoice, DeviceOptions, Error, ImageView, Normalize, Readback, Rgb8, StreamOptions, Threshold,
};

use super::support::executors;
use super::support::random::Random;
use super::work::{Photo, gray, photos, sure};

const ITEMS: usize = 200;
/// Longer than any stream of these takes.
const HANG: Duration = Duration::from_secs(120);

/// Streams that are disturbed: 1,000 in the long suite.
fn seeds() -> u64 {
    if std::env::var_os("SWATH_TEST_LONG").is_some() { 1_000 } else { 50 }
}

fn open() -> Device {
    Device::with_options(&DeviceOptions { choice: DeviceChoice::Gpu, ..DeviceOptions::default() }).unwrap()
}

/// What `body` gives, or a failure if it hangs.
fn in_time<T: Send + 'static>(what: String, body: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(body()));
    receiver.recv_timeout(HANG).unwrap_or_else(|_| panic!("{what} hangs, or panicked"))
}

/// Integers and floats of one photograph: its Otsu mask, and its planes.
type MaskAndPlanes = (Vec<u8>, Vec<f32>);

fn mask_and_planes(device: &Device, photo: &Photo) -> Result<Readback<MaskAndPlanes>, Error> {
    let view = ImageView::<Rgb8>::new(&photo.pixels, photo.width, photo.pixels.len() / 3 / photo.width)?;
    let image = device.image(view)?;
    let mask = image.grayscale()?.threshold(Threshold::otsu())?.read();
    let planes = image.normalize(&Normalize::imagenet())?.read();
    Ok(mask.zip(planes).map(|(mask, planes)| (mask.as_slice().to_vec(), planes.as_slice().to_vec())))
}

#[test]
fn a_device_destroyed_at_any_moment_costs_no_item() {
    if !executors::gpu_is_tested() {
        return;
    }
    let photos = photos(21, ITEMS);
    let undisturbed = Device::cpu().unwrap().stream(StreamOptions::default()).unwrap();
    let expected: Vec<_> = undisturbed.run(photos.clone(), mask_and_planes).map(Result::unwrap).collect();
    for seed in 0..seeds() {
        let (photos, expected) = (photos.clone(), expected.clone());
        in_time(format!("seed {seed}"), move || disturbed(seed, photos, &expected));
    }
}

fn disturbed(seed: u64, photos: Vec<Photo>, expected: &[MaskAndPlanes]) {
    let mut random = Random::new(seed);
    let device = open();
    let doomed = device.as_wgpu().unwrap().0.clone();
    let options = StreamOptions { depth: Some(1 + random.below(6) as usize), ..StreamOptions::default() };
    let (when, calls) = (random.below(2 * ITEMS as u64), Cell::new(0));
    // Before or after the work of an item was recorded, or between two results.
    let work = |device: &Device, photo: &Photo| {
        let moment = calls.replace(calls.get() + 2);
        if moment == when {
            doomed.destroy();
        }
        let readback = mask_and_planes(device, photo);
        if moment + 1 == when {
            doomed.destroy();
        }
        readback
    };
    let mut results = device.stream(options).unwrap().run(photos, work);
    for (index, (mask, planes)) in expected.iter().enumerate() {
        let (got_mask, got_planes) = results.next().unwrap().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(&got_mask, mask, "mask of item {index}, seed {seed}");
        let worst = got_planes.iter().zip(planes).map(|(got, expected)| (got - expected).abs()).fold(0.0, f32::max);
        assert!(got_planes.len() == planes.len() && worst < 1e-5, "planes of item {index}, seed {seed}: {worst}");
    }
    assert!(results.next().is_none());
    assert_eq!(results.stats().devices_lost, 1, "seed {seed}");
    drop(results);
    assert!(device.leaks().is_empty(), "seed {seed}: {}", device.leaks());
}

#[test]
fn a_device_of_the_application_falls_to_the_cpu() {
    if !executors::gpu_is_tested() {
        return;
    }
    let own = open();
    let (device, queue) = own.as_wgpu().unwrap();
    let swath = Device::from_wgpu(device.clone(), queue.clone()).unwrap();
    let photos = photos(22, 30);
    let on_gpu = Cell::new(0);
    let work = |device: &Device, photo: &Photo| {
        on_gpu.set(on_gpu.get() + usize::from(device.info().is_gpu));
        gray(device, photo)
    };
    let mut results = swath.stream(StreamOptions::default()).unwrap().run(photos.clone(), work);
    assert!(results.by_ref().take(10).zip(&photos).all(|(got, photo)| got.unwrap() == sure(photo)));
    device.destroy();
    let rest: Vec<_> = results.by_ref().map(Result::unwrap).collect();
    assert_eq!(rest, photos[10..].iter().map(sure).collect::<Vec<_>>());
    assert!((10..=20).contains(&on_gpu.get()), "{}", on_gpu.get());
}

#[test]
fn an_array_of_the_lost_device_ends_the_stream() {
    if !executors::gpu_is_tested() {
        return;
    }
    let device = open();
    let doomed = device.as_wgpu().unwrap().0.clone();
    let captured = device.image(ImageView::<Rgb8>::new(&[7; 300], 10, 10).unwrap()).unwrap();
    let work = |_: &Device, _: &usize| Ok(captured.grayscale()?.read());
    let mut results = device.stream(StreamOptions::default()).unwrap().run(0..20_usize, work);
    assert!(results.by_ref().take(5).all(|result| result.is_ok()));
    doomed.destroy();
    let last = results.by_ref().last().unwrap();
    assert!(matches!(last, Err(Error::DeviceLost { .. })), "{last:?}");
}

#[test]
fn a_device_that_is_lost_again_and_again_gives_way_to_the_cpu() {
    if !executors::gpu_is_tested() {
        return;
    }
    let photos = photos(23, 12);
    let work = |device: &Device, photo: &Photo| {
        if let Some((device, _)) = device.as_wgpu() {
            device.destroy();
        }
        gray(device, photo)
    };
    let mut results = open().stream(StreamOptions::default()).unwrap().run(photos.clone(), work);
    let got: Vec<_> = results.by_ref().map(Result::unwrap).collect();
    assert_eq!(got, photos.iter().map(sure).collect::<Vec<_>>());
    assert_eq!(results.stats().devices_lost, 3);
}
