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

/// Contestants with equal threads.
pub struct Team {
    pool: Arc<ThreadPool>,
    executors: Vec<Executor>,
}

impl Team {
    fn new(pool: &Arc<ThreadPool>) -> Self {
        let mut levels = SimdLevel::available();
        levels.pop(); // the best one is what `swath` runs at
        let mut executors = vec![Executor { name: "swath".into(), device: cpu(pool, None) }];
        let lower = levels.into_iter().rev();
        executors.extend(lower.map(|level| Executor { name: level.name().into(), device: cpu(pool, Some(level)) }));
        Self { pool: Arc::clone(pool), executors }
    }

    /// The pool that all run on.
    pub fn pool(&self) -> &ThreadPool {
        &self.pool
    }

    /// `swath`, the CPU executor at its best SIMD level, then each lower level by its name; with all threads also `gpu`,
    /// where there is a GPU that `auto` would take.
    pub fn executors(&self) -> &[Executor] {
        &self.executors
    }
}

/// One thread, then all: the same where there is only one.
pub fn teams() -> &'static [Team] {
    static TEAMS: OnceLock<Vec<Team>> = OnceLock::new();
    TEAMS.get_or_init(|| {
        let alone = Arc::new(ThreadPoolBuilder::new().num_threads(1).build().expect("a thread pool"));
        let mut all = Team::new(pool());
        all.executors.extend(gpu().map(|device| Executor { name: "gpu".into(), device }));
        if threads() == 1 { vec![all] } else { vec![Team::new(&alone), all] }
    })
}

/// The executors with all threads, and `one_thread` at the best SIMD level.
pub fn executors() -> impl Iterator<Item = &'static Executor> {
    static ALONE: OnceLock<Executor> = OnceLock::new();
    let alone = ALONE.get_or_init(|| Executor { name: "one_thread".into(), device: one_thread() });
    let all = teams().last().into_iter().flat_map(Team::executors);
    all.chain(std::iter::once(alone))
}

fn cpu(pool: &Arc<ThreadPool>, simd: Option<SimdLevel>) -> Device {
    let pool = Some(Arc::clone(pool));
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
