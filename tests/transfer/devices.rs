//! Devices of a test's own.

use std::time::{Duration, Instant};

use swath::{Device, DeviceChoice, DeviceOptions, Gray8, Image, ImageView};

use crate::support::{executors, leaks};

/// What is on its way when nobody waits for it any more has arrived after that, whatever else the machine does.
const MOMENT: Duration = Duration::from_secs(20);

/// What a GPU is opened with, by default.
pub fn on_gpu() -> DeviceOptions {
    DeviceOptions { choice: DeviceChoice::Gpu, ..DeviceOptions::default() }
}

/// A GPU that nobody else holds; none where GPU tests are left out.
pub fn gpu_with(options: DeviceOptions) -> Option<Device> {
    executors::open_gpu("GPU", options).map(|executor| executor.device)
}

/// A device of `wgpu`'s backend that runs no kernels but copies and maps, as one of an application's.
pub fn noop_with(options: &DeviceOptions) -> Device {
    let (device, queue) = wgpu::Device::noop(&wgpu::DeviceDescriptor::default());
    Device::from_wgpu_with(device, queue, options).unwrap()
}

/// The CPU, the GPU where it is tested, and the one without kernels: all that carry bytes.
pub fn carriers() -> Vec<Device> {
    let mut all = computers();
    let noop = noop_with(&DeviceOptions::default());
    leaks::watch("noop", &noop);
    all.push(noop);
    all
}

/// The CPU, and the GPU where it is tested.
pub fn computers() -> Vec<Device> {
    std::iter::once(executors::the_cpu()).chain(executors::the_gpu()).collect()
}

/// One row of gray pixels.
pub fn gray(device: &Device, pixels: &[u8]) -> Image<Gray8> {
    device.image(ImageView::<Gray8>::new(pixels, pixels.len(), 1).unwrap()).unwrap()
}

/// Waits until something holds that must hold once the device has come to rest.
pub fn eventually(device: &Device, what: &str, holds: impl Fn() -> Result<(), String>) {
    let start = Instant::now();
    loop {
        // A lost device comes to rest as well.
        let _ = device.synchronize();
        let Err(wrong) = holds() else { return };
        assert!(start.elapsed() < MOMENT, "{what} on {}: {wrong}", device.info());
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Waits until nothing is in use.
pub fn holds_nothing(device: &Device) {
    eventually(device, "memory in use", || {
        let leaks = device.leaks();
        if leaks.is_empty() { Ok(()) } else { Err(leaks.to_string()) }
    });
    let stats = device.stats();
    assert_eq!((stats.host_pool.live_bytes, stats.device_pool.live_bytes), (0, 0), "{stats}");
}
