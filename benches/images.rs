//! Image operations, each next to what a user would otherwise pick: `cargo bench -p swath-benches --bench images`.

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for race in swath_benches::image_races() {
        swath_benches::time_with_criterion(&mut criterion, race);
    }
    criterion.final_summary();
}
