//! Gray images for the tests of this room, and the devices that they are tried on.

use crate::device::{Array, Device, Element, Storage};
use crate::tensor::statistics::tests::devices_with;
pub(super) use crate::tensor::statistics::tests::stored;
use crate::tensor::{FRAME_PIXELS, Frames};

/// Devices by name, see there; bindings of the smallest hold some rows of the images here.
pub(super) fn devices() -> Vec<(String, Device)> {
    devices_with(64 << 10)
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

/// Numbers from a device.
pub(super) fn read<T: Element>(device: &Device, storage: &Storage, len: usize) -> Vec<T> {
    Array::<T>::new(device.clone(), storage.clone(), len).read().wait().unwrap().to_vec()
}
