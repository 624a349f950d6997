//! Mean and standard deviation of each channel.

use super::{Setting, assert_close};
use crate::executors::Executor;
use crate::races::Race;
use crate::rivals::{kornia, loops};
use crate::works;

/// How far two ways of rounding sums may lie apart.
const BOUND: f64 = 1e-6;

/// kornia's runs on one thread.
pub fn channels(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("statistics"), setting.pool());
    let rgb = setting.picture.rgb.clone();
    let expected = pool.install(|| loops::statistics(&rgb));
    let (mean, std) = (expected.map(|(mean, _)| mean), expected.map(|(_, std)| std));
    for Executor { name, device } in setting.executors {
        let image = device.image(&rgb).expect("an image");
        let statistics = works::statistics(&image);
        assert_close(name, statistics.mean(), &mean, BOUND);
        assert_close(name, statistics.std(), &std, BOUND);
        race.swath(name, move || works::statistics(&image));
    }
    let from = kornia::image::<3>(setting.picture.width(), setting.picture.height(), &rgb);
    let (deviations, means) = kornia::statistics(&from);
    assert_close("kornia", &means, &mean, BOUND);
    assert_close("kornia", &deviations, &std, BOUND);
    race.rival("kornia", move || kornia::statistics(&from));
    race.rival("loop", move || pool.install(|| loops::statistics(&rgb)));
    race
}
