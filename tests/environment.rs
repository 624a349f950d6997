//! The `SWATH_*` variables, and machines without a driver: each case in a child process of its own, because variables
//! belong to the whole process.

#[path = "support/mod.rs"]
mod support;

use std::process::Command;

use swath::{Device, SimdLevel};

use support::executors;

/// Set in the child, which then opens a device and prints what came of it.
const CHILD: &str = "SWATH_TEST_CHILD";

/// What a child said.
struct Answer {
    /// `device: ..` with its description, or `error: ..` with the message.
    outcome: String,
    stderr: String,
}

/// Opens a device as [`Device::new`] does with these variables.
fn open_with(variables: &[(&str, &str)]) -> Answer {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_child_opens_a_device", "--nocapture"]);
    for name in ["SWATH_DEVICE", "SWATH_ADAPTER", "SWATH_SIMD", "SWATH_THREADS", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    let output = command.env(CHILD, "1").envs(variables.iter().copied()).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "the child failed: {stdout}\n{stderr}");
    let line = stdout.lines().find_map(|line| line.split_once("outcome ").map(|(_, outcome)| outcome.to_owned()));
    Answer { outcome: line.unwrap_or_else(|| panic!("no outcome in {stdout}")), stderr }
}

#[test]
fn the_child_opens_a_device() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    match Device::new() {
        Ok(device) => {
            let cloud = device.points(&[[0.0; 3], [1.0; 3]]).unwrap();
            assert_eq!(cloud.len(), 2);
            let image = device.image(swath::ImageView::<swath::Gray8>::new(&[3], 1, 1).unwrap()).unwrap();
            assert_eq!(image.read().wait().unwrap().as_slice(), [3]);
            println!("\noutcome device: {}", device.info());
        }
        Err(error) => println!("\noutcome error: {error}"),
    }
}

#[test]
fn a_wrong_variable_is_named_with_what_it_takes() {
    let expect = |variable: &str, value: &str, allowed: &str| {
        let expected = format!("error: {variable}={value} is not valid; use {allowed}");
        assert_eq!(open_with(&[(variable, value)]).outcome, expected);
    };
    for value in ["tpu", "GPU", "cpu ", "vulkan"] {
        expect("SWATH_DEVICE", value, "auto, gpu or cpu");
    }
    for value in ["0", "-1", "two", "1.5", "1025", "99999999999999999999"] {
        expect("SWATH_THREADS", value, "a whole number from 1 to 1024");
    }
    if cfg!(target_arch = "x86_64") {
        for value in ["avx3", "neon", "simd128", "AVX2"] {
            expect("SWATH_SIMD", value, "none, sse2, sse4.2, avx2 or avx512");
        }
    }
    // A wrong variable is an error also beside a right one.
    let both = open_with(&[("SWATH_DEVICE", "cpu"), ("SWATH_THREADS", "x")]);
    assert!(both.outcome.starts_with("error: SWATH_THREADS=x"), "{}", both.outcome);
}

#[test]
fn the_variables_decide_what_is_opened() {
    let device = |variables: &[(&str, &str)]| open_with(variables).outcome;
    let plain = device(&[("SWATH_DEVICE", "cpu"), ("SWATH_SIMD", "none"), ("SWATH_THREADS", "2")]);
    let threads = if cfg!(feature = "parallel") { "2 threads" } else { "1 thread" };
    assert_eq!(plain, format!("device: CPU with no SIMD and {threads}, because the CPU was asked for"));
    for level in SimdLevel::available() {
        let name = level.name();
        let text = device(&[("SWATH_DEVICE", "cpu"), ("SWATH_SIMD", name)]);
        let expected = if level == SimdLevel::None { "no SIMD".into() } else { format!("{name} SIMD") };
        assert!(text.contains(&format!("CPU with {expected} and")), "{text}");
    }
    let empty = device(&[("SWATH_DEVICE", ""), ("SWATH_ADAPTER", ""), ("SWATH_SIMD", ""), ("SWATH_THREADS", "")]);
    assert_eq!(empty, device(&[]));
}

#[test]
fn a_gpu_can_be_asked_for_by_kind_and_by_name() {
    let Some(gpu) = executors::the_gpu() else { return };
    let name = &gpu.info().name;
    let asked = open_with(&[("SWATH_DEVICE", "gpu")]).outcome;
    assert!(asked.starts_with(&format!("device: {name} through ")), "{asked}");
    assert!(asked.contains("because a GPU was asked for"), "{asked}");
    let part = &name.to_lowercase()[..4];
    let named = open_with(&[("SWATH_ADAPTER", part)]).outcome;
    assert!(named.ends_with(&format!("because it matches the adapter name {part:?} that was asked for")), "{named}");
    let missing = open_with(&[("SWATH_ADAPTER", "no such card")]).outcome;
    let start = "error: an adapter with \"no such card\" in its name was asked for, but the adapters are ";
    assert!(missing.starts_with(start) && missing.contains(name.as_str()), "{missing}");
}

#[cfg(target_os = "linux")]
mod without_a_driver {
    use super::*;

    /// Hides every Vulkan driver from the loader.
    const NO_VULKAN: [(&str, &str); 2] = [("VK_DRIVER_FILES", "/nowhere.json"), ("VK_ICD_FILENAMES", "/nowhere.json")];

    fn answer(more: &[(&str, &str)]) -> Answer {
        open_with(&[&NO_VULKAN[..], more].concat())
    }

    #[test]
    fn auto_takes_the_cpu_and_says_why_and_is_quiet() {
        let answer = answer(&[]);
        assert!(answer.outcome.starts_with("device: CPU with "), "{}", answer.outcome);
        let (_, reason) = answer.outcome.split_once("because ").unwrap();
        assert!(reason.starts_with("no GPU was found") || reason.contains("without its feature"), "{reason}");
        let stderr = answer.stderr.to_lowercase();
        assert!(!["swath", "wgpu", "panic"].iter().any(|word| stderr.contains(word)), "{}", answer.stderr);
    }

    #[test]
    fn a_gpu_that_is_demanded_is_an_error_that_says_how_to_get_one() {
        let outcome = answer(&[("SWATH_DEVICE", "gpu")]).outcome;
        let expected = if cfg!(feature = "gpu") {
            "error: a GPU was asked for, but no adapter was found; install a Vulkan driver (on Debian and Ubuntu, \
             mesa-vulkan-drivers has one that needs no hardware), or ask for the CPU"
        } else {
            "error: a GPU was asked for, but Swath was built without its feature `gpu`; enable it, or ask for the CPU"
        };
        assert_eq!(outcome, expected);
        let named = answer(&[("SWATH_ADAPTER", "radeon")]).outcome;
        assert!(named.starts_with("error: ") && named.contains("but "), "{named}");
    }
}
