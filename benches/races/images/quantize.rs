//! Numbers to bytes, by their own range.

use std::rc::Rc;

use super::Setting;
use crate::races::Race;
use crate::rivals::loops;

pub fn numbers(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("quantize"), setting.pool());
    let picture = Rc::clone(&setting.picture);
    let mut quantized = vec![0; picture.pixels()];
    race.rival("loop", move || {
        let numbers = picture.numbers.as_slice();
        pool.install(|| loops::quantize(numbers, &mut quantized));
    });
    race
}
