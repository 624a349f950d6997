//! Streams: in order, in bounds, and complete whatever happens to the device.

mod faults;
mod plan;
mod shortage;
#[path = "../support/mod.rs"]
mod support;
mod work;

use std::cell::{Cell, RefCell};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use swath::{CancelReason, CancelToken, Device, Error, OnError, StreamOptions};

use support::executors;
use work::{Photo, gray, photos, sure};

/// The CPU, and the GPU where it is tested.
fn devices() -> Vec<Device> {
    let mut devices = vec![Device::cpu().unwrap()];
    devices.extend(executors::the_gpu());
    devices
}

fn depths() -> [Option<usize>; 4] {
    [None, Some(1), Some(2), Some(7)]
}

#[test]
fn results_come_in_order_and_are_those_of_single_calls() {
    for (device, depth) in devices().iter().flat_map(|device| depths().map(|depth| (device, depth))) {
        let options = StreamOptions { depth, ..StreamOptions::default() };
        let photos = photos(1, 60);
        let expected: Vec<_> = photos.iter().map(sure).collect();
        let got: Result<Vec<_>, _> = device.stream(options).unwrap().run(photos, gray).collect();
        assert_eq!(got.unwrap(), expected, "{depth:?} on {}", device.info().name);
    }
}

#[test]
fn no_more_items_are_drawn_than_may_be_in_flight() {
    for (device, depth) in devices().iter().flat_map(|device| [1, 2, 5].map(|depth| (device, depth))) {
        let options = StreamOptions { depth: Some(depth), ..StreamOptions::default() };
        let drawn = Cell::new(0);
        let photos = photos(2, 40).into_iter().inspect(|_| drawn.set(drawn.get() + 1));
        let mut results = device.stream(options).unwrap().run(photos, gray);
        let mut most = 0;
        for taken in 0.. {
            if results.next().transpose().unwrap().is_none() {
                break;
            }
            most = most.max(drawn.get() - taken);
        }
        assert_eq!((drawn.get(), most), (40, depth), "on {}", device.info().name);
    }
}

#[test]
fn nothing_is_drawn_before_a_result_is_asked_for_and_no_items_are_no_results() {
    let device = Device::cpu().unwrap();
    let drawn = Cell::new(0);
    let photos = photos(3, 3).into_iter().inspect(|_| drawn.set(drawn.get() + 1));
    let results = device.stream(StreamOptions::default()).unwrap().run(photos, gray);
    assert_eq!((drawn.get(), results.size_hint()), (0, (0, Some(4))));
    drop(results);
    let mut none = device.stream(StreamOptions::default()).unwrap().run(Vec::<Photo>::new(), gray);
    assert!(none.next().is_none() && none.next().is_none());
}

/// Fails for the items that it is told to.
fn failing(device: &Device, photo: &Photo, bad: &[usize]) -> Result<swath::Readback<work::Gray>, Error> {
    if bad.contains(&photo.index) {
        return Err(Error::ForeignTensor);
    }
    gray(device, photo)
}

#[test]
fn the_first_error_ends_a_stream_with_its_index() {
    for (device, depth) in devices().iter().flat_map(|device| depths().map(|depth| (device, depth))) {
        let options = StreamOptions { depth, ..StreamOptions::default() };
        let work = |device: &Device, photo: &Photo| failing(device, photo, &[5, 7]);
        let mut results = device.stream(options).unwrap().run(photos(4, 20), work);
        let good: Vec<_> = results.by_ref().take(5).map(Result::unwrap).collect();
        assert_eq!(good.len(), 5);
        let error = results.next().unwrap().unwrap_err();
        assert_eq!(error, Error::Item { index: 5, error: Box::new(Error::ForeignTensor) });
        assert!(error.to_string().starts_with("item 5: "), "{error}");
        assert!(results.next().is_none());
        assert_eq!(results.size_hint(), (0, Some(0)));
        drop(results);
        device.synchronize().unwrap();
    }
}

#[test]
fn a_stream_that_goes_on_gives_errors_in_their_items_places() {
    for (device, depth) in devices().iter().flat_map(|device| depths().map(|depth| (device, depth))) {
        let options = StreamOptions { depth, on_error: OnError::Continue, ..StreamOptions::default() };
        let work = |device: &Device, photo: &Photo| failing(device, photo, &[0, 5, 19]);
        let photos = photos(4, 20);
        let results: Vec<_> = device.stream(options).unwrap().run(photos.clone(), work).collect();
        for (index, (result, photo)) in results.iter().zip(&photos).enumerate() {
            match result {
                Ok(gray) => assert_eq!(gray, &sure(photo)),
                Err(error) => assert_eq!(error, &Error::Item { index, error: Box::new(Error::ForeignTensor) }),
            }
        }
        let failed: Vec<_> = (0..20).filter(|index| results[*index].is_err()).collect();
        assert_eq!((results.len(), failed), (20, vec![0, 5, 19]));
    }
}

#[test]
fn a_panic_is_the_error_of_its_item() {
    for device in devices() {
        let options = StreamOptions { on_error: OnError::Continue, ..StreamOptions::default() };
        let work = |device: &Device, photo: &Photo| {
            assert!(photo.index != 2, "item two is bad");
            gray(device, photo)
        };
        let results: Vec<_> = device.stream(options).unwrap().run(photos(5, 4), work).collect();
        let Err(Error::Item { index: 2, error }) = &results[2] else { panic!("{:?}", results[2]) };
        assert!(matches!(&**error, Error::CallerPanicked { message, .. } if message.contains("item two is bad")));
        assert!(results[3].is_ok() && results.len() == 4);
    }
}

#[test]
fn progress_is_told_after_every_item() {
    for device in devices() {
        let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
        let told = seen.clone();
        let options = StreamOptions::default()
            .on_progress(move |progress| told.lock().unwrap().push((progress.done, progress.total)));
        let results = device.stream(options).unwrap().run(photos(6, 9), gray);
        assert_eq!(results.map(Result::unwrap).count(), 9);
        assert_eq!(*seen.lock().unwrap(), (1..=9).map(|done| (done, 9)).collect::<Vec<_>>());
    }
}

#[test]
fn a_cancelled_stream_ends_with_the_reason_and_keeps_nothing() {
    for device in devices() {
        let (token, count) = (CancelToken::new(), AtomicUsize::new(0));
        let options = StreamOptions { cancel: Some(token.clone()), depth: Some(3), ..StreamOptions::default() };
        let work = |device: &Device, photo: &Photo| {
            count.fetch_add(1, Ordering::Relaxed);
            gray(device, photo)
        };
        let mut results = device.stream(options).unwrap().run(photos(7, 100), work);
        assert_eq!(results.by_ref().take(10).map(Result::unwrap).count(), 10);
        token.cancel();
        let left: Vec<_> = results.by_ref().collect();
        assert_eq!(left, [Err(Error::Cancelled { reason: CancelReason::Token })]);
        assert!(count.load(Ordering::Relaxed) <= 13);
        drop(results);
        device.synchronize().unwrap();
    }
}

#[test]
fn a_deadline_ends_a_stream_that_would_go_on_for_ever() {
    for device in devices() {
        let token = CancelToken::with_timeout(Duration::from_millis(300));
        let stream = device.with_cancel(&token).stream(StreamOptions::default()).unwrap();
        let last = stream.run((0..).map(|index| photos(8, 1)[0].clone().at(index)), gray).last().unwrap();
        assert_eq!(last, Err(Error::Cancelled { reason: CancelReason::Deadline }));
    }
}

#[test]
fn what_streams_have_done_is_counted() {
    for device in devices() {
        let device = work::own(&device);
        let options = || StreamOptions { depth: Some(2), ..StreamOptions::default() };
        let results = RefCell::new(device.stream(options()).unwrap().run(photos(9, 30), gray));
        assert_eq!(results.borrow_mut().by_ref().map(Result::unwrap).count(), 30);
        drop(results);
        drop(device.stream(options()).unwrap().run(photos(9, 30), gray).next());
        let streams = device.stats().streams;
        assert_eq!((streams.streams, streams.items, streams.devices_lost), (2, 31, 0));
        assert!(streams.overlap() > 0.5 && streams.overlap() <= 2.0, "{streams}");
        assert!(device.stats().to_string().contains("31 items of 2 streams"), "{}", device.stats());
    }
}
