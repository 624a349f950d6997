//! Numbers to mean 0 and deviation 1, by their own statistics.

use std::rc::Rc;

use super::Setting;
use crate::races::Race;
use crate::rivals::loops;

pub fn numbers(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("standardize"), setting.pool());
    let picture = Rc::clone(&setting.picture);
    let mut standardized = vec![0.0; picture.pixels()];
    race.rival("loop", move || {
        let numbers = picture.numbers.as_slice();
        pool.install(|| loops::standardize(numbers, &mut standardized));
    });
    race
}
