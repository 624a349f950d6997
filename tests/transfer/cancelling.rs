//! Cancelled work ends soon, says why, and touches nothing that belongs to others.

use std::time::{Duration, Instant};

use swath::{CancelReason, CancelToken, Device, DeviceOptions, Error, Image, ImageView, Neighborhood, Resize, Rgb8};

use crate::devices::{computers, gpu_with, gray, holds_nothing, on_gpu};
use crate::support::executors::say;
use crate::support::watchdog;

/// Launches of the chain that is cancelled.
const LAUNCHES: usize = 400;

fn picture(device: &Device) -> Image<Rgb8> {
    let bytes: Vec<u8> = (0..300 * 250 * 3).map(|index| (index * 7 % 251) as u8).collect();
    device.image(ImageView::<Rgb8>::new(&bytes, 300, 250).unwrap()).unwrap()
}

/// Launch after launch, each of what the last one made.
fn chain(start: &Image<Rgb8>) -> Result<Image<Rgb8>, Error> {
    let mut image = start.clone();
    for launch in 0..LAUNCHES {
        let width = if launch % 2 == 0 { 301 } else { 300 };
        image = image.resize(width, 250, Resize::Bilinear)?;
    }
    Ok(image)
}

#[test]
fn a_chain_that_another_thread_cancels_ends_between_two_launches() {
    for device in computers() {
        let start = picture(&device);
        let original = start.read().wait().unwrap();
        let before = Instant::now();
        chain(&start).unwrap().read().wait().unwrap();
        let whole = before.elapsed();

        let token = CancelToken::new();
        let stoppable = device.with_cancel(&token);
        let copy = picture(&stoppable);
        device.synchronize().unwrap();
        let before = Instant::now();
        let (outcome, cancelled) = std::thread::scope(|scope| {
            let canceller = scope.spawn(|| {
                std::thread::sleep(whole / 10);
                token.cancel();
                before.elapsed()
            });
            let outcome = chain(&copy).and_then(|image| image.read().wait());
            (outcome, canceller.join().unwrap())
        });
        let after = before.elapsed() - cancelled;
        say(format_args!("{LAUNCHES} launches take {whole:?}; cancelled after {cancelled:?}, they ended in {after:?}"));
        assert_eq!(outcome.map(drop).unwrap_err(), Error::Cancelled { reason: CancelReason::Token });
        assert!(after < whole / 2, "cancelled after {cancelled:?} of {whole:?}, it went on for {after:?}");

        // What belongs to the device's own handle is as it was.
        device.synchronize().unwrap();
        assert!(start.read().wait().unwrap().as_slice() == original.as_slice());
        assert!(matches!(copy.read().wait(), Err(Error::Cancelled { .. })));
        assert!(matches!(stoppable.synchronize(), Err(Error::Cancelled { .. })));
        drop((start, original, copy));
        holds_nothing(&device);
    }
}

#[test]
fn a_deadline_ends_a_wait_that_is_longer() {
    for device in computers() {
        let xyz: Vec<_> =
            (0..20_000).map(|i| [f64::from(i % 250), f64::from(i / 250), f64::from(i * 7 % 11)]).collect();
        let own = gray(&device, &[1, 2, 3]);
        let stoppable = device.with_cancel(&CancelToken::with_timeout(Duration::from_millis(30)));
        let features = swath::Features::eigen();
        let outcome = watchdog::in_time("a wait with a deadline", move || {
            let cloud = stoppable.points(&xyz)?;
            let tables: Result<Vec<_>, _> =
                (0..8).map(|_| cloud.features(Neighborhood::Knn(64), &features).map(|table| table.read())).collect();
            tables?.into_iter().try_for_each(|table| table.wait().map(drop))
        });
        assert_eq!(outcome, Err(Error::Cancelled { reason: CancelReason::Deadline }), "{}", device.info());
        assert_eq!(own.read().wait().unwrap().as_slice(), [1, 2, 3]);
        drop(own);
        holds_nothing(&device);
    }
}

#[test]
fn what_is_awaited_ends_as_well() {
    for device in computers() {
        let token = CancelToken::new();
        let stoppable = device.with_cancel(&token);
        let image = picture(&stoppable);
        let reads: Vec<_> = (0..2).map(|_| chain(&image).unwrap().read()).collect();
        token.cancel();
        watchdog::in_time("awaiting cancelled work", move || {
            for read in reads {
                assert!(matches!(pollster::block_on(read).map(drop), Err(Error::Cancelled { .. })));
            }
        });
        drop(image);
        holds_nothing(&device);
    }
}

#[test]
fn what_others_hold_is_computed_beside_what_was_cancelled() {
    for device in computers() {
        let token = CancelToken::new();
        let stoppable = device.with_cancel(&token);
        let (mine, theirs) = (gray(&device, &[1, 200]), gray(&stoppable, &[3, 4]));
        // Both are recorded and neither is computed; the cancelled one comes first.
        let stopped = theirs.threshold(swath::Threshold::binary(3)).unwrap();
        let held = mine.threshold(swath::Threshold::binary(100)).unwrap();
        token.cancel();
        let launches = device.stats().launches;
        assert_eq!(device.synchronize(), Ok(()), "nobody cancelled this handle");
        assert!(device.stats().launches > launches, "what is held was computed");
        assert_eq!(held.read().wait().unwrap().as_slice(), [0, 255]);
        assert!(matches!(stopped.read().wait(), Err(Error::Cancelled { .. })));
        drop((mine, theirs, stopped, held));
        holds_nothing(&device);
    }
}

#[test]
fn an_upload_that_waits_for_the_device_can_be_cancelled() {
    let Some(device) = gpu_with(DeviceOptions { patience: Duration::MAX, ..on_gpu() }) else { return };
    let bytes = vec![8_u8; 24 << 20];
    let token = CancelToken::new();
    let stoppable = device.with_cancel(&token);
    let outcome = std::thread::scope(|scope| {
        let uploads = scope.spawn(|| {
            loop {
                let upload = stoppable.tensor(&bytes, &[bytes.len()]);
                if let Err(error) = upload {
                    return error;
                }
            }
        });
        std::thread::sleep(Duration::from_millis(50));
        token.cancel();
        uploads.join().unwrap()
    });
    assert_eq!(outcome, Error::Cancelled { reason: CancelReason::Token });
    let tensor = device.tensor(&bytes, &[bytes.len()]).unwrap();
    assert!(tensor.read().wait().unwrap().as_slice() == bytes);
    drop(tensor);
    holds_nothing(&device);
}
