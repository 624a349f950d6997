//! Numbers to mean 0 and deviation 1, by their own statistics.

use super::{Setting, assert_close};
use crate::executors::Executor;
use crate::races::Race;
use crate::rivals::loops;
use crate::works;

/// How far two ways of rounding `(number - mean) / deviation` may lie apart.
const BOUND: f64 = 2e-6;

pub fn numbers(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("standardize"), setting.pool());
    let picture = &setting.picture;
    let numbers = picture.numbers.clone();
    let mut standardized = vec![0.0; picture.pixels()];
    pool.install(|| loops::standardize(&numbers, &mut standardized));
    for Executor { name, device } in setting.executors {
        let shape = [picture.height(), picture.width()];
        let tensor = device.tensor(&numbers, &shape).expect("a tensor");
        assert_close(name, works::standardize(&tensor).as_slice(), &standardized, BOUND);
        race.swath(name, move || works::standardize(&tensor));
    }
    race.rival("loop", move || pool.install(|| loops::standardize(&numbers, &mut standardized)));
    race
}
