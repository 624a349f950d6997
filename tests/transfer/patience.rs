//! An upload that waits for a device that is behind gives up after the device's patience, and nothing is lost by it.

use std::time::Duration;

use swath::{Device, DeviceOptions, Error, Neighborhood, PointCloud, UnifiedMemory};

use crate::devices::{gpu_with, holds_nothing, on_gpu};
use crate::support::equal;

/// Fills a slot of the upload ring but for less than anybody would write to.
const SLOT: usize = (4 << 20) - (8 << 10);

/// A cloud whose queries take a while, ready for them.
fn cloud(device: &Device) -> PointCloud {
    let xyz: Vec<_> = (0..60_000).map(|i| [f64::from(i % 250), f64::from(i / 250), f64::from(i * 7 % 11)]).collect();
    let cloud = device.points(&xyz).unwrap();
    cloud.build_index().unwrap();
    device.synchronize().unwrap();
    cloud
}

#[test]
fn an_upload_beyond_the_ring_times_out_while_the_device_is_busy_and_works_afterwards() {
    for patience in [Duration::ZERO, Duration::from_millis(1)] {
        let Some(device) = gpu_with(DeviceOptions { patience, unified: UnifiedMemory::Off, ..on_gpu() }) else {
            return;
        };
        let cloud = cloud(&device);
        // Four slots full, none of them submitted; then the work, and then one more upload.
        let full: Vec<_> =
            (1..=4_u8).map(|value| (vec![value; SLOT], device.tensor(&vec![value; SLOT], &[SLOT]).unwrap())).collect();
        let before = device.stats();
        let table = cloud.features(Neighborhood::Knn(64), &swath::Features::eigen()).unwrap();
        let more: Vec<u8> = (0..SLOT).map(|index| (index * 7) as u8).collect();
        let error = device.tensor(&more, &[SLOT]).map(drop).unwrap_err();
        assert!(matches!(error, Error::Timeout { limit, .. } if limit == patience), "{error}");
        assert!(error.to_string().contains("an upload"), "{error}");
        // What is small takes another way, and does not wait.
        assert_eq!(device.tensor(&[3_u8; 99], &[99]).unwrap().read().wait().unwrap().as_slice(), [3; 99]);
        device.synchronize().unwrap();
        let stats = device.stats();
        assert_eq!(stats.transfers.up.slots, 4, "{stats}");
        assert!(stats.transfers.up.stalls > before.transfers.up.stalls, "{stats}");
        assert_eq!(stats.transfers.up.failed_maps, 0, "{stats}");
        let again = device.tensor(&more, &[SLOT]).unwrap();
        equal(again.read().wait().unwrap().as_slice(), &more).unwrap_or_else(|wrong| panic!("{wrong}"));
        for (bytes, tensor) in &full {
            equal(tensor.read().wait().unwrap().as_slice(), bytes).unwrap_or_else(|wrong| panic!("{wrong}"));
        }
        assert_eq!(table.read().wait().unwrap().len(), 60_000);
        drop((full, again, table, cloud));
        holds_nothing(&device);
    }
}
