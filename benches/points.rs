//! Index, neighbours and features of point clouds, next to kiddo: `cargo bench -p swath-benches --bench points`.
//! Real clouds come from the folder that `SWATH_TEST_DATA` names.

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for cloud in swath_benches::clouds(&["town", "autzen", "ign", "uniform_1m"]) {
        for race in swath_benches::point_races(&cloud, &[16]) {
            swath_benches::time_with_criterion(&mut criterion, race);
        }
    }
    criterion.final_summary();
}
