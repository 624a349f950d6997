//! `cargo xtask test`: a Vulkan driver, then the whole suite.

use crate::vulkan::{self, Problem};
use crate::{Outcome, packages, process};

/// Everything but the benches, which `cargo test --benches -p swath-benches` runs.
const SUITE: [&str; 4] = ["test", "--workspace", "--exclude", "swath-benches"];

/// How to get a software driver on Linux systems without apt.
const HOW_TO_INSTALL: &str = "\
install a Vulkan loader and driver; a software one will do:
  Debian, Ubuntu   apt-get install mesa-vulkan-drivers libvulkan1
  Fedora           dnf install mesa-vulkan-drivers vulkan-loader
  Arch             pacman -S vulkan-swrast vulkan-icd-loader
  Alpine           apk add mesa-vulkan-swrast vulkan-loader
or leave the GPU tests out with SWATH_TEST_GPU=off";

/// Runs the suite, or with `args` what `cargo test ARGS` selects of it.
pub fn run(args: &[&str]) -> Outcome {
    ensure_gpu()?;
    match std::env::var_os("SWATH_TEST_DATA") {
        Some(folder) => println!("Test data: {}", folder.display()),
        None => println!("SWATH_TEST_DATA is not set: tests on real files are left out"),
    }
    if !args.is_empty() {
        return process::run(&mut process::cargo(&[&SUITE, args].concat()));
    }
    // Cargo runs an example's own tests only when asked for, and documentation tests only alone.
    let targets = ["--lib", "--bins", "--tests", "--examples"];
    let documentation = ["--exclude", "xtask", "--doc"];
    process::run_all([
        process::cargo(&[&SUITE[..], &targets].concat()),
        process::cargo(&[&SUITE[..], &documentation].concat()),
    ])
}

/// Sees to it that wgpu will find an adapter. Metal and DirectX come with their systems, so only Linux needs a look.
fn ensure_gpu() -> Result<(), String> {
    if std::env::var("SWATH_TEST_GPU").as_deref() == Ok("off") {
        println!("SWATH_TEST_GPU=off: the GPU tests are left out");
        return Ok(());
    }
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    match vulkan::look() {
        Ok(()) => println!("Vulkan: loader and driver are here"),
        Err(Problem::Misdirected(what)) => return Err(what),
        Err(Problem::Missing(what)) => {
            println!("Vulkan: {what}");
            packages::install(&["mesa-vulkan-drivers", "libvulkan1"])
                .map_err(|why| format!("{what}, and {why}; {HOW_TO_INSTALL}"))?;
            vulkan::look().map_err(|problem| format!("installed a Vulkan driver, and still: {problem:?}"))?;
        }
    }
    Ok(())
}
