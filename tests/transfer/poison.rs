//! Poisoned memory is full of ones when it is handed out, whatever its last user left: what no kernel wrote shows.

use swath::{Device, DeviceOptions};

use crate::devices::{gpu_with, gray, holds_nothing, noop_with, on_gpu};

/// All bytes of a buffer, by way of `wgpu` alone.
fn bytes_of(device: &Device, buffer: &wgpu::Buffer) -> Vec<u8> {
    let (device, queue) = device.as_wgpu().unwrap();
    let staging = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: buffer.size(),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, buffer.size());
    queue.submit([encoder.finish()]);
    staging.map_async(wgpu::MapMode::Read, .., |mapped| mapped.unwrap());
    device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
    staging.get_mapped_range(..).unwrap().to_vec()
}

/// The buffer of a level, which takes four bytes of 64, in memory where all of an image was written before.
fn level_where_an_image_was(device: &Device) -> Vec<u8> {
    drop(gray(device, &[9; 64]));
    device.synchronize().unwrap();
    let (image, hits) = (gray(device, &[0, 0, 50, 60]), device.stats().device_pool.hits);
    let level = image.otsu_level().unwrap();
    device.synchronize().unwrap();
    assert!(device.stats().device_pool.hits >= hits);
    bytes_of(device, level.as_wgpu_buffer().unwrap())
}

#[test]
fn what_a_kernel_did_not_write_is_ones_on_a_poisoned_device() {
    let poisoned = || DeviceOptions { poison_memory: true, ..on_gpu() };
    let Some(device) = gpu_with(poisoned()) else { return };
    for round in 0..3 {
        let bytes = level_where_an_image_was(&device);
        assert_eq!(bytes[..4], 0_u32.to_le_bytes(), "the kernel wrote its level");
        assert_eq!(bytes[16..], [0xff; 48], "round {round}");
    }
    holds_nothing(&device);
    // Without kernels a result is as it was handed out.
    let device = noop_with(&poisoned());
    for _ in 0..3 {
        assert_eq!(level_where_an_image_was(&device), [0xff; 64]);
    }
    holds_nothing(&device);
}

#[test]
fn else_it_is_whatever_there_was() {
    let device = noop_with(&DeviceOptions::default());
    assert_eq!(level_where_an_image_was(&device).len(), 64);
    let kept = level_where_an_image_was(&device);
    assert!(kept.iter().all(|byte| *byte != 0xff), "{kept:?}");
    holds_nothing(&device);
}
