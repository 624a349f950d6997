//! `cargo xtask compare points`: Swath and the point-cloud engines outside Rust, as ratios of one interleaved run.
//!
//! Each engine is a program that waits for requests on its standard input, so that all take part in one run: every
//! round asks each in turn. The programs are those of `benches/compare`.

mod contestant;
mod peers;
mod race;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::{Outcome, markers, process, usage_error};
use contestant::Contestant;
use peers::Peer;

const USAGE: &str = "\
usage: cargo xtask compare points [--docs]

  points   race Swath against nanoflann with Eigen, pgeof, jakteristics and PDAL, built or fetched into target/compare;
           what cannot be had is left out, and the reason told
  --docs   put the table into docs/compare.md too, between its marker lines";

const CLOUDS: [&str; 3] = ["autzen", "ign", "uniform_1m"];
const THREADS: [usize; 2] = [1, 2];
const REQUESTS: [&str; 4] = ["knn 8", "knn 16", "knn 32", "features 16"];

const HEAD: &str = "\
| cloud | threads | k | work | Swath | rival | its time | Swath is |
|---|---:|---:|---|---:|---|---:|---:|";

/// Prints the table; with `--docs` it goes into the documentation too.
pub fn run(args: &[&str]) -> Outcome {
    match args {
        ["points"] => println!("\n{}", table()?),
        ["points", "--docs"] => {
            let table = table()?;
            println!("\n{table}");
            markers::fill("docs/compare.md", "cargo xtask compare points --docs", &table)?;
        }
        [] => println!("{USAGE}"),
        _ => return Ok(usage_error(&format!("there is no comparison `{}`", args.join(" ")), USAGE)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Everything that one run found out.
#[derive(Default)]
struct Findings {
    /// What each contestant said of itself, once each.
    versions: Vec<String>,
    rows: Vec<String>,
    /// Who did not take part, where, and why.
    left_out: Vec<String>,
}

fn table() -> Result<String, String> {
    let folder = process::target().join("compare");
    std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let swath = swath()?;
    let written = process::output(Command::new(&swath).arg("write").arg(&folder).args(CLOUDS));
    let written = written.ok_or("the clouds could not be written")?;
    let (peers, left_out) = peers::prepare(&folder);
    let mut findings = Findings { left_out, ..Findings::default() };
    for cloud in CLOUDS {
        if written.lines().any(|line| line == cloud) {
            race_on(cloud, &folder, &swath, &peers, &mut findings)?;
        } else {
            findings.left_out.push(format!("{cloud}: SWATH_TEST_DATA names no folder with its file"));
        }
    }
    Ok(findings.to_markdown())
}

/// Swath's own program.
fn swath() -> Result<PathBuf, String> {
    let build = process::run(&mut process::cargo(&[
        "build",
        "--quiet",
        "--release",
        "--package",
        "swath-benches",
        "--bin",
        "compare",
    ]))?;
    match build {
        ExitCode::SUCCESS => Ok(process::target().join("release/compare")),
        _ => Err("Swath's contestant could not be built".into()),
    }
}

fn race_on(cloud: &str, folder: &Path, swath: &Path, peers: &[Peer], findings: &mut Findings) -> Result<(), String> {
    let points = folder.join(cloud).with_extension("f32");
    for threads in THREADS {
        let mut own = Command::new(swath);
        own.args(["run", cloud, &threads.to_string()]);
        let mut field = vec![(REQUESTS.as_slice(), Contestant::start("Swath", own)?)];
        for peer in peers.iter().filter(|peer| peer.clouds.contains(&cloud)) {
            match Contestant::start(peer.name, peer.command(&points, threads)) {
                Ok(contestant) => field.push((peer.requests, contestant)),
                Err(reason) => findings.left_out.push(format!("{}, {cloud}: {reason}", peer.name)),
            }
        }
        field.iter().for_each(|(_, contestant)| findings.met(contestant));
        for request in REQUESTS {
            eprintln!("{cloud}, {threads} threads, {request} ..");
            let takes_part = field.iter_mut().filter(|(requests, _)| requests.contains(&request));
            let takes_part = takes_part.map(|(_, contestant)| contestant).collect();
            let k = request.split_whitespace().last().unwrap_or_default();
            for [work, own, rival, its, ratio] in race::run(takes_part, request, &mut findings.left_out)? {
                findings
                    .rows
                    .push(format!("| {cloud} | {threads} | {k} | {work} | {own} | {rival} | {its} | {ratio} |"));
            }
        }
    }
    Ok(())
}

impl Findings {
    fn met(&mut self, contestant: &Contestant) {
        if !self.versions.contains(&contestant.versions) {
            self.versions.push(contestant.versions.clone());
        }
    }

    fn to_markdown(&self) -> String {
        let (rounds, slow, fewer) = (race::ROUNDS, race::SLOW_SECONDS, race::ROUNDS.div_ceil(2));
        let versions = self.versions.join("; ");
        let conditions = format!("{versions}; medians of {rounds} rounds, of {fewer} for who takes over {slow} s.");
        let left_out = self.left_out.iter().map(|reason| format!("\n* Left out: {reason}"));
        let left_out: String = left_out.collect();
        let gap = if left_out.is_empty() { "" } else { "\n" };
        format!("{conditions}\n\n{HEAD}\n{}{gap}{left_out}", self.rows.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_who_was_left_out_and_why() {
        let findings = Findings {
            versions: vec!["swath 0.1.0".into(), "pgeof 0.3.4".into()],
            rows: vec!["| ign | ..".into()],
            left_out: vec!["PDAL: there is no program `pdal`".into()],
        };
        let markdown = findings.to_markdown();
        assert!(
            markdown.starts_with("swath 0.1.0; pgeof 0.3.4; medians of 5 rounds, of 3 for who takes over 3 s.\n\n|")
        );
        assert!(markdown.ends_with("|---:|\n| ign | ..\n\n* Left out: PDAL: there is no program `pdal`"), "{markdown}");
    }
}
