//! `cargo xtask compare points`: neighbours and shape features of point clouds.

use std::path::Path;
use std::process::Command;

use super::contestant::Contestant;
use super::findings::{Findings, millis};
use super::point_peers::{self, Peer};
use super::race::{self, Entrant, Rules, Timed};
use super::setup;
use crate::process;

const CLOUDS: [&str; 3] = ["autzen", "ign", "uniform_1m"];
const THREADS: [usize; 2] = [1, 2];
const REQUESTS: [&str; 4] = ["knn 8", "knn 16", "knn 32", "features 16"];

const RULES: Rules = Rules {
    rounds: 5,
    times: &["knn", "index+knn", "index+knn+features", "features"],
    checks: &[("kth_squared_distance", 1e-6), ("linearity", 1e-3), ("normal_z", 1e-3), ("neighbors", 1e-2)],
};

/// What each time covers.
const COVERS: [(&str, &str); 4] = [
    ("knn", "neighbours, index ready"),
    ("index+knn", "index, neighbours"),
    ("index+knn+features", "index, neighbours, features"),
    ("features", "features, neighbours given"),
];

const HEAD: &str = "\
| cloud | threads | k | work | Swath | rival | its time | Swath is |
|---|---:|---:|---|---:|---|---:|---:|";

/// Races on every cloud that is there, and gives the table.
pub fn table() -> Result<String, String> {
    let folder = setup::folder()?;
    let swath = setup::swath("compare-points")?;
    let written = process::output(Command::new(&swath).arg("write").arg(&folder).args(CLOUDS));
    let written = written.ok_or("the clouds could not be written")?;
    let (peers, left_out) = point_peers::prepare(&folder);
    let mut findings = Findings { left_out, ..Findings::default() };
    for cloud in CLOUDS {
        if written.lines().any(|line| line == cloud) {
            race_on(cloud, &folder, &swath, &peers, &mut findings)?;
        } else {
            findings.left_out.push(format!("{cloud}: SWATH_TEST_DATA names no folder with its file"));
        }
    }
    let (rounds, slow, fewer) = (RULES.rounds, race::SLOW_SECONDS, RULES.rounds.div_ceil(2));
    let how = format!("medians of {rounds} rounds, of {fewer} for who takes over {slow} s");
    Ok(findings.to_markdown(&how, HEAD))
}

/// Races on one cloud, with one thread and with several.
fn race_on(cloud: &str, folder: &Path, swath: &Path, peers: &[Peer], findings: &mut Findings) -> Result<(), String> {
    let points = folder.join(cloud).with_extension("f32");
    for threads in THREADS {
        let mut own = Command::new(swath);
        own.args(["run", cloud, &threads.to_string()]);
        let mut contestants = vec![Contestant::start("Swath", own)?];
        let mut takes = vec![REQUESTS.as_slice()];
        for peer in peers.iter().filter(|peer| peer.clouds.contains(&cloud)) {
            match Contestant::start(peer.name, peer.command(&points, threads)) {
                Ok(contestant) => {
                    contestants.push(contestant);
                    takes.push(peer.requests);
                }
                Err(reason) => findings.left_out.push(format!("{}, {cloud}: {reason}", peer.name)),
            }
        }
        contestants.iter().for_each(|contestant| findings.met(contestant));
        for request in REQUESTS {
            eprintln!("{cloud}, {threads} threads, {request} ..");
            let takers = (0..contestants.len()).filter(|&at| takes[at].contains(&request));
            let entrant = |contestant: usize| {
                let (first, request) = (request.to_owned(), request.to_owned());
                Entrant { name: contestants[contestant].name.into(), contestant, first, request }
            };
            let entrants = takers.map(entrant).collect();
            let timed = race::run(&RULES, &mut contestants, entrants, &mut findings.left_out)?;
            let k = request.split_whitespace().last().unwrap_or_default();
            for [work, own, rival, its, ratio] in rows(&timed) {
                findings
                    .rows
                    .push(format!("| {cloud} | {threads} | {k} | {work} | {own} | {rival} | {its} | {ratio} |"));
            }
        }
    }
    Ok(())
}

/// For each peer and each time that both it and Swath took: what it covers, Swath's median, the peer's name, its
/// median, and their ratio.
fn rows(timed: &[Timed]) -> Vec<[String; 5]> {
    let Some((swath, peers)) = timed.split_first() else { return Vec::new() };
    let row = |peer: &Timed, &(time, covers): &(&str, &str)| {
        let (own, its) = (swath.median(time)?, peer.median(time)?);
        Some([covers.into(), millis(own, 0), peer.name.clone(), millis(its, 0), format!("{:.2}x", its / own)])
    };
    peers.iter().flat_map(|peer| COVERS.iter().filter_map(move |covers| row(peer, covers))).collect()
}
