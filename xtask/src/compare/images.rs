//! `cargo xtask compare images`: image operations, beside how fast this machine copies memory.

use std::path::Path;
use std::process::Command;

use super::contestant::Contestant;
use super::findings::{Findings, millis};
use super::image_works::{ENGINES, PACKAGES, SIZES, WORKS, Work};
use super::race::{self, Entrant, Rules, Timed};
use super::setup;
use crate::process;

const THREADS: [usize; 2] = [1, 2];

/// Bytes must be equal. Pillow rounds otherwise, and floating-point numbers may differ in their last bits.
const RULES: Rules = Rules {
    rounds: 7,
    times: &["seconds"],
    checks: &[("digest", 0.0), ("mean", 1e-3), ("mean_square", 1e-3), ("mean_by_place", 1e-3)],
};

const HEAD: &str = "\
| work | size | threads | Swath | of the copy roof | rival | its time | Swath is |
|---|---|---:|---:|---:|---|---:|---:|";

/// Races in every size, and gives the table: of `works`, or of all where none is named.
pub fn table(works: &[&str]) -> Result<String, String> {
    let folder = setup::folder()?;
    let swath = setup::swath("compare-images")?;
    let written = process::output(Command::new(&swath).arg("write").arg(&folder).args(SIZES.map(|(size, _)| size)));
    written.ok_or("the pictures could not be written")?;
    let mut findings = Findings::default();
    let python = setup::python(&folder, "python-images", &PACKAGES);
    if let Err(reason) = &python {
        findings.left_out.push(format!("every rival: {reason}"));
    }
    let works: Vec<&Work> = WORKS.iter().filter(|work| works.is_empty() || works.contains(&work.name)).collect();
    let mut rows = vec![Vec::new(); works.len()];
    for (size, pixels) in SIZES {
        for threads in THREADS {
            let mut contestants = vec![start_swath(&swath, &folder, size, threads)?];
            if let Ok(python) = &python {
                contestants.extend(start_engines(python, &folder, size, threads, &mut findings));
            }
            contestants.iter().for_each(|contestant| findings.met(contestant));
            for (work, rows) in works.iter().zip(&mut rows) {
                if work.is_for_large && size != SIZES[SIZES.len() - 1].0 {
                    continue;
                }
                eprintln!("{}, {size}, {threads} threads ..", work.name);
                let bytes = work.bytes * pixels;
                let entrants = entrants(work, bytes, &contestants);
                let timed = race::run(&RULES, &mut contestants, entrants, &mut findings.left_out)?;
                let start = format!("| {} | {size} | {threads} |", work.title);
                rows.extend(cells(&timed, bytes).into_iter().map(|cells| format!("{start} {} |", cells.join(" | "))));
            }
        }
    }
    findings.rows = rows.concat();
    Ok(findings.to_markdown(&format!("medians of {} rounds", RULES.rounds), HEAD))
}

fn start_swath(swath: &Path, folder: &Path, size: &str, threads: usize) -> Result<Contestant, String> {
    let mut command = Command::new(swath);
    command.arg("run").arg(folder).args([size, &threads.to_string()]);
    Contestant::start("Swath", command)
}

/// The engines that can use so many threads.
fn start_engines(python: &Path, folder: &Path, size: &str, threads: usize, findings: &mut Findings) -> Vec<Contestant> {
    let mut started = Vec::new();
    for engine in ENGINES.iter().filter(|engine| threads == 1 || engine.is_parallel) {
        let mut command = Command::new(python);
        command.arg(setup::sources().join("image_peers.py")).arg(engine.argument);
        command.arg(folder).args([size, &threads.to_string()]);
        match Contestant::start(engine.name, command) {
            Ok(contestant) => started.push(contestant),
            Err(reason) => findings.left_out.push(format!("{}, {size}: {reason}", engine.name)),
        }
    }
    started
}

/// Swath at the work, Swath's program at copying as many bytes, and everyone who is there and does the work too.
fn entrants(work: &Work, bytes: f64, contestants: &[Contestant]) -> Vec<Entrant> {
    let entrant = |name: String, contestant, request: &str| Entrant {
        name,
        contestant,
        first: format!("check {request}"),
        request: format!("time {request}"),
    };
    let own = [entrant("Swath".into(), 0, work.name), entrant("copy".into(), 0, &format!("copy/{bytes}"))];
    let rivals = work.rivals.iter().filter_map(|rival| {
        let at = contestants.iter().position(|contestant| contestant.name == rival.engine)?;
        Some(entrant(format!("{} {}", rival.engine, rival.way), at, rival.request))
    });
    own.into_iter().chain(rivals).collect()
}

/// For each rival: Swath's median, its share of the roof, the rival's name, its median, and their ratio. Without a
/// rival, Swath alone.
fn cells(timed: &[Timed], bytes: f64) -> Vec<[String; 5]> {
    let [swath, copy, rivals @ ..] = timed else { return Vec::new() };
    let (Some(own), Some(roof)) = (swath.median("seconds"), copy.least("least")) else { return Vec::new() };
    let share = format!("{:.0} % of {:.1} GB/s", 100.0 * roof / own, bytes / roof / 1e9);
    let cells = |rival: String, its: String, ratio: String| [digits(own), share.clone(), rival, its, ratio];
    if rivals.is_empty() {
        return vec![cells("".into(), "".into(), "".into())];
    }
    let row = |rival: &Timed| {
        let its = rival.median("seconds")?;
        Some(cells(rival.name.clone(), digits(its), format!("{:.2}x", its / own)))
    };
    rivals.iter().filter_map(row).collect()
}

/// A time with three digits that count, about.
fn digits(seconds: f64) -> String {
    millis(seconds, if seconds < 1e-3 { 3 } else { 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(name: &str, lines: &[&str]) -> Timed {
        Timed::new(name, lines.iter().map(|line| line.parse().unwrap()).collect())
    }

    #[test]
    fn a_row_has_the_share_of_the_roof_and_the_ratio() {
        let swath = timed("Swath", &["seconds=0.002 least=0.001", "seconds=0.004 least=0.001", "seconds=0.002"]);
        let copy = timed("copy", &["seconds=0.0016 least=0.001", "seconds=0.0016 least=0.0015"]);
        let rival = timed("OpenCV cvtColor", &["seconds=0.0034"]);
        let share = "50 % of 40.0 GB/s";
        let expected = ["2.00 ms", share, "OpenCV cvtColor", "3.40 ms", "1.70x"].map(String::from);
        assert_eq!(cells(&[swath, copy, rival], 4e7), [expected]);
        let alone = [timed("Swath", &["seconds=0.0005"]), timed("copy", &["least=0.00025"])];
        assert_eq!(cells(&alone, 1e7), [["0.500 ms", "50 % of 40.0 GB/s", "", "", ""].map(String::from)]);
    }

    #[test]
    fn every_rival_belongs_to_an_engine() {
        for rival in WORKS.iter().flat_map(|work| work.rivals) {
            assert!(ENGINES.iter().any(|engine| engine.name == rival.engine), "{}", rival.engine);
        }
    }
}
