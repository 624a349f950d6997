//! Gray images for the tests of this room, and the devices that they are tried on.

use crate::cpu::{Deferred, SimdLevel};
use crate::device::{Array, Device, DeviceOptions, Element, Executor, Storage};
use crate::tensor::{FRAME_PIXELS, Frames};

/// Devices by name: every level on one thread and on three, and where there is one a GPU, also with small bindings.
pub(super) fn devices() -> Vec<(String, Device)> {
    let mut devices = Vec::new();
    for level in SimdLevel::available() {
        for threads in [1, 3] {
            let options = DeviceOptions { simd: Some(level), threads: Some(threads), ..DeviceOptions::default() };
            devices.push((format!("{level}, {threads} threads"), Device::cpu_with(&options).unwrap()));
        }
    }
    #[cfg(feature = "gpu")]
    {
        use crate::device::{DeviceChoice, DispatchLimits};
        if std::env::var_os("SWATH_TEST_GPU").is_some_and(|value| value == "off") {
            eprintln!("left out, because SWATH_TEST_GPU=off: images on a GPU");
            return devices;
        }
        let small = DispatchLimits { max_groups_per_dimension: Some(7), max_binding_bytes: Some(64 << 10) };
        for (name, dispatch) in [("GPU", DispatchLimits::default()), ("GPU, small bindings", small)] {
            let options = DeviceOptions { choice: DeviceChoice::Gpu, dispatch, ..DeviceOptions::default() };
            devices.push((name.into(), Device::with_options(&options).expect("a GPU adapter, or SWATH_TEST_GPU=off")));
        }
    }
    devices
}

/// Images of these widths and heights: noise around a slope, other noise between them.
pub(super) fn batch(sizes: &[(usize, usize)]) -> (Frames, Vec<u8>) {
    let frames = Frames::new(sizes.iter().copied()).unwrap();
    let noise = |index: usize| (index as u32).wrapping_mul(2_654_435_761) >> 16;
    let mut pixels: Vec<u8> = (0..frames.capacity()).map(|index| noise(index) as u8).collect();
    for frame in frames.iter() {
        for (index, pixel) in pixels[frame.first..frame.first + frame.pixels()].iter_mut().enumerate() {
            *pixel = (noise(index + frame.first) % 90 + (index % frame.width * 160 / frame.width) as u32) as u8;
        }
    }
    assert_eq!(frames.capacity() % FRAME_PIXELS, 0);
    (frames, pixels)
}

/// Numbers on a device.
pub(super) fn stored<T: Element>(device: &Device, values: &[T]) -> Storage {
    match device.executor() {
        Executor::Cpu => Storage::Cpu(Deferred::ready(device.queue().cpu().pool.copy_of(values).unwrap())),
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => Storage::Gpu(gpu.upload(bytemuck::cast_slice(values)).unwrap()),
    }
}

/// Numbers from a device.
pub(super) fn read<T: Element>(device: &Device, storage: &Storage, len: usize) -> Vec<T> {
    Array::<T>::new(device.clone(), storage.clone(), len).read().wait().unwrap().to_vec()
}
