//! Mean and standard deviation of each channel.

use super::{Setting, assert_close};
use crate::races::Race;
use crate::rivals::{kornia, loops};

/// kornia's runs on one thread.
pub fn channels(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("statistics"), setting.pool());
    let rgb = setting.picture.rgb.clone();
    let expected = pool.install(|| loops::statistics(&rgb));
    let from = kornia::image::<3>(setting.picture.width(), setting.picture.height(), &rgb);
    let (deviations, means) = kornia::statistics(&from);
    assert_close("kornia", &means, &expected.map(|(mean, _)| mean), 1e-6);
    assert_close("kornia", &deviations, &expected.map(|(_, deviation)| deviation), 1e-6);
    race.rival("kornia", move || kornia::statistics(&from));
    race.rival("loop", move || pool.install(|| loops::statistics(&rgb)));
    race
}
