//! Bytes in rows of pixels to `f32` in planes.

use super::{Setting, assert_close};
use crate::executors::Executor;
use crate::races::Race;
use crate::rivals::{kornia, loops};
use crate::works;

/// How far two ways of rounding `(value / 255 - mean) / deviation` may lie apart.
const BOUND: f64 = 2e-6;

pub fn planes(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("normalize"), setting.pool());
    let picture = &setting.picture;
    let rgb = picture.rgb.clone();
    let mut planes = vec![0.0; rgb.len()];
    pool.install(|| loops::normalize(&rgb, &mut planes));
    for Executor { name, device } in setting.executors {
        let image = device.image(&rgb).expect("an image");
        assert_close(name, works::normalize(&image).as_slice(), &planes, BOUND);
        race.swath(name, move || works::normalize(&image));
    }
    let from = kornia::image::<3>(picture.width(), picture.height(), &rgb);
    let mut to = vec![0.0; rgb.len()];
    pool.install(|| kornia::normalize(&from, &mut to));
    assert_close("kornia", &to, &planes, BOUND);
    race.rival("kornia", move || pool.install(|| kornia::normalize(&from, &mut to)));
    race.rival("loop", move || pool.install(|| loops::normalize(&rgb, &mut planes)));
    race
}
