//! Black and white: from gray at a given level, and from colours at the level that Otsu's method finds.

use super::{Setting, assert_equal};
use crate::executors::Executor;
use crate::races::Race;
use crate::rivals::{images, kornia, loops};
use crate::works;

pub fn binary(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("threshold"), setting.pool());
    let picture = &setting.picture;
    let gray = picture.gray.clone();
    let mut mask = vec![0; picture.pixels()];
    pool.install(|| loops::threshold(&gray, works::LEVEL, &mut mask));
    for Executor { name, device } in setting.executors {
        let image = device.image(&gray).expect("an image");
        assert_equal(name, works::threshold(&image).as_slice(), &mask);
        race.swath(name, move || works::threshold(&image));
    }
    assert_equal("imageproc", images::imageproc_threshold(&gray, works::LEVEL).as_raw(), &mask);
    let from = kornia::image::<1>(picture.width(), picture.height(), &gray);
    let mut to = from.clone();
    pool.install(|| kornia::binary(&from, works::LEVEL, &mut to));
    assert_equal("kornia", to.as_slice(), &mask);
    let photo = gray.clone();
    race.rival("imageproc", move || images::imageproc_threshold(&photo, works::LEVEL));
    race.rival("kornia", move || pool.install(|| kornia::binary(&from, works::LEVEL, &mut to)));
    race.rival("loop", move || pool.install(|| loops::threshold(&gray, works::LEVEL, &mut mask)));
    race
}

/// kornia has no such level.
pub fn gray_otsu(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("gray_otsu"), setting.pool());
    let rgb = setting.picture.rgb.clone();
    let (mut gray, mut mask) = (vec![0; setting.picture.pixels()], vec![0; setting.picture.pixels()]);
    pool.install(|| loops::gray_otsu(&rgb, &mut gray, &mut mask));
    for Executor { name, device } in setting.executors {
        let image = device.image(&rgb).expect("an image");
        assert_equal(name, works::gray_otsu(&image).as_slice(), &mask);
        race.swath(name, move || works::gray_otsu(&image));
    }
    assert_equal("imageproc", images::imageproc_gray_otsu(&rgb).as_raw(), &mask);
    let photo = rgb.clone();
    race.rival("imageproc", move || images::imageproc_gray_otsu(&photo));
    race.rival("loop", move || pool.install(|| loops::gray_otsu(&rgb, &mut gray, &mut mask)));
    race
}
