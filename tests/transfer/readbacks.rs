//! Readbacks by the thousand, in any order, larger than the ring, and dropped.

use std::time::Duration;

use swath::{HostTensor, Readback};

use crate::devices::{carriers, eventually, holds_nothing};
use crate::support::clouds::shuffle;
use crate::support::random::Random;
use crate::support::{equal, watchdog};

/// Numbers that tell which array they are of.
fn numbers(index: u32) -> Vec<u32> {
    (0..1 + index % 40).map(|place| index.wrapping_mul(2_654_435_761) ^ place).collect()
}

#[test]
fn ten_thousand_may_be_outstanding_some_dropped_and_the_rest_taken_in_any_order() {
    for device in carriers() {
        let mut reads: Vec<(u32, Readback<HostTensor<u32>>)> = (0..10_000)
            .map(|index| {
                let numbers = numbers(index);
                (index, device.tensor(&numbers, &[numbers.len()]).unwrap().read())
            })
            .collect();
        shuffle(&mut reads, 3);
        watchdog::within(Duration::from_secs(300), "waiting for 10,000 readbacks", move || {
            for (order, (index, read)) in reads.into_iter().enumerate() {
                if order % 7 == 3 {
                    drop(read);
                    continue;
                }
                let got = read.wait().unwrap();
                equal(got.as_slice(), &numbers(index)).unwrap_or_else(|wrong| panic!("readback {index}: {wrong}"));
            }
        });
        holds_nothing(&device);
        assert_eq!(device.stats().transfers.down.in_flight, 0);
    }
}

#[test]
fn one_that_is_larger_than_the_ring_has_every_bit() {
    let mut bytes = vec![0; (40 << 20) + 12];
    Random::new(4).fill(&mut bytes);
    for device in carriers() {
        let tensor = device.tensor(&bytes, &[bytes.len()]).unwrap();
        // Once alone, and once with others before, behind and in between.
        for others in [0, 3] {
            let small: Vec<_> = (0..others).map(|index| device.tensor(&[index; 5], &[5]).unwrap().read()).collect();
            let reads = [tensor.read(), tensor.read()];
            for read in reads {
                let got = read.wait().unwrap();
                equal(got.as_slice(), &bytes).unwrap_or_else(|wrong| panic!("{}: {wrong}", device.info()));
            }
            for (index, read) in (0..).zip(small) {
                assert_eq!(read.wait().unwrap().as_slice(), [index; 5]);
            }
        }
        let ring = device.stats().transfers.down;
        assert!(ring.slots * ring.slot_bytes < 40 << 20, "{ring}");
        drop(tensor);
        holds_nothing(&device);
    }
}

#[test]
fn a_dropped_one_frees_its_slot_and_its_memory() {
    for device in carriers() {
        let large = vec![5_u8; 9 << 20];
        for round in 0..30 {
            let read = device.tensor(&large, &[large.len()]).unwrap().read();
            let after = device.tensor(&[round; 100], &[100]).unwrap().read();
            drop(read);
            if round % 3 == 0 {
                assert_eq!(after.wait().unwrap().as_slice(), [round; 100]);
            }
        }
        eventually(&device, "slots in flight", || match device.stats().transfers.down.in_flight {
            0 => Ok(()),
            slots => Err(format!("{slots} slots")),
        });
        holds_nothing(&device);
        assert_eq!(device.stats().transfers.down.failed_maps, 0);
    }
}
