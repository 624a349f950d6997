//! Whether this run measures, and how criterion does it.

use criterion::{Criterion, SamplingMode, Throughput};
use std::time::Duration;

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
