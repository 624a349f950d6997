//! Numbers to bytes, by their own range.

use super::{Setting, assert_equal};
use crate::executors::Executor;
use crate::races::Race;
use crate::rivals::loops;
use crate::works;

pub fn numbers(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("quantize"), setting.pool());
    let picture = &setting.picture;
    let numbers = picture.numbers.clone();
    let mut quantized = vec![0; picture.pixels()];
    pool.install(|| loops::quantize(&numbers, &mut quantized));
    for Executor { name, device } in setting.executors {
        let shape = [picture.height(), picture.width()];
        let tensor = device.tensor(&numbers, &shape).expect("a tensor");
        assert_equal(name, works::quantize(&tensor).as_slice(), &quantized);
        race.swath(name, move || works::quantize(&tensor));
    }
    race.rival("loop", move || pool.install(|| loops::quantize(&numbers, &mut quantized)));
    race
}
