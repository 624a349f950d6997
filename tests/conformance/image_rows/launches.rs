//! Launches: as many for a batch as for one image, and one for a chain. Counted on devices that nothing else uses.

use swath::{Device, Error};

use super::batches::{Images, OPERATIONS};
use super::chains::{CHAINS, RESIZED};
use crate::image_cases::{ImageCase, image};
use crate::support::executors;

/// The CPU, and the GPU where it is tested, with its own limits.
fn devices() -> Vec<Device> {
    let mut devices = vec![Device::cpu().unwrap()];
    devices.extend(executors::the_gpu());
    devices
}

/// Launches that a computation takes.
fn launches(device: &Device, compute: impl FnOnce() -> Result<Vec<u8>, Error>) -> u64 {
    let before = device.stats().launches;
    assert!(!compute().unwrap().is_empty());
    device.stats().launches - before
}

#[test]
fn a_batch_takes_as_many_launches_as_one_image() {
    let batches: [(&'static str, Vec<ImageCase>); 3] = [
        ("one", vec![image(31, 3)]),
        ("40 alike", vec![image(31, 3); 40]),
        ("40 sizes", (1..=40).map(|index| image(index, 1 + index * 5 % 11)).collect()),
    ];
    for device in devices() {
        for operation in OPERATIONS {
            let of_one = launches(&device, || (operation.one)(&device, &image(31, 3)));
            for (name, cases) in &batches {
                let batch = Images { name, cases: cases.clone() };
                let of_batch = launches(&device, || (operation.many)(&device, &batch));
                assert_eq!(of_batch, of_one, "{} of {name} on {}", operation.test, device.info().name);
            }
        }
    }
}

#[test]
fn a_chain_takes_one_launch_where_its_operations_take_one_each() {
    for device in devices() {
        for chain in CHAINS.iter().chain(RESIZED) {
            for case in [image(64, 20), image(33, 21)] {
                let in_one = launches(&device, || (chain.run)(&device, &case, false));
                let apart = launches(&device, || (chain.run)(&device, &case, true));
                assert_eq!((in_one, apart), (1, chain.operations), "{chain:?} of {case} on {}", device.info().name);
            }
        }
    }
}
