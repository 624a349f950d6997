//! Whether this run measures, and how: by turns, or by criterion.

use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode, Throughput};

use crate::Race;

/// True under `cargo bench`, false under `cargo test --benches`, where everything runs once on small inputs.
/// Cargo tells the two apart by this argument, and criterion goes by it too.
pub fn is_timed() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// Makes one criterion group of `race`, with one bench for each contestant. Results are dropped outside the clock.
pub fn time_with_criterion(criterion: &mut Criterion, race: Race<'_>) {
    let mut group = criterion.benchmark_group(&race.name);
    group.throughput(Throughput::Elements(race.elements));
    group.sampling_mode(SamplingMode::Flat).sample_size(10).warm_up_time(Duration::from_secs(1));
    for mut contestant in race.contestants {
        group.bench_function(&contestant.name, |bencher| bencher.iter_with_large_drop(|| (contestant.run)()));
    }
    group.finish();
}

/// A turn is over after so long; a run that takes longer is a turn of its own.
const TURN: Duration = Duration::from_millis(20);

/// The times of one contestant's runs in a row.
pub struct Turn {
    /// The median; the upper one of two.
    pub median: Duration,
    /// The shortest.
    pub least: Duration,
}

/// Runs `work` over and over for a moment, so that short runs are timed with their memory and threads as a program has
/// them that does nothing else. The first run is left out where it is not the only one; results are dropped outside the
/// clock.
pub fn turn<T>(mut work: impl FnMut() -> T) -> Turn {
    let mut run = || {
        let start = Instant::now();
        let result = work();
        let time = start.elapsed();
        drop(result);
        time
    };
    let mut times = vec![run()];
    if times[0] < TURN {
        times.clear();
        let start = Instant::now();
        while times.is_empty() || start.elapsed() < TURN {
            times.push(run());
        }
    }
    times.sort_unstable();
    Turn { median: times[times.len() / 2], least: times[0] }
}
