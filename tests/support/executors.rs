//! The executors that every operation is tested on: one entry an executor.

use std::sync::OnceLock;

use swath::{Device, DeviceChoice, DeviceOptions, DispatchLimits, Error, SimdLevel};

use super::leaks;

/// How to get an adapter, said by every test that needs one and has none.
const HOW_TO_INSTALL: &str = "GPU tests need an adapter, and this machine has none; a software one will do:\n  \
    apt-get install mesa-vulkan-drivers libvulkan1      (or: cargo xtask test)\n\
    To leave the GPU tests out, set SWATH_TEST_GPU=off.";

/// A device to run on.
pub struct Executor {
    /// What it is called in failures.
    pub name: String,
    /// The device.
    pub device: Device,
    /// Bytes that one binding holds, where the test has set them small.
    pub binding: Option<u64>,
    /// Whether variants of operations are tested on it, too: it reaches code that no other executor does.
    is_telling: bool,
}

impl Executor {
    /// Whether it is a GPU.
    pub fn is_gpu(&self) -> bool {
        self.device.info().is_gpu
    }

    /// Whether this many bytes fit one binding, as operations need that look at all of their input at once.
    pub fn binds(&self, bytes: u64) -> bool {
        self.binding.is_none_or(|most| bytes <= most)
    }
}

static ALL: OnceLock<Vec<Executor>> = OnceLock::new();

/// Every executor: each SIMD level with one or two threads, then the GPU as it is and with small limits, and both with
/// memory that is full of ones before it is used.
pub fn all() -> &'static [Executor] {
    leaks::share();
    ALL.get_or_init(|| {
        let mut all = Vec::new();
        let levels = SimdLevel::available();
        for level in &levels {
            all.push(open_cpu(*level, 2));
        }
        let best = levels[levels.len() - 1];
        all.push(Executor { is_telling: false, ..open_cpu(levels[0], 1) });
        all.push(Executor { is_telling: false, ..open_cpu(best, 1) });
        all.push(open_cpu_with(
            &format!("CPU, {best}, poisoned"),
            DeviceOptions { poison_memory: true, ..cpu_at(best, 2) },
        ));
        let small = |groups, bytes| DispatchLimits { max_groups_per_dimension: groups, max_binding_bytes: bytes };
        let gpu = |name, dispatch| open_gpu(name, gpu_with(dispatch));
        all.extend(gpu("GPU", DispatchLimits::default()));
        all.extend(gpu("GPU folded past 3 groups, windows of 64 KiB", small(Some(3), Some(64 << 10))));
        let poisoned = DeviceOptions { poison_memory: true, ..gpu_with(DispatchLimits::default()) };
        all.extend(open_gpu("GPU, poisoned", poisoned));
        let others = [
            gpu("GPU folded past 2 groups", small(Some(2), None)),
            gpu("GPU with windows of 1 MiB", small(None, Some(1 << 20))),
            gpu("GPU with the smallest windows", small(None, Some(1))),
        ];
        all.extend(others.into_iter().flatten().map(|other| Executor { is_telling: false, ..other }));
        all
    })
}

/// Those that variants of operations are tested on: each SIMD level, the GPU as it is, one with small limits, and both
/// with poisoned memory.
pub fn few() -> Vec<&'static Executor> {
    all().iter().filter(|executor| executor.is_telling).collect()
}

/// Every executor that was opened; of which nobody is told that it is used.
pub fn opened() -> &'static [Executor] {
    ALL.get().map_or(&[], Vec::as_slice)
}

/// The CPU at a level.
pub fn cpu(level: SimdLevel, threads: usize) -> Executor {
    watched(open_cpu(level, threads))
}

/// The GPU with these limits; none where GPU tests are left out.
///
/// # Panics
/// Where there is no adapter, with how to get one.
pub fn gpu(name: &str, dispatch: DispatchLimits) -> Option<Executor> {
    open_gpu(name, gpu_with(dispatch)).map(watched)
}

/// The CPU as it is opened by default.
pub fn the_cpu() -> Device {
    let device = Device::cpu().expect("the CPU is always there");
    leaks::watch("CPU", &device);
    device
}

/// The GPU; none where GPU tests are left out.
pub fn the_gpu() -> Option<Device> {
    gpu("GPU", DispatchLimits::default()).map(|executor| executor.device)
}

fn watched(executor: Executor) -> Executor {
    leaks::watch(&executor.name, &executor.device);
    executor
}

fn cpu_at(level: SimdLevel, threads: usize) -> DeviceOptions {
    DeviceOptions { simd: Some(level), threads: Some(threads), ..DeviceOptions::default() }
}

fn open_cpu(level: SimdLevel, threads: usize) -> Executor {
    open_cpu_with(&format!("CPU, {level}, {threads} threads"), cpu_at(level, threads))
}

fn open_cpu_with(name: &str, options: DeviceOptions) -> Executor {
    let device = Device::cpu_with(&options).expect("the CPU is always there");
    assert_eq!(Some(device.info().simd), options.simd);
    Executor { name: name.to_owned(), device, binding: None, is_telling: true }
}

fn gpu_with(dispatch: DispatchLimits) -> DeviceOptions {
    DeviceOptions { choice: DeviceChoice::Gpu, dispatch, ..DeviceOptions::default() }
}

/// The GPU that these options ask for, which nobody looks after; none where GPU tests are left out.
///
/// # Panics
/// As [`gpu`].
pub fn open_gpu(name: &str, options: DeviceOptions) -> Option<Executor> {
    if !gpu_is_tested() {
        return None;
    }
    match Device::with_options(&options) {
        Ok(device) => {
            let binding = options.dispatch.max_binding_bytes;
            Some(Executor { name: name.to_owned(), device, binding, is_telling: true })
        }
        Err(error @ Error::NoAdapter { .. }) => panic!("{error}\n{HOW_TO_INSTALL}"),
        Err(error) => panic!("{error}"),
    }
}

/// Whether the GPU is tested. Says so where it is not.
pub fn gpu_is_tested() -> bool {
    static TESTED: OnceLock<bool> = OnceLock::new();
    *TESTED.get_or_init(|| {
        let left_out = match std::env::var("SWATH_TEST_GPU").as_deref() {
            Err(_) | Ok("" | "on") if cfg!(feature = "gpu") => return true,
            Err(_) | Ok("" | "on") => "the feature `gpu` is off",
            Ok("off") => "SWATH_TEST_GPU=off",
            Ok(other) => panic!("SWATH_TEST_GPU={other} is not valid; use on or off"),
        };
        say(format_args!("{left_out}: the GPU tests are left out"));
        false
    })
}

/// Prints a line past the test runner, which keeps to itself what a passing test prints.
pub fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    // A closed stdout is no reason to fail.
    let _ = writeln!(std::io::stdout(), "{line}");
}
