//! `cargo xtask compare`: Swath and the engines outside Rust, as ratios of one interleaved run.
//!
//! Each engine is a program that waits for requests on its standard input, so that all take part in one run: every
//! round asks each in turn. The programs are those of `benches/compare`.

mod contestant;
mod findings;
mod image_works;
mod images;
mod point_peers;
mod points;
mod race;
mod setup;

use std::process::ExitCode;

use crate::{Outcome, markers, usage_error};

const USAGE: &str = "\
usage: cargo xtask compare points [--docs]
       cargo xtask compare images [--docs | WORK..]

  points   race Swath against nanoflann with Eigen, pgeof, jakteristics and PDAL
  images   race Swath against OpenCV, Pillow and ONNX Runtime, and measure how fast this machine copies memory;
           WORK is a work by its name, such as gray_rgb
  --docs   put the table into docs/compare.md or docs/compare-images.md too, between its marker lines

The engines are built or fetched into target/compare; what cannot be had is left out, and the reason told.";

/// Prints the table; with `--docs` it goes into the documentation too.
pub fn run(args: &[&str]) -> Outcome {
    match args {
        [] => println!("{USAGE}"),
        ["points"] => println!("\n{}", points::table()?),
        ["points", "--docs"] => document("points", "docs/compare.md", &points::table()?)?,
        ["images", "--docs"] => document("images", "docs/compare-images.md", &images::table(&[])?)?,
        ["images", works @ ..] => match works.iter().find(|work| !image_works::is_one(work)) {
            None => println!("\n{}", images::table(works)?),
            Some(unknown) => return Ok(usage_error(&image_works::unknown(unknown), USAGE)),
        },
        _ => return Ok(usage_error(&format!("there is no comparison `{}`", args.join(" ")), USAGE)),
    }
    Ok(ExitCode::SUCCESS)
}

fn document(what: &str, file: &str, table: &str) -> Result<(), String> {
    println!("\n{table}");
    markers::fill(file, &format!("cargo xtask compare {what} --docs"), table)
}
