//! Readbacks that are awaited, on several executors at once.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;
use swath::{Device, HostTensor, Threshold};

use crate::devices::{carriers, computers, gray, holds_nothing};
use crate::support::{equal, watchdog};

/// Tasks of each executor.
const TASKS: u32 = 300;

fn numbers(index: u32) -> Vec<u32> {
    (0..200 + index % 3_000).map(|place| place.wrapping_mul(index + 1)).collect()
}

/// Uploads numbers that tell which task they are of; awaited, checks that they come back.
fn task(device: &Device, index: u32, done: &'static AtomicUsize) -> impl Future<Output = ()> + Send + use<> {
    let numbers = numbers(index);
    let read = device.tensor(&numbers, &[numbers.len()]).unwrap().read();
    async move {
        let got: HostTensor<u32> = read.await.unwrap();
        equal(got.as_slice(), &numbers).unwrap_or_else(|wrong| panic!("task {index}: {wrong}"));
        done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs tasks on three executors at once.
fn on_all_executors(device: Device) -> usize {
    let done: &'static AtomicUsize = Box::leak(Box::default());
    std::thread::scope(|scope| {
        let device = &device;
        scope.spawn(move || (0..TASKS).for_each(|index| pollster::block_on(task(device, index, done))));
        scope.spawn(move || {
            let mut pool = LocalPool::new();
            (0..TASKS).for_each(|index| pool.spawner().spawn_local(task(device, 1_000 + index, done)).unwrap());
            pool.run();
        });
        scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let tasks: Vec<_> = (0..TASKS).map(|index| runtime.spawn(task(device, 2_000 + index, done))).collect();
            runtime.block_on(async {
                for task in tasks {
                    task.await.unwrap();
                }
            });
        });
    });
    done.load(Ordering::Relaxed)
}

#[test]
fn pollster_futures_and_tokio_may_await_one_device_at_once() {
    for device in carriers() {
        let shared = device.clone();
        let done = watchdog::in_time("awaiting on three executors", move || on_all_executors(shared));
        assert_eq!(done, 3 * TASKS as usize);
        holds_nothing(&device);
    }
}

#[test]
fn one_may_be_waited_for_while_another_is_awaited() {
    for device in computers() {
        let image = gray(&device, &[3; 50_000]);
        std::thread::scope(|scope| {
            for thread in 0..4_u8 {
                let image = &image;
                scope.spawn(move || {
                    for level in 0..40_u8 {
                        let read = image.threshold(Threshold::binary(level)).unwrap().read();
                        let got = if thread % 2 == 0 { read.wait() } else { pollster::block_on(read) };
                        assert!(got.unwrap().as_slice().iter().all(|pixel| *pixel == if level < 3 { 255 } else { 0 }));
                    }
                });
            }
        });
        drop(image);
        holds_nothing(&device);
    }
}
