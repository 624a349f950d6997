//! How many times faster Swath is than each rival: `cargo xtask bench`.
//!
//! The contestants of a race run in turn, round after round, so that whatever else the machine does meets them all
//! alike. The table gives medians, and their ratio.

use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use swath_benches::{Contestant, Race, clouds, image_races, is_timed, point_races, threads};

const ROUNDS: usize = 7;

fn main() {
    let rounds = if is_timed() { ROUNDS } else { 1 };
    let mut rows: Vec<String> = image_races().into_iter().flat_map(|race| rows_of(race, rounds)).collect();
    for cloud in clouds() {
        rows.extend(point_races(&cloud).into_iter().flat_map(|race| rows_of(race, rounds)));
    }
    println!("{}\n", conditions(rounds));
    println!("| race | Swath | rival | its time | Swath is |\n|---|---:|---|---:|---:|");
    rows.iter().for_each(|row| println!("{row}"));
}

/// One row for each rival of `race`; none where there is no rival.
fn rows_of(mut race: Race<'_>, rounds: usize) -> Vec<String> {
    race.contestants.retain(|contestant| contestant.is_rival || contestant.name == "swath");
    if race.contestants.len() < 2 {
        return Vec::new();
    }
    eprintln!("{} ..", race.name);
    let medians = medians(&mut race.contestants, rounds);
    let swath = medians[0];
    let rivals = race.contestants.iter().zip(&medians).skip(1);
    let row = |(rival, median): (&Contestant<'_>, &Duration)| {
        let ratio = median.as_secs_f64() / swath.as_secs_f64();
        format!("| {} | {} | {} | {} | {ratio:.1}x |", race.name, millis(swath), rival.name, millis(*median))
    };
    rivals.map(row).collect()
}

/// The median time of each contestant. One untimed run each comes first; every round starts with another one.
fn medians(contestants: &mut [Contestant<'_>], rounds: usize) -> Vec<Duration> {
    let mut times = vec![Vec::new(); contestants.len()];
    for contestant in contestants.iter_mut() {
        (contestant.run)();
    }
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            let runner = (round + turn) % contestants.len();
            let start = Instant::now();
            let result = (contestants[runner].run)();
            times[runner].push(start.elapsed());
            drop(result);
        }
    }
    times.iter_mut().for_each(|times| times.sort_unstable());
    times.iter().map(|times| times[times.len() / 2]).collect()
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// Machine, versions and date: without them a number says little.
fn conditions(rounds: usize) -> String {
    let device = swath::Device::cpu().expect("the CPU device");
    let versions = ["swath", "kiddo", "image", "imageproc"].map(|name| format!("{name} {}", version_of(name)));
    format!(
        "{}, {} SIMD, {} threads; {}; {}; {}; medians of {rounds} rounds.",
        cpu_name(),
        device.info().simd.name(),
        threads(),
        versions.join(", "),
        rustc(),
        today(),
    )
}

fn cpu_name() -> String {
    let described = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = described.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.into(), |(_, name)| name.into())
}

fn rustc() -> String {
    let output = Command::new("rustc").arg("--version").output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    version.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

/// The version that the lock file holds for the package `name`.
fn version_of(name: &str) -> &'static str {
    let entry = format!("name = \"{name}\"\nversion = \"");
    let version = include_str!("../Cargo.lock").split_once(&entry).and_then(|(_, rest)| rest.split_once('"'));
    version.map_or("of unknown version", |(version, _)| version)
}

/// Today's date in UTC. Days to year, month, day: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn today() -> String {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}
