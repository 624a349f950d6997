//! `cargo xtask bench`: the race against the rivals, as ratios of one interleaved run.

use std::process::{Command, ExitCode};

use crate::{Outcome, markers, process, usage_error};

const USAGE: &str = "\
usage: cargo xtask bench [points|images|gpu|--readme]

  points     points alone, with more clouds, more numbers of neighbours and one more SIMD level
  images     images alone, in more sizes, with one thread and with all
  gpu        the best GPU beside the CPU
  --readme   put the table into README.md too, between its marker lines";

/// Runs `benches/ratios.rs` and prints its table.
pub fn run(args: &[&str]) -> Outcome {
    match args {
        [] => process::run(&mut ratios()),
        ["points" | "images" | "gpu"] => process::run(ratios().arg("--").args(args)),
        ["--readme"] => write_readme(),
        _ => Ok(usage_error(&format!("bench does not take `{}`", args.join(" ")), USAGE)),
    }
}

fn ratios() -> Command {
    if std::env::var_os("SWATH_TEST_DATA").is_none() {
        println!("SWATH_TEST_DATA is not set: races on real files are left out");
    }
    process::cargo(&["bench", "--package", "swath-benches", "--bench", "ratios"])
}

fn write_readme() -> Outcome {
    let table = process::output(&mut ratios()).ok_or("the race failed: see `cargo xtask bench`")?;
    println!("{table}");
    markers::fill("README.md", "cargo xtask bench --readme", &table)?;
    Ok(ExitCode::SUCCESS)
}
