//! Smaller pictures, each side a quarter as long.

use swath::{Resize, Rgb8};

use super::{Setting, assert_close};
use crate::executors::Executor;
use crate::races::Race;
use crate::rivals::kornia;
use crate::rivals::resize::Reduction;
use crate::works::{self, REDUCTION};

/// How far two ways of rounding may lie apart.
const BOUND: f64 = 1.0;

pub fn bilinear(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("resize_bilinear"), setting.pool());
    let picture = &setting.picture;
    let (width, height) = (picture.width(), picture.height());
    let mut reduction = Reduction::bilinear(&picture.rgb, REDUCTION as u32);
    pool.install(|| reduction.run());
    let from = kornia::image::<3>(width, height, &picture.rgb);
    let mut to = kornia::image::<3>(width / REDUCTION, height / REDUCTION, reduction.bytes());
    pool.install(|| kornia::bilinear(&from, &mut to));
    assert_close("kornia", to.as_slice(), reduction.bytes(), BOUND);
    add_swath(&mut race, setting, Resize::Bilinear, Some(reduction.bytes()));
    race.rival("fast_image_resize", move || pool.install(|| reduction.run()));
    race.rival("kornia", move || pool.install(|| kornia::bilinear(&from, &mut to)));
    race
}

/// kornia has none.
pub fn area(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("resize_area"), setting.pool());
    let picture = &setting.picture;
    let mut reduction = Reduction::area(&picture.rgb, REDUCTION as u32);
    pool.install(|| reduction.run());
    let is_same_work = [picture.width(), picture.height()].iter().all(|side| side.is_multiple_of(REDUCTION));
    add_swath(&mut race, setting, Resize::Area, is_same_work.then_some(reduction.bytes()));
    race.rival("fast_image_resize", move || pool.install(|| reduction.run()));
    race
}

fn add_swath(race: &mut Race<'static>, setting: &Setting, resize: Resize, expected: Option<&[u8]>) {
    for Executor { name, device } in setting.executors {
        let image = device.image::<Rgb8>(&setting.picture.rgb).expect("an image");
        if let Some(expected) = expected {
            assert_close(name, works::reduce(&image, resize).as_slice(), expected, BOUND);
        }
        race.swath(name, move || works::reduce(&image, resize));
    }
}
