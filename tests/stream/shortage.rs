//! Streams that run out of memory: fewer items at a time, as long as one fits.

use swath::{Device, DeviceChoice, DeviceOptions, Error, GrayF32, HostImage, ImageView, Readback, StreamOptions};

use super::support::executors;

const SIDE: usize = 512;

/// Devices with room for so many images of a mebibyte each.
fn devices(images: u64) -> Vec<Device> {
    let open = |choice| {
        let options = DeviceOptions { choice, memory_limit: Some(images << 20), ..DeviceOptions::default() };
        Device::with_options(&options).unwrap()
    };
    let mut devices = vec![open(DeviceChoice::Cpu)];
    if executors::gpu_is_tested() {
        devices.push(open(DeviceChoice::Gpu));
    }
    devices
}

/// An image there and back: two mebibytes on the device, kept until the result is taken.
fn there_and_back(device: &Device, value: &f32) -> Result<Readback<HostImage<GrayF32>>, Error> {
    let pixels = vec![*value; SIDE * SIDE];
    let image = device.image(ImageView::<GrayF32>::new(&pixels, SIDE, SIDE)?)?;
    Ok(image.threshold(swath::Threshold::truncate(1e9))?.read())
}

#[test]
fn a_stream_goes_on_with_fewer_items_at_a_time() {
    for device in devices(5) {
        let options = StreamOptions { depth: Some(16), ..StreamOptions::default() };
        let mut results = device.stream(options).unwrap().run((0..60).map(|value| value as f32), there_and_back);
        for value in 0..60 {
            let image = results.next().unwrap().unwrap_or_else(|error| panic!("{value} on {}: {error}", device.info()));
            assert!(image.as_slice().iter().all(|pixel| *pixel == value as f32), "{value} on {}", device.info());
        }
        assert!(results.next().is_none());
    }
}

#[test]
fn an_item_that_is_too_much_alone_is_an_error_with_the_pools_state() {
    for device in devices(1) {
        let options = StreamOptions { depth: Some(4), ..StreamOptions::default() };
        let mut results = device.stream(options).unwrap().run([1.0, 2.0, 3.0], there_and_back);
        let Some(Err(Error::Item { index: 0, error })) = results.next() else { panic!("on {}", device.info()) };
        assert!(matches!(&*error, Error::OutOfMemory { state, .. } if state.contains("in use")), "{error}");
        assert!(results.next().is_none());
    }
}
