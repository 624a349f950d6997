//! Light on the surface: hill shading, and less light where walls and trees hide the sky.

use super::parallel::per_pixel;
use super::surface::Surface;

/// Distances, in pixels, at which the horizon is looked for.
const HORIZON: [i32; 5] = [1, 2, 4, 7, 12];
const DIRECTIONS: [(i32, i32); 8] = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)];

/// Towards the light: west to east, south to north, up; a unit vector.
#[derive(Debug, Clone, Copy)]
pub struct Light([f32; 3]);

impl Light {
    /// As on maps, 45 degrees high.
    pub const NORTH_WEST: Self = Self([-0.5, 0.5, std::f32::consts::FRAC_1_SQRT_2]);
    /// Behind whoever looks from the south, 45 degrees high.
    pub const SOUTH_WEST: Self = Self([-0.5, -0.5, std::f32::consts::FRAC_1_SQRT_2]);
}

/// Brightness of every pixel: 1 on level ground in the open, more on slopes towards the light.
pub fn brightness<const VALUES: usize>(surface: &Surface<VALUES>, light: Light) -> Vec<f32> {
    per_pixel(surface.width, surface.height, 0.0, |pixel| {
        if surface.heights[pixel].is_nan() { 0.0 } else { hill_shade(surface, pixel, light) * open_sky(surface, pixel) }
    })
}

fn hill_shade<const VALUES: usize>(surface: &Surface<VALUES>, pixel: usize, Light(light): Light) -> f32 {
    let east = soft(slope(surface, pixel, (1, 0)));
    let north = soft(slope(surface, pixel, (0, -1)));
    let length = (east * east + north * north + 1.0).sqrt();
    let cosine = (-east * light[0] - north * light[1] + light[2]) / length;
    0.45 + 0.55 * (cosine / light[2]).max(0.0)
}

/// Rise along a direction, from the neighbours on both sides where they are known.
fn slope<const VALUES: usize>(surface: &Surface<VALUES>, pixel: usize, (right, down): (i32, i32)) -> f32 {
    let at = |offset| surface.neighbor(pixel, offset).map(|other| surface.heights[other]).filter(|h| !h.is_nan());
    let here = surface.heights[pixel];
    let ahead = at((right, down)).map(|height| height - here);
    let behind = at((-right, -down)).map(|height| here - height);
    match (ahead, behind) {
        (Some(ahead), Some(behind)) => (ahead + behind) / 2.0,
        (one, other) => one.or(other).unwrap_or(0.0),
    }
}

/// Walls and crowns are so steep that they would be only black or white.
fn soft(slope: f32) -> f32 {
    1.5 * slope / (1.0 + 1.2 * slope.abs())
}

/// Share of the sky that the surroundings leave free, stretched so that it shows.
fn open_sky<const VALUES: usize>(surface: &Surface<VALUES>, pixel: usize) -> f32 {
    let hidden: f32 = DIRECTIONS.into_iter().map(|direction| horizon_sine(surface, pixel, direction)).sum();
    1.0 - 0.62 * hidden / DIRECTIONS.len() as f32
}

/// Sine of the elevation of the horizon.
fn horizon_sine<const VALUES: usize>(surface: &Surface<VALUES>, pixel: usize, (right, down): (i32, i32)) -> f32 {
    let stride = ((right * right + down * down) as f32).sqrt();
    let rise = |steps: i32| {
        let other = surface.neighbor(pixel, (right * steps, down * steps))?;
        Some((surface.heights[other] - surface.heights[pixel]) / (stride * steps as f32))
    };
    // `max` leaves NaN out.
    let steepest = HORIZON.into_iter().filter_map(rise).fold(0.0, f32::max);
    steepest / (1.0 + steepest * steepest).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surface(heights: Vec<f32>, width: usize) -> Surface<1> {
        let (height, length) = (heights.len() / width, heights.len());
        Surface { width, height, heights, values: vec![[0.0]; length], presence: vec![1.0; length] }
    }

    #[test]
    fn level_ground_is_lit_fully() {
        let light = brightness(&surface(vec![7.0; 25], 5), Light::NORTH_WEST);
        assert!(light.iter().all(|value| (value - 1.0).abs() < 1e-6));
    }

    #[test]
    fn slopes_towards_the_light_are_brighter() {
        let falling_east: Vec<f32> = (0..25).map(|pixel| -((pixel % 5) as f32) * 0.3).collect();
        let facing =
            brightness(&surface(falling_east.iter().map(|height| -height).collect(), 5), Light::NORTH_WEST)[12];
        let averted = brightness(&surface(falling_east, 5), Light::NORTH_WEST)[12];
        assert!(facing > 1.0 && averted < 1.0, "{facing} {averted}");
    }
}
