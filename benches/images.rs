//! Image operations, each next to what a user would otherwise pick: `cargo bench -p swath-benches --bench images`.

use criterion::Criterion;
use swath_benches::{ImageRaces, SIZES};

/// Everything, with one thread and with all, at every SIMD level.
const RACES: ImageRaces = ImageRaces { works: &[], sizes: &SIZES, on_one_thread: true, on_every_executor: true };

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for race in RACES.races() {
        swath_benches::time_with_criterion(&mut criterion, race);
    }
    criterion.final_summary();
}
