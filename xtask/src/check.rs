//! `cargo xtask check ..`: checks of the library for other targets.

use std::process::ExitCode;

use crate::{Outcome, usage_error, wasm};

const USAGE: &str = "\
usage: cargo xtask check WHAT

  wasm   type-check the library for wasm32-unknown-unknown with each set of features that the browser may use";

/// Runs the check that `args` name, or lists them.
pub fn run(args: &[&str]) -> Outcome {
    match args {
        [] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        ["wasm"] => wasm::run(),
        _ => Ok(usage_error(&format!("there is no check `{}`", args.join(" ")), USAGE)),
    }
}
