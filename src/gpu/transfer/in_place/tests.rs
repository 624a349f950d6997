//! Arrays that are read where they lie, and used, dropped or lost while they are.

use std::sync::Arc;

use super::super::SMALL;
use super::super::tests::{bytes_of, gpu_sharing, pattern};
use crate::error::Error;
use crate::gpu::pool::{Lease, Sharing};
use crate::gpu::{Gpu, GpuRead};

const LARGE: usize = 3 * SMALL as usize + 20;

/// A device that is the host, and an array of it that holds those bytes.
fn array(bytes: &[u8]) -> (Gpu, Arc<Lease>) {
    let gpu = gpu_sharing(Sharing::All);
    let lease = gpu.upload(bytes).unwrap();
    (gpu, lease)
}

fn read(gpu: &Gpu, lease: &Arc<Lease>) -> GpuRead {
    gpu.read(&[(lease.clone(), LARGE)]).unwrap()
}

/// What went through the staging ring on its way to the host.
fn by_the_ring(gpu: &Gpu) -> u64 {
    gpu.stats().transfers.down.bytes
}

fn assert_that_nothing_is_held(gpu: &Gpu) {
    assert_eq!(gpu.stats().device_pool.live_buffers, 0);
    assert_eq!(gpu.host_pool().stats().live_buffers, 0);
}

#[test]
fn a_large_array_is_read_where_it_lies_and_a_small_one_by_the_ring() {
    let bytes = pattern(LARGE);
    let (gpu, large) = array(&bytes);
    let small = gpu.upload(&bytes[..100]).unwrap();
    let both = gpu.read(&[(large.clone(), LARGE), (small, 100)]).unwrap().wait().unwrap();
    assert!(both[0].as_slice::<u8>() == bytes && both[1].as_slice::<u8>() == &bytes[..100]);
    assert_eq!(by_the_ring(&gpu), 100);
    assert_eq!(gpu.stats().bytes_read, LARGE as u64 + 100);
    assert!(bytes_of(read(&gpu, &large)).unwrap() == bytes, "it is unmapped, and can be mapped again");
    drop((large, both));
    assert_that_nothing_is_held(&gpu);
}

#[test]
fn results_lie_in_memory_for_reading_where_directions_differ() {
    let gpu = gpu_sharing(Sharing::ByDirection);
    let (uploaded, result) = (gpu.upload(&pattern(LARGE)).unwrap(), gpu.lease(LARGE as u64).unwrap());
    assert!(!uploaded.is_readable() && result.is_readable());
    gpu.copy(&uploaded, (&result, 0), result.bytes()).unwrap();
    assert!(bytes_of(read(&gpu, &result)).unwrap() == pattern(LARGE));
    assert_eq!(by_the_ring(&gpu), 0);
    assert!(bytes_of(read(&gpu, &uploaded)).unwrap() == pattern(LARGE));
    assert_eq!(by_the_ring(&gpu), LARGE as u64);
}

#[test]
fn an_array_that_is_used_meanwhile_is_read_by_the_ring() {
    let bytes = pattern(LARGE);
    let (gpu, lease) = array(&bytes);
    let copy = gpu.lease(LARGE as u64).unwrap();
    let first = read(&gpu, &lease);
    assert!(lease.is_mapped());
    gpu.copy(&lease, (&copy, 0), lease.bytes()).unwrap();
    assert!(!lease.is_mapped());
    assert!(bytes_of(first).unwrap() == bytes);
    assert_eq!(by_the_ring(&gpu), LARGE as u64);
    assert!(bytes_of(read(&gpu, &copy)).unwrap() == bytes, "the use saw it");
}

#[test]
fn an_array_that_the_application_may_use_is_not_mapped() {
    let bytes = pattern(LARGE);
    let (gpu, lease) = array(&bytes);
    let first = read(&gpu, &lease);
    gpu.hand_out(&lease);
    assert!(!lease.is_mapped() && !lease.is_readable());
    let second = read(&gpu, &lease);
    assert!(bytes_of(first).unwrap() == bytes && bytes_of(second).unwrap() == bytes);
    assert_eq!(by_the_ring(&gpu), 2 * LARGE as u64);
}

#[test]
fn an_array_can_be_asked_for_more_than_once() {
    let bytes = pattern(LARGE);
    let (gpu, lease) = array(&bytes);
    let [first, second] = [read(&gpu, &lease), read(&gpu, &lease)];
    let twice = gpu.read(&[(lease.clone(), LARGE), (lease.clone(), SMALL as usize + 1)]).unwrap();
    assert!(bytes_of(second).unwrap() == bytes && bytes_of(first).unwrap() == bytes);
    let twice = twice.wait().unwrap();
    assert!(twice[0].as_slice::<u8>() == bytes && twice[1].as_slice::<u8>() == &bytes[..SMALL as usize + 1]);
    drop((lease, twice));
    assert_that_nothing_is_held(&gpu);
}

#[test]
fn a_readback_that_is_dropped_gives_its_array_back_at_once() {
    for has_landed in [false, true] {
        let (gpu, lease) = array(&pattern(LARGE));
        let dropped = read(&gpu, &lease);
        if has_landed {
            gpu.device().poll(wgpu::PollType::Poll).unwrap();
        }
        drop(lease);
        assert_eq!(gpu.stats().device_pool.live_buffers, 1);
        drop(dropped);
        assert_that_nothing_is_held(&gpu);
        let pool = gpu.stats().device_pool;
        assert_eq!(pool.idle_buffers, u64::from(has_landed), "a map that was called off spoils the buffer");
        assert_eq!(pool.resident_buffers(), pool.idle_buffers);
        let again = gpu.upload(&pattern(LARGE)).unwrap();
        assert!(bytes_of(read(&gpu, &again)).unwrap() == pattern(LARGE));
    }
}

#[test]
fn arrays_that_were_to_be_read_are_lost_with_the_device() {
    for has_landed in [false, true] {
        let (gpu, lease) = array(&pattern(LARGE));
        let reads = [read(&gpu, &lease), read(&gpu, &gpu.upload(&pattern(LARGE)).unwrap())];
        if has_landed {
            gpu.device().poll(wgpu::PollType::Poll).unwrap();
        }
        gpu.device().destroy();
        for read in reads {
            // What was asked for last may have arrived when the other was on its way.
            if let Err(error) = bytes_of(read) {
                assert!(matches!(error, Error::DeviceLost { .. }), "{error}");
            }
        }
        assert!(!lease.is_mapped());
        drop(lease);
        assert_that_nothing_is_held(&gpu);
    }
}

#[test]
fn threads_that_read_and_use_one_array_all_see_its_bytes() {
    let bytes = pattern(LARGE);
    let (gpu, lease) = array(&bytes);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..200 {
                    assert!(bytes_of(read(&gpu, &lease)).unwrap() == bytes);
                }
            });
            scope.spawn(|| {
                for _ in 0..100 {
                    let copy = gpu.lease(LARGE as u64).unwrap();
                    gpu.copy(&lease, (&copy, 0), lease.bytes()).unwrap();
                    assert!(bytes_of(read(&gpu, &copy)).unwrap() == bytes);
                    drop(read(&gpu, &lease));
                }
            });
        }
    });
    drop(lease);
    assert_that_nothing_is_held(&gpu);
}
