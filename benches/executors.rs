//! The devices that Swath races on, all on one thread pool that the rivals use too.

use std::sync::{Arc, OnceLock};

use rayon::{ThreadPool, ThreadPoolBuilder};
use swath::{Device, DeviceChoice, DeviceOptions, SimdLevel};

/// A device and the name under which it races.
pub struct Executor {
    pub name: String,
    pub device: Device,
}

/// The pool that every contestant runs on, so that all have equal threads: one for each CPU, or `RAYON_NUM_THREADS`.
pub fn pool() -> &'static Arc<ThreadPool> {
    static POOL: OnceLock<Arc<ThreadPool>> = OnceLock::new();
    POOL.get_or_init(|| Arc::new(ThreadPoolBuilder::new().build().expect("a thread pool")))
}

/// How many threads every contestant has.
pub fn threads() -> usize {
    pool().current_num_threads()
}

/// `swath`, the CPU executor at its best SIMD level; each lower level by its name; `one_thread`; and `gpu` where there
/// is a GPU that `auto` would take.
pub fn executors() -> &'static [Executor] {
    static EXECUTORS: OnceLock<Vec<Executor>> = OnceLock::new();
    EXECUTORS.get_or_init(|| {
        let mut levels = SimdLevel::available();
        levels.pop(); // the best one is what `swath` runs at
        let named = |name: &str, device| Executor { name: name.into(), device };
        let mut executors = vec![named("swath", cpu(None))];
        executors.extend(levels.into_iter().rev().map(|level| named(level.name(), cpu(Some(level)))));
        executors.push(named("one_thread", one_thread()));
        executors.extend(gpu().map(|device| named("gpu", device)));
        executors
    })
}

fn cpu(simd: Option<SimdLevel>) -> Device {
    let pool = Some(Arc::clone(pool()));
    device(DeviceOptions { choice: DeviceChoice::Cpu, simd, pool, ..DeviceOptions::default() })
}

fn one_thread() -> Device {
    device(DeviceOptions { choice: DeviceChoice::Cpu, threads: Some(1), ..DeviceOptions::default() })
}

fn gpu() -> Option<Device> {
    let device = device(DeviceOptions::default());
    device.info().is_gpu.then_some(device)
}

fn device(options: DeviceOptions) -> Device {
    Device::with_options(&options).expect("a device")
}
