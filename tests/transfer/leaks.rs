//! What is in use has a name, a size and a place, and ends with its last user.

use std::task::{Context, Waker};

use swath::{Allocation, CancelToken, Device, Error, Neighborhood, Threshold};

use crate::devices::{computers, gray, holds_nothing};
use crate::support::random::Random;

/// The allocations of one size.
fn of_size(device: &Device, bytes: u64) -> Vec<Allocation> {
    device.leaks().as_slice().iter().filter(|one| one.bytes == bytes).cloned().collect()
}

#[test]
fn two_arrays_of_one_label_are_told_apart_and_end_one_by_one() {
    for device in computers() {
        let upload = || (device.tensor(&[7_u8; 48_000], &[48_000]).unwrap(), line!());
        let ((first, line), (second, _)) = (upload(), upload());
        let both = of_size(&device, 48_000);
        assert_eq!(both.len(), 2, "{}", device.leaks());
        assert_ne!(both[0].id, both[1].id);
        for one in &both {
            let space = if device.info().is_gpu { "device" } else { "host" };
            assert_eq!((one.label, one.space), ("upload", space), "{one}");
            assert_eq!((one.file, one.line), (file!(), line), "{one}");
        }
        assert_eq!(device.leaks().bytes(), 96_000, "{}", device.leaks());
        // What was uploaded waits for the submission that copies it.
        device.synchronize().unwrap();
        drop(first);
        let left = of_size(&device, 48_000);
        assert_eq!((left.len(), left[0].id), (1, both[1].id));
        drop(second);
        holds_nothing(&device);
    }
}

#[test]
fn a_result_is_named_after_the_operation_that_made_it() {
    for device in computers() {
        let mask = gray(&device, &[9; 30_000]).threshold(Threshold::otsu()).unwrap();
        device.synchronize().unwrap();
        let leaks = device.leaks();
        assert_eq!(leaks.len(), 1, "{leaks}");
        let one = &leaks.as_slice()[0];
        assert!(one.label.contains("threshold") || one.label.contains("chain"), "{leaks}");
        let text = leaks.to_string();
        assert!(text.starts_with("1 allocations in use, 29.3 KiB:\n") && text.contains(one.label), "{text}");
        drop(mask);
        holds_nothing(&device);
    }
}

#[test]
fn a_readback_that_is_dropped_unread_gives_everything_back() {
    for device in computers() {
        let xyz: Vec<_> = (0..2_000).map(|index| [f64::from(index % 40), f64::from(index / 40), 0.0]).collect();
        for round in 0..20 {
            let image = gray(&device, &vec![round; 100_000]);
            drop(image.read());
            drop(image.threshold(Threshold::otsu()).unwrap().read());
            drop(device.points(&xyz).unwrap().knn(4).unwrap().read());
            // Polled once, and then left alone.
            let mut read = std::pin::pin!(image.read());
            let _ = read.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        holds_nothing(&device);
    }
}

#[test]
fn cancelled_work_gives_everything_back() {
    for device in computers() {
        let mut random = Random::new(5);
        let xyz: Vec<_> = (0..3_000).map(|_| [0; 3].map(|_: i32| random.unit() * 30.0)).collect();
        for round in 0..20_u64 {
            let token = CancelToken::new();
            let stoppable = device.with_cancel(&token);
            let image = gray(&stoppable, &vec![3; 200_000]);
            let mask = image.threshold(Threshold::otsu()).and_then(|mask| mask.threshold(Threshold::binary(3)));
            let cloud = stoppable.points(&xyz).unwrap();
            let table = cloud.features(Neighborhood::Knn(8), &swath::Features::eigen());
            let reads = (round % 2 == 0).then(|| (mask.as_ref().unwrap().read(), table.as_ref().unwrap().read()));
            token.cancel();
            if let Some((mask, table)) = reads {
                // What was there before the token was cancelled may be read, or not.
                for outcome in [mask.wait().map(drop), table.wait().map(drop)] {
                    assert!(matches!(outcome, Ok(()) | Err(Error::Cancelled { .. })), "{outcome:?}");
                }
            }
            assert!(matches!(image.read().wait(), Err(Error::Cancelled { .. })));
        }
        holds_nothing(&device);
    }
}
