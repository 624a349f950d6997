//! `cargo xtask bench`: the race against the rivals, as ratios of one interleaved run.

use std::process::{Command, ExitCode};

use crate::{Outcome, process, usage_error};

const USAGE: &str = "\
usage: cargo xtask bench [--readme]

  --readme   put the table into README.md too, between its marker lines";

/// The README's lines around the table.
const BEGIN: &str = "<!-- begin: cargo xtask bench --readme -->\n";
const END: &str = "<!-- end -->\n";

/// Runs `benches/ratios.rs` and prints its table.
pub fn run(args: &[&str]) -> Outcome {
    match args {
        [] => process::run(&mut ratios()),
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
    let path = process::root().join("README.md");
    let readme = std::fs::read_to_string(&path).map_err(|error| format!("cannot read README.md: {error}"))?;
    let table = process::output(&mut ratios()).ok_or("the race failed: see `cargo xtask bench`")?;
    println!("{table}");
    let readme = between_markers(&readme, &table).ok_or(format!("README.md has no lines {BEGIN}and {END}"))?;
    std::fs::write(&path, readme).map_err(|error| format!("cannot write README.md: {error}"))?;
    Ok(ExitCode::SUCCESS)
}

/// `text` with `table` in place of whatever stood between the markers; none where there are no markers.
fn between_markers(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_takes_the_place_of_the_old_one() {
        let text = format!("# Title\n\n{BEGIN}old\nrows\n{END}\nMore.\n");
        let expected = format!("# Title\n\n{BEGIN}new\n{END}\nMore.\n");
        assert_eq!(between_markers(&text, "new"), Some(expected));
        assert_eq!(between_markers("# Title\n", "new"), None);
    }
}
