//! Gray from colours, with alpha and without.

use image::DynamicImage;

use super::{Setting, assert_close, assert_equal};
use crate::executors::Executor;
use crate::races::Race;
use crate::rivals::{images, kornia, loops};
use crate::works;

/// `image` weighs by Rec. 709, so its answer is not compared. kornia rounds its weights to fewer bits.
pub fn rgb(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("gray_rgb"), setting.pool());
    let picture = &setting.picture;
    let rgb = picture.rgb.clone();
    let mut gray = vec![0; picture.pixels()];
    pool.install(|| loops::gray::<3>(&rgb, &mut gray));
    for Executor { name, device } in setting.executors {
        let image = device.image(&rgb).expect("an image");
        assert_equal(name, works::gray(&image).as_slice(), &gray);
        race.swath(name, move || works::gray(&image));
    }
    assert_equal("imageproc", images::imageproc_gray(&rgb).as_raw(), &gray);
    let from = kornia::image::<3>(picture.width(), picture.height(), &rgb);
    let mut to = kornia::image::<1>(picture.width(), picture.height(), &gray);
    pool.install(|| kornia::gray(&from, &mut to));
    assert_close("kornia", to.as_slice(), &gray, 1.0);
    let photo = DynamicImage::ImageRgb8(rgb.clone());
    race.rival("image", move || images::image_gray(&photo));
    let photo = rgb.clone();
    race.rival("imageproc", move || images::imageproc_gray(&photo));
    race.rival("kornia", move || pool.install(|| kornia::gray(&from, &mut to)));
    race.rival("loop", move || pool.install(|| loops::gray::<3>(&rgb, &mut gray)));
    race
}

/// kornia has none.
pub fn rgba(setting: &Setting) -> Race<'static> {
    let (mut race, pool) = (setting.race("gray_rgba"), setting.pool());
    let rgba = setting.picture.rgba.clone();
    let mut gray = vec![0; setting.picture.pixels()];
    pool.install(|| loops::gray::<4>(&rgba, &mut gray));
    for Executor { name, device } in setting.executors {
        let image = device.image(&rgba).expect("an image");
        assert_equal(name, works::gray(&image).as_slice(), &gray);
        race.swath(name, move || works::gray(&image));
    }
    let photo = DynamicImage::ImageRgba8(rgba.clone());
    race.rival("image", move || images::image_gray(&photo));
    race.rival("loop", move || pool.install(|| loops::gray::<4>(&rgba, &mut gray)));
    race
}
