//! The rings where something goes wrong with a slot, and where several use one.

use std::time::Duration;

use super::upload::SLOT_BYTES;
use crate::cpu::HostPool;
use crate::error::Error;
use crate::gpu::{Gpu, GpuOptions, GpuRead, PoolOptions, Sharing};

/// A device that runs no kernels, but copies and maps.
fn gpu() -> Gpu {
    gpu_sharing(Sharing::None)
}

/// The same, sharing memory with the host.
pub(super) fn gpu_sharing(sharing: Sharing) -> Gpu {
    let required_features = wgpu::Features::MAPPABLE_PRIMARY_BUFFERS;
    let (device, queue) =
        wgpu::Device::noop(&wgpu::DeviceDescriptor { required_features, ..wgpu::DeviceDescriptor::default() });
    let options = |limits, _, _| GpuOptions {
        limits,
        sharing,
        pool: PoolOptions::default(),
        patience: Duration::from_secs(60),
        host: HostPool::new(None, false),
    };
    crate::gpu::wrap(device, queue, options).unwrap().0
}

/// Uploads bytes and asks for them.
fn there_and_back(gpu: &Gpu, bytes: &[u8]) -> GpuRead {
    let lease = gpu.upload(bytes).unwrap();
    gpu.read(&[(lease, bytes.len())]).unwrap()
}

pub(super) fn bytes_of(read: GpuRead) -> Result<Vec<u8>, Error> {
    Ok(read.wait()?[0].as_slice::<u8>().to_vec())
}

pub(super) fn pattern(count: usize) -> Vec<u8> {
    (0..count).map(|index| (index * 7 + index / 256) as u8).collect()
}

#[test]
fn a_writer_has_a_slot_of_its_own_while_others_share_theirs_and_submit() {
    let gpu = gpu();
    let first = gpu.upload(&[1; 100]).unwrap();
    let mut writer = gpu.writer(200).unwrap();
    writer.write(&[2; 100]).unwrap();
    assert_eq!(bytes_of(gpu.read(&[(first, 100)]).unwrap()).unwrap(), [1; 100], "nobody waits for the writer");
    let others = [3, 4, 5].map(|byte| gpu.upload(&[byte; 50]).unwrap());
    assert_eq!(gpu.stats().transfers.up.slots, 2, "one of the writer, and one that the others share");
    writer.write(&[6; 100]).unwrap();
    let second = writer.finish().unwrap();
    for (other, byte) in others.iter().zip([3, 4, 5]) {
        assert_eq!(bytes_of(gpu.read(&[(other.clone(), 50)]).unwrap()).unwrap(), [byte; 50]);
    }
    assert_eq!(bytes_of(gpu.read(&[(second, 200)]).unwrap()).unwrap(), [[2; 100], [6; 100]].concat());
    drop(others);
    assert_eq!(gpu.stats().device_pool.live_buffers, 0);
}

#[test]
fn a_writer_that_is_dropped_holds_nobody_up() {
    let gpu = gpu();
    let first = gpu.upload(&[1; 100]).unwrap();
    let mut writer = gpu.writer(200).unwrap();
    writer.write(&[2; 100]).unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| bytes_of(gpu.read(&[(first, 100)]).unwrap()).unwrap());
        drop(writer);
        assert_eq!(reader.join().unwrap(), [1; 100]);
    });
}

#[test]
fn a_readback_slot_that_cannot_be_mapped_is_dropped_and_its_bytes_are_read_again() {
    let gpu = gpu();
    for failures in 1..=3 {
        let (small, large) = (pattern(1_000), pattern(3 * SLOT_BYTES as usize + 77));
        let reads = [there_and_back(&gpu, &small), there_and_back(&gpu, &large)];
        let in_flight = gpu.reads().destroy_slots();
        assert!(in_flight > 0);
        for (read, expected) in reads.into_iter().zip([&small, &large]) {
            assert!(bytes_of(read).unwrap() == *expected);
        }
        let ring = gpu.stats().transfers.down;
        assert!(ring.failed_maps >= failures, "{ring}");
        assert!((1..=4).contains(&ring.slots) && ring.in_flight == 0, "{ring}");
    }
    assert_eq!(gpu.stats().device_pool.live_buffers, 0);
    assert_eq!(gpu.host_pool().stats().live_buffers, 0);
}

#[test]
fn bytes_whose_slot_fails_twice_are_lost_with_the_device() {
    let gpu = gpu();
    let read = there_and_back(&gpu, &pattern(5_000));
    assert_eq!(gpu.reads().destroy_slots(), 1);
    gpu.device().poll(wgpu::PollType::Poll).unwrap();
    gpu.reads().drive(&gpu);
    assert_eq!(gpu.reads().destroy_slots(), 1, "read again");
    let error = bytes_of(read).unwrap_err();
    assert!(matches!(error, Error::DeviceLost { .. }), "{error}");
    let stats = gpu.stats();
    assert_eq!(
        (stats.transfers.down.failed_maps, stats.transfers.down.slots, stats.transfers.down.in_flight),
        (2, 0, 0)
    );
    assert_eq!(stats.device_pool.live_buffers, 0);
}

#[test]
fn an_upload_slot_that_cannot_be_mapped_again_is_dropped_and_another_made() {
    let gpu = gpu();
    for failures in 1..=6 {
        let bytes = pattern(9_000 + failures as usize);
        let lease = gpu.upload(&bytes).unwrap();
        gpu.flush().unwrap();
        assert_eq!(gpu.recorder().uploads().destroy_slots(), 1);
        assert!(bytes_of(gpu.read(&[(lease, bytes.len())]).unwrap()).unwrap() == bytes);
        assert!(bytes_of(there_and_back(&gpu, &bytes)).unwrap() == bytes);
        let ring = gpu.stats().transfers.up;
        assert_eq!(ring.failed_maps, failures, "{ring}");
        assert!((1..=4).contains(&ring.slots), "{ring}");
        // The slot that was made instead comes back.
        gpu.device().poll(wgpu::PollType::Poll).unwrap();
    }
    // More than the ring holds still goes through it.
    let bytes = pattern(6 * SLOT_BYTES as usize + 5);
    assert!(bytes_of(there_and_back(&gpu, &bytes)).unwrap() == bytes);
    assert_eq!(gpu.stats().device_pool.live_buffers, 0);
}
