//! The plan of a stream: exact, made once, and kept to.

use swath::{
    Device, Error, ImageView, Readback, Rgb8, StreamOptions, TransferLoad, TransferStrategy, TransferThresholds,
};

use super::devices;
use super::work::{Photo, gray, photos, sure};

/// The same photograph so many times.
fn alike(count: usize) -> Vec<Photo> {
    let photo = photos(11, 1).remove(0);
    (0..count).map(|index| photo.clone().at(index)).collect()
}

#[test]
fn the_estimate_is_what_is_then_moved() {
    for device in devices() {
        let photos = alike(25);
        let mut results = device.stream(StreamOptions::default()).unwrap().run(photos.clone(), gray);
        assert!(results.plan().is_none(), "the first item was not measured yet");
        let mut plans = Vec::new();
        while let Some(result) = results.next() {
            assert_eq!(result.unwrap(), sure(&photos[0]));
            plans.extend(results.plan().cloned());
        }
        assert!(plans.len() == 25 && plans.iter().all(|plan| *plan == plans[0]), "decided once");
        assert_eq!((plans[0].bytes_up(), plans[0].bytes_down()), results.bytes_moved(), "{}", plans[0]);
        assert_eq!(plans[0].items(), 25);
        let moved = if device.info().is_gpu { photos.len() * photos[0].pixels.len() / 3 } else { 0 };
        assert_eq!(plans[0].bytes_down(), moved as u64);
    }
}

#[test]
fn a_load_that_is_given_decides_before_the_first_item() {
    let load = TransferLoad::uniform(3, 10, 20);
    for device in devices() {
        let options = StreamOptions { load: Some(load), ..StreamOptions::default() };
        let results = device.stream(options).unwrap().run(alike(3), gray);
        let plan = results.plan().unwrap();
        assert_eq!((plan.items(), plan.bytes_up(), plan.bytes_down()), (3, 30, 60));
    }
}

#[test]
fn the_cpu_overlaps_two_where_it_has_threads_and_a_software_gpu_none() {
    for device in devices() {
        let mut results = device.stream(StreamOptions::default()).unwrap().run(alike(9), gray);
        assert!(results.next().unwrap().is_ok());
        let strategy = results.plan().unwrap().strategy();
        if !device.info().is_gpu && device.info().threads > 1 {
            assert!(matches!(strategy, TransferStrategy::Overlapped { depth: 2, .. }), "{strategy}");
        } else if !device.info().is_gpu || device.info().name.contains("llvmpipe") {
            assert_eq!(strategy, TransferStrategy::Single);
        }
    }
}

#[test]
fn an_iterator_of_unknown_length_is_taken_to_be_long() {
    let device = Device::cpu().unwrap();
    let thresholds = TransferThresholds { min_batch: 12, ..TransferThresholds::default() };
    let options = StreamOptions { thresholds: Some(thresholds), ..StreamOptions::default() };
    let mut next = alike(5).into_iter();
    let photos = std::iter::from_fn(move || next.next());
    let mut results = device.stream(options).unwrap().run(photos, gray);
    assert!(results.next().unwrap().is_ok());
    assert_eq!(results.plan().unwrap().items(), 12);
    assert_eq!(results.map(Result::unwrap).count(), 4);
}

#[test]
fn bytes_of_one_stream_are_not_those_of_another() {
    for device in devices() {
        let work = |device: &Device, photo: &Photo| -> Result<Readback<Vec<u8>>, Error> {
            // Another handle's work, between the stream's own.
            gray(device, photo)
        };
        let mut one = device.stream(StreamOptions::default()).unwrap().run(alike(6), work);
        let mut other = device.stream(StreamOptions::default()).unwrap().run(photos(12, 6), work);
        device.image(ImageView::<Rgb8>::new(&[0; 300], 10, 10).unwrap()).unwrap().read().wait().unwrap();
        while one.next().is_some() | other.next().is_some() {}
        let (one_plan, one_moved) = (one.plan().unwrap(), one.bytes_moved());
        assert_eq!((one_plan.bytes_up(), one_plan.bytes_down()), one_moved);
    }
}
