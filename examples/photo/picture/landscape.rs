//! A lake between mountains at dusk, painted from noise.

use image::{Rgb, RgbImage};

use crate::noise::{mix_at, noise, rough_noise, smooth_step};

/// Ranges of mountains from far to near: crest above the shore, roughness, colour. Lengths are shares of the height.
const RANGES: [(f64, f64, [f64; 3]); 4] = [
    (0.23, 0.055, [0.55, 0.42, 0.52]),
    (0.17, 0.06, [0.38, 0.29, 0.42]),
    (0.10, 0.05, [0.22, 0.18, 0.30]),
    (0.035, 0.03, [0.09, 0.09, 0.16]),
];
/// Height of the shore.
const SHORE: f64 = 0.66;
const SUN: [f64; 2] = [1.12, 0.42];
const SUN_RADIUS: f64 = 0.055;

/// The painting, the same each time.
pub fn paint(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |column, row| {
        let (x, y) = (f64::from(column) / f64::from(height), f64::from(row) / f64::from(height));
        let grain = 0.012 * noise(f64::from(column) * 0.7, f64::from(row) * 0.7);
        Rgb(scene(x, y).map(|value| ((value + grain).clamp(0.0, 1.0) * 255.0).round() as u8))
    })
}

fn scene(x: f64, y: f64) -> [f64; 3] {
    if y < SHORE {
        return land_and_sky(x, y);
    }
    // Waves are wider near the viewer, and move the mirrored place about.
    let depth = (y - SHORE) / (1.0 - SHORE);
    let ripple = noise(x * 9.0, depth.sqrt() * 60.0) + 0.6 * noise(x * 31.0, depth.sqrt() * 110.0);
    let mirrored = SHORE - 0.9 * (y - SHORE) + 0.02 * ripple * (0.3 + depth);
    let reflected = land_and_sky(x + 0.012 * ripple * depth, mirrored.clamp(0.0, SHORE - 1e-6));
    blend(reflected, [0.05, 0.09, 0.17], 0.25 + 0.35 * depth)
}

fn land_and_sky(x: f64, y: f64) -> [f64; 3] {
    let mut color = sky(x, y);
    for (index, (crest, roughness, tint)) in RANGES.into_iter().enumerate() {
        let shift = 17.0 * index as f64;
        let scale = 2.2 + 1.4 * index as f64;
        let peaks = roughness * (rough_noise(x * scale + shift, shift) + 0.3 * rough_noise(x * scale * 6.0, shift));
        let top = SHORE - crest - peaks;
        // Haze gathers at the foot of each range.
        let haze = 0.5 * smooth_step(top, SHORE, y) * (1.0 - index as f64 / 4.0);
        let slope = 0.06 * rough_noise(x * 14.0 + shift, y * 22.0);
        let rock = blend(tint.map(|value| value * (1.0 + slope)), [0.93, 0.66, 0.52], haze);
        color = blend(color, rock, smooth_step(top - 0.001, top + 0.001, y));
    }
    color
}

fn sky(x: f64, y: f64) -> [f64; 3] {
    let height = (1.0 - y / SHORE).clamp(0.0, 1.0);
    let low = blend([0.99, 0.72, 0.45], [0.86, 0.50, 0.55], smooth_step(0.0, 0.4, height));
    let mut color = blend(low, [0.20, 0.24, 0.47], smooth_step(0.3, 1.0, height));
    let cover = rough_noise(x * 2.1 + 4.0, y * 9.0) - 0.25 * (1.0 - height);
    color = blend(color, [1.0, 0.78, 0.66], 0.55 * smooth_step(0.1, 1.1, cover));
    let away = (x - SUN[0]).hypot(y - SUN[1]);
    color = blend(color, [1.0, 0.9, 0.7], 0.6 * (-away * 7.0).exp());
    blend([1.0, 0.97, 0.86], color, smooth_step(SUN_RADIUS - 0.002, SUN_RADIUS + 0.002, away))
}

fn blend(a: [f64; 3], b: [f64; 3], share: f64) -> [f64; 3] {
    [0, 1, 2].map(|channel| mix_at(a[channel], b[channel], share.clamp(0.0, 1.0)))
}
