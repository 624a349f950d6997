//! The legend: a bar of colours between its two values under the name of what is shown, or colours with their names.

use image::{Rgb, RgbImage};

use super::colors::color;
use super::font::{GLYPH_HEIGHT, draw_text, text_width};

const BAR_WIDTH: u32 = 110;
const BAR_HEIGHT: u32 = 7;
const MARGIN: u32 = 7;

/// Side of a colour in a key, and the distance from one to the next.
const SWATCH: u32 = 9;
const LINE: u32 = 14;

/// Draws a scale into the lower left corner, if the picture is large enough.
pub fn draw_scale(picture: &mut RgbImage, title: &str, [low, high]: [f32; 2]) {
    let (low, high) = (number(low, high - low), number(high, high - low));
    let content = BAR_WIDTH.max(text_width(title)).max(text_width(&low) + text_width(&high) + 4);
    let Some((left, top, scale)) = panel(picture, content, 2 * GLYPH_HEIGHT + BAR_HEIGHT + 8) else { return };
    draw_text(picture, title, left, top, scale);
    let bar = top + (GLYPH_HEIGHT + 4) * scale;
    let width = content * scale;
    for x in 0..width {
        fill(picture, [left + x, bar], [1, BAR_HEIGHT * scale], color(x as f32 / (width - 1) as f32));
    }
    let numbers = bar + (BAR_HEIGHT + 4) * scale;
    draw_text(picture, &low, left, numbers, scale);
    draw_text(picture, &high, left + width - text_width(&high) * scale, numbers, scale);
}

/// Draws colours with their names into the lower left corner, if the picture is large enough.
pub fn draw_key(picture: &mut RgbImage, entries: &[(&str, [f32; 3])]) {
    let content = SWATCH + 6 + entries.iter().map(|(name, _)| text_width(name)).max().unwrap_or(0);
    let height = (LINE * entries.len() as u32).saturating_sub(LINE - SWATCH);
    let Some((left, top, scale)) = panel(picture, content, height) else { return };
    for (line, (name, color)) in entries.iter().enumerate() {
        let top = top + line as u32 * LINE * scale;
        fill(picture, [left, top], [SWATCH * scale; 2], *color);
        draw_text(picture, name, left + (SWATCH + 6) * scale, top + scale, scale);
    }
}

/// Darkens a panel for so much content; its left upper corner and the scale, unless the picture is too small.
fn panel(picture: &mut RgbImage, width: u32, height: u32) -> Option<(u32, u32, u32)> {
    let scale = (picture.width().max(picture.height()) / 640).max(1);
    let [width, height] = [width, height].map(|side| (side + 2 * MARGIN) * scale);
    let margin = MARGIN * scale;
    if width + 2 * margin > picture.width() || height + 2 * margin > picture.height() {
        return None;
    }
    let (left, top) = (margin, picture.height() - height - margin);
    darken(picture, left, top, width, height);
    Some((left + margin, top + margin, scale))
}

fn fill(picture: &mut RgbImage, [left, top]: [u32; 2], [width, height]: [u32; 2], color: [f32; 3]) {
    let shown = Rgb(color.map(|value| (value * 255.0).round() as u8));
    for (x, y) in (left..left + width).flat_map(|x| (top..top + height).map(move |y| (x, y))) {
        picture.put_pixel(x, y, shown);
    }
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
        draw_scale(&mut picture, "planarity", [0.0, 1.0]);
        draw_key(&mut picture, &[("planarity", [1.0; 3])]);
        assert!(picture.pixels().all(|pixel| pixel.0 == [0; 3]));
    }
}
