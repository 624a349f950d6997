//! How many times faster Swath is than each rival: `cargo xtask bench`.
//!
//! The contestants of a race run in turn, round after round, so that whatever else the machine does meets them all
//! alike. The table gives medians, and their ratio.

use std::time::Duration;

use swath_benches::conditions::{cpu_name, rustc, today, version_of};
use swath_benches::{
    Contestant, ImageRaces, Race, SIZES, clouds, index_and_knn_races, is_timed, point_races, threads, turn,
};

/// What takes part in one run.
struct Selection {
    /// Timed rounds; fewer where runs are long.
    rounds: usize,
    images: Option<ImageRaces>,
    clouds: &'static [&'static str],
    /// Each k of the races for neighbours, index ready.
    knn: &'static [usize],
    /// Each k of those for index and neighbours together.
    index_and_knn: &'static [usize],
    /// Swath's executors, by name.
    executors: &'static [&'static str],
}

/// The table of the README.
const OVERVIEW: Selection = Selection {
    rounds: 7,
    images: Some(ImageRaces {
        works: &["gray_rgb", "threshold", "normalize"],
        sizes: &[(1920, 1080)],
        on_one_thread: false,
        on_every_executor: false,
    }),
    clouds: &["town", "autzen", "ign"],
    knn: &[16],
    index_and_knn: &[],
    executors: &["swath"],
};

/// Points alone, and more of them: a cloud in no order, few and many neighbours, and the SIMD level of most machines.
const POINTS: Selection = Selection {
    rounds: 3,
    images: None,
    clouds: &["autzen", "ign", "uniform_1m"],
    knn: &[8, 16, 32],
    index_and_knn: &[8, 16, 32],
    executors: &["swath", "avx2"],
};

/// Images alone: every work, in every size, with one thread and with all.
const IMAGES: Selection = Selection {
    rounds: 7,
    images: Some(ImageRaces { works: &[], sizes: &SIZES, on_one_thread: true, on_every_executor: false }),
    clouds: &[],
    knn: &[],
    index_and_knn: &[],
    executors: &["swath"],
};

/// The GPU beside the CPU, where there is one that `auto` would take: whether a result is worth its way back.
const GPU: Selection = Selection {
    rounds: 5,
    images: Some(ImageRaces {
        works: &["gray_rgb", "threshold", "normalize", "statistics", "resize_area"],
        sizes: &[(4096, 4096)],
        on_one_thread: false,
        on_every_executor: true,
    }),
    clouds: &["town", "autzen", "ign", "uniform_1m"],
    knn: &[16],
    index_and_knn: &[16],
    executors: &["swath", "gpu"],
};

fn main() {
    let asked = |what: &str| std::env::args().any(|argument| argument == what);
    let selections = [("points", &POINTS), ("images", &IMAGES), ("gpu", &GPU)];
    let selection = selections.iter().find(|(name, _)| asked(name)).map_or(&OVERVIEW, |(_, selection)| selection);
    let rounds = if is_timed() { selection.rounds } else { 1 };
    let images = selection.images.iter().flat_map(ImageRaces::races);
    let mut rows: Vec<String> = images.flat_map(|race| rows_of(race, selection, rounds)).collect();
    for cloud in clouds(selection.clouds) {
        let together = index_and_knn_races(&cloud, selection.index_and_knn);
        for race in point_races(&cloud, selection.knn).chain(together) {
            rows.extend(rows_of(race, selection, rounds));
        }
    }
    println!("{}\n", conditions(rounds));
    println!("| race | Swath | rival | its time | Swath is |\n|---|---:|---|---:|---:|");
    rows.iter().for_each(|row| println!("{row}"));
}

/// One row for each of Swath's executors and each rival of `race`; none where either is missing.
fn rows_of(mut race: Race<'_>, selection: &Selection, rounds: usize) -> Vec<String> {
    let is_selected = |name: &str| selection.executors.contains(&name);
    race.contestants.retain(|contestant| contestant.is_rival || is_selected(&contestant.name));
    if race.contestants.iter().all(|contestant| contestant.is_rival)
        || !race.contestants.iter().any(|contestant| contestant.is_rival)
    {
        return Vec::new();
    }
    eprintln!("{} ..", race.name);
    let medians = medians(&mut race.contestants, rounds);
    let (rivals, swath): (Vec<Timed<'_>>, Vec<_>) =
        race.contestants.iter().zip(medians).partition(|(contestant, _)| contestant.is_rival);
    let pairs = swath.iter().flat_map(|swath| rivals.iter().map(move |rival| (swath, rival)));
    pairs.map(|(swath, rival)| row(&race.name, swath, rival)).collect()
}

/// A contestant and its median.
type Timed<'a> = (&'a Contestant<'a>, Duration);

fn row(race: &str, (swath, time): &Timed<'_>, (rival, rival_time): &Timed<'_>) -> String {
    let ratio = rival_time.as_secs_f64() / time.as_secs_f64();
    let level = if swath.name == "swath" { String::new() } else { format!(" ({})", swath.name) };
    format!("| {race} | {}{level} | {} | {} | {ratio:.1}x |", millis(*time), rival.name, millis(*rival_time))
}

/// The median time of each contestant. One untimed run each comes first; every round starts with another one.
fn medians(contestants: &mut [Contestant<'_>], rounds: usize) -> Vec<Duration> {
    let mut times = vec![Vec::new(); contestants.len()];
    for contestant in contestants.iter_mut() {
        (contestant.run)();
    }
    for round in 0..rounds {
        for at in 0..contestants.len() {
            let runner = (round + at) % contestants.len();
            times[runner].push(turn(&mut contestants[runner].run).median);
        }
    }
    times.iter_mut().for_each(|times| times.sort_unstable());
    times.iter().map(|times| times[times.len() / 2]).collect()
}

fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    let digits = if millis < 1.0 { 3 } else { 2 };
    format!("{millis:.digits$} ms")
}

/// Machine, versions and date: without them a number says little.
fn conditions(rounds: usize) -> String {
    let device = swath::Device::cpu().expect("the CPU device");
    let versions =
        ["swath", "kiddo", "image", "imageproc", "kornia-imgproc"].map(|name| format!("{name} {}", version_of(name)));
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
