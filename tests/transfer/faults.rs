//! A device that goes away, whatever is on its way then: everything ends with an error that says so, and the account is
//! right.

use std::sync::mpsc::channel;
use std::time::Duration;

use swath::{Device, DeviceOptions, Error, HostTensor, Neighborhood, Readback, Threshold};

use crate::devices::{eventually, gpu_with, gray, noop_with, on_gpu};
use crate::support::clouds::shuffle;
use crate::support::{equal, watchdog};

/// Opens a device that will be lost.
type Open = fn() -> Option<Device>;

/// One of Swath's own, which hears of its loss, and one of an application's, which does not.
const OPEN: [Open; 2] = [|| gpu_with(on_gpu()), || Some(noop_with(&DeviceOptions::default()))];

/// Takes a device away.
fn lose(device: &Device) {
    device.as_wgpu().unwrap().0.destroy();
}

fn is_lost<T>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::DeviceLost { .. }))
}

/// A result that had arrived before the loss is right; any other says that the device was lost.
fn is_right_or_lost(outcome: Result<HostTensor<u8>, Error>, expected: &[u8]) {
    match outcome {
        Ok(got) => equal(got.as_slice(), expected).unwrap_or_else(|wrong| panic!("arrived before the loss: {wrong}")),
        outcome => assert!(is_lost(&outcome), "{:?}", outcome.err()),
    }
}

/// Nothing is in use, and what is asked of the device from here on says that it was lost.
fn check_after(device: Device) {
    watchdog::in_time("using a lost device", move || {
        eventually(&device, "memory in use", || {
            let leaks = device.leaks();
            if leaks.is_empty() { Ok(()) } else { Err(leaks.to_string()) }
        });
        let stats = device.stats();
        assert_eq!((stats.device_pool.live_bytes, stats.host_pool.live_bytes), (0, 0), "{stats}");
        assert_eq!(stats.transfers.down.in_flight, 0, "{stats}");
        let pool = stats.device_pool;
        assert_eq!(pool.created - pool.evicted, pool.resident_buffers(), "{pool}");
        assert!(is_lost(&device.synchronize()), "{:?}", device.synchronize());
        for bytes in [1, 100_000, 10 << 20] {
            let outcome = device.tensor(&vec![1_u8; bytes], &[bytes]).and_then(|tensor| tensor.read().wait());
            assert!(is_lost(&outcome), "{bytes} bytes: {:?}", outcome.err());
        }
        assert!(device.leaks().is_empty(), "{}", device.leaks());
        device.trim(swath::TrimLevel::Idle);
        assert_eq!(device.stats().device_pool.idle_bytes, 0);
        drop(device);
    });
}

#[test]
fn with_uploads_in_the_ring() {
    for open in OPEN {
        let Some(device) = open() else { continue };
        // One array in the ring, one that goes through all of it, and one written there and given up.
        let kept: Vec<_> =
            [50_000, 9 << 20, 3 << 20].map(|bytes| device.tensor(&vec![9_u8; bytes], &[bytes]).unwrap()).into();
        drop(device.tensor(&vec![9_u8; 1 << 20], &[1 << 20]).unwrap());
        lose(&device);
        let outcomes = watchdog::in_time("reading what was uploaded", {
            let kept = kept.clone();
            move || kept.iter().map(|tensor| tensor.read().wait()).collect::<Vec<_>>()
        });
        outcomes.iter().for_each(|outcome| assert!(is_lost(outcome), "{:?}", outcome.as_ref().err()));
        drop((kept, outcomes));
        check_after(device);
    }
}

#[test]
fn while_an_upload_fills_the_ring() {
    for open in OPEN {
        let Some(device) = open() else { continue };
        let uploads = device.clone();
        let (begun, ready) = channel();
        let uploader = std::thread::spawn(move || {
            let bytes = vec![3_u8; 20 << 20];
            loop {
                let outcome = uploads.tensor(&bytes, &[bytes.len()]);
                let _ = begun.send(());
                if let Err(error) = outcome {
                    return error;
                }
            }
        });
        ready.recv().unwrap();
        lose(&device);
        let error = watchdog::in_time("uploading", move || uploader.join().unwrap());
        assert!(matches!(error, Error::DeviceLost { .. }), "{error}");
        check_after(device);
    }
}

#[test]
fn with_readbacks_queued_and_in_flight() {
    for open in OPEN {
        let Some(device) = open() else { continue };
        // Four slots hold the first of them; the rest queues, and the last is larger than the ring.
        let sizes = [4 << 20, 4 << 20, 4 << 20, 4 << 20, 100, 3 << 20, 70_000, 1, 20 << 20];
        let arrays: Vec<_> = (1_u8..).zip(sizes).map(|(value, bytes)| vec![value; bytes]).collect();
        let mut reads: Vec<_> =
            arrays.into_iter().map(|bytes| (device.tensor(&bytes, &[bytes.len()]).unwrap().read(), bytes)).collect();
        shuffle(&mut reads, 8);
        let dropped = reads.split_off(6);
        lose(&device);
        watchdog::in_time("waiting for readbacks", move || {
            drop(dropped);
            for (index, (read, bytes)) in reads.into_iter().enumerate() {
                is_right_or_lost(if index % 2 == 0 { read.wait() } else { pollster::block_on(read) }, &bytes);
            }
        });
        check_after(device);
    }
}

#[test]
fn with_readbacks_that_are_awaited_and_waited_for() {
    for open in OPEN {
        let Some(device) = open() else { continue };
        let xyz: Vec<_> = (0..30_000).map(|i| [f64::from(i % 173), f64::from(i / 173), f64::from(i % 7)]).collect();
        let cloud = device.points(&xyz).unwrap();
        cloud.build_index().unwrap();
        device.synchronize().unwrap();
        // Work that takes a while, so that what waits behind it does wait.
        let table = cloud.features(Neighborhood::Knn(64), &swath::Features::eigen()).unwrap().read();
        let bytes = vec![6_u8; 5 << 20];
        let reads: Vec<Readback<_>> = (0..8).map(|_| device.tensor(&bytes, &[bytes.len()]).unwrap().read()).collect();
        let (begun, ready) = channel();
        let waiters: Vec<_> = (0..)
            .zip(reads)
            .map(|(index, read)| {
                let (begun, bytes) = (begun.clone(), bytes.clone());
                std::thread::spawn(move || {
                    begun.send(()).unwrap();
                    is_right_or_lost(if index % 2 == 0 { read.wait() } else { pollster::block_on(read) }, &bytes);
                })
            })
            .collect();
        (0..8).for_each(|_| ready.recv().unwrap());
        std::thread::sleep(Duration::from_millis(5));
        lose(&device);
        watchdog::in_time("everybody who waits", move || {
            waiters.into_iter().for_each(|waiter| waiter.join().unwrap());
            let outcome = pollster::block_on(table);
            assert!(outcome.is_ok() || is_lost(&outcome), "{:?}", outcome.err());
        });
        drop(cloud);
        check_after(device);
    }
}

#[test]
fn with_work_recorded_and_not_submitted() {
    for open in OPEN {
        let Some(device) = open() else { continue };
        let image = gray(&device, &[5; 40_000]);
        let level = image.otsu_level().unwrap();
        let mask = image.threshold(Threshold::otsu()).unwrap();
        lose(&device);
        watchdog::in_time("reading what was recorded", move || {
            assert!(is_lost(&level.read().wait()));
            assert!(is_lost(&mask.read().wait()), "{:?}", mask.read().wait().err());
            drop((image, level, mask));
        });
        check_after(device);
    }
}
