//! `cargo xtask bench`: the race against the rivals, as ratios of one interleaved run.

use crate::{Outcome, process};

/// Runs `benches/ratios.rs`; `args` go to it.
pub fn run(args: &[&str]) -> Outcome {
    if std::env::var_os("SWATH_TEST_DATA").is_none() {
        println!("SWATH_TEST_DATA is not set: races on real files are left out");
    }
    process::run(&mut process::cargo(
        &[&["bench", "--package", "swath-benches", "--bench", "ratios", "--"], args].concat(),
    ))
}
