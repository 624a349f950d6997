//! The legend: a bar of colours between its two values, and the name of what is shown.

use image::{Rgb, RgbImage};

use super::colors::color;
use super::font::{GLYPH_HEIGHT, draw_text, text_width};

const BAR_WIDTH: u32 = 110;
const BAR_HEIGHT: u32 = 7;
const MARGIN: u32 = 7;

/// Draws the legend into the lower left corner, if the picture is large enough.
pub fn draw_legend(picture: &mut RgbImage, title: &str, [low, high]: [f32; 2]) {
    let scale = (picture.width().max(picture.height()) / 640).max(1);
    let (low, high) = (number(low, high - low), number(high, high - low));
    let content = BAR_WIDTH.max(text_width(title)).max(text_width(&low) + text_width(&high) + 4);
    let width = (content + 2 * MARGIN) * scale;
    let height = (2 * MARGIN + 2 * GLYPH_HEIGHT + BAR_HEIGHT + 8) * scale;
    if width + 2 * MARGIN * scale > picture.width() || height + 2 * MARGIN * scale > picture.height() {
        return;
    }
    let (left, top) = (MARGIN * scale, picture.height() - height - MARGIN * scale);
    darken(picture, left, top, width, height);
    let (left, top) = (left + MARGIN * scale, top + MARGIN * scale);
    draw_text(picture, title, left, top, scale);
    let bar = top + (GLYPH_HEIGHT + 4) * scale;
    let bar_width = content * scale;
    for (x, y) in (0..bar_width).flat_map(|x| (0..BAR_HEIGHT * scale).map(move |y| (x, y))) {
        let shown = color(x as f32 / (bar_width - 1) as f32).map(|value| (value * 255.0).round() as u8);
        picture.put_pixel(left + x, bar + y, Rgb(shown));
    }
    let numbers = bar + (BAR_HEIGHT + 4) * scale;
    draw_text(picture, &low, left, numbers, scale);
    draw_text(picture, &high, left + bar_width - text_width(&high) * scale, numbers, scale);
}

fn darken(picture: &mut RgbImage, left: u32, top: u32, width: u32, height: u32) {
    for (x, y) in (left..left + width).flat_map(|x| (top..top + height).map(move |y| (x, y))) {
        let pixel = picture.get_pixel_mut(x, y);
        *pixel = Rgb(pixel.0.map(|value| (u16::from(value) * 3 / 10) as u8 + 8));
    }
}

/// As many digits as tell values in a range of this width apart.
fn number(value: f32, width: f32) -> String {
    let decimals = (2.0 - width.max(f32::MIN_POSITIVE).log10().floor()).clamp(0.0, 12.0) as usize;
    let rounded = format!("{value:.decimals$}");
    let is_zero = !rounded.contains(|digit| ('1'..='9').contains(&digit));
    match decimals {
        _ if is_zero => "0".to_owned(),
        6.. => format!("{value:.1e}"),
        _ => rounded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, 1.0, "0"),
            (6.3e-5, 0.87, "0"),
            (0.98765, 1.0, "0.99"),
            (-0.5, 1.5, "-0.50"),
            (12.34, 12.0, "12.3"),
            (4321.0, 4000.0, "4321"),
            (2e-7, 2e-7, "2.0e-7"),
        ];
        for (value, width, expected) in cases {
            assert_eq!(number(value, width), expected);
        }
    }

    #[test]
    fn tiny_pictures_have_no_legend() {
        let mut picture = RgbImage::new(20, 20);
        draw_legend(&mut picture, "planarity", [0.0, 1.0]);
        assert!(picture.pixels().all(|pixel| pixel.0 == [0; 3]));
    }
}
