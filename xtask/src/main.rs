//! Project tasks that need more than one cargo command. `cargo xtask` alone lists them.

mod bench;
mod check;
mod compare;
mod markers;
mod packages;
mod process;
mod test;
mod vulkan;
mod wasm;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK

  test [ARGS..]     make sure that there is a Vulkan driver, then run the whole suite on the CPU and the GPU;
                    with ARGS, only what `cargo test ARGS` selects
  check wasm        type-check the library for wasm32-unknown-unknown, as the browser will use it
  bench [--readme]  race Swath against its rivals in one run and print a markdown table of ratios;
                    with --readme, put it into README.md too; `bench points` and `bench images` race longer, on one alone
  compare points    race Swath against point-cloud engines of other languages, and print such a table;
                    with --docs, put it into docs/compare.md too
  compare images    the same for images, beside how fast this machine copies memory; docs/compare-images.md";

/// What a task ends with: the exit code of the work it ran, or the reason why that work could not start.
type Outcome = Result<ExitCode, String>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test", rest @ ..] => test::run(rest),
        ["check", rest @ ..] => check::run(rest),
        ["bench", rest @ ..] => bench::run(rest),
        ["compare", rest @ ..] => compare::run(rest),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        [unknown, ..] => return usage_error(&format!("there is no task `{unknown}`"), USAGE),
    };
    outcome.unwrap_or_else(|reason| {
        eprintln!("xtask: {reason}");
        ExitCode::FAILURE
    })
}

/// Prints what was wrong and what there is; exit code 2, as for any wrong command line.
fn usage_error(problem: &str, usage: &str) -> ExitCode {
    eprintln!("xtask: {problem}\n\n{usage}");
    ExitCode::from(2)
}
