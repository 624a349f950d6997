//! The surface seen from above: the highest point of each pixel, and what lies between points.

use super::parallel::per_pixel;
use super::view::View;

/// Pixels up to which gaps between points are closed.
const REACH: i32 = 4;
/// Points around a pixel, past the first, from which on there certainly is something.
const ENOUGH: f32 = 3.0;

/// Height and values of every pixel; NaN where there are none.
#[derive(Debug)]
pub struct Surface<const VALUES: usize> {
    pub width: usize,
    pub height: usize,
    /// Heights, in pixels, above an arbitrary level.
    pub heights: Vec<f32>,
    /// What is shown: a feature, or a colour.
    pub values: Vec<[f32; VALUES]>,
    /// How sure a pixel is that there is something: 1 among points, 0 where there are none or a lone one.
    pub presence: Vec<f32>,
}

impl<const VALUES: usize> Surface<VALUES> {
    /// The highest point of each pixel, gaps closed; what is high covers what is low so many pixels around.
    pub fn new(points: &[[f64; 3]], values: &[[f32; VALUES]], view: &View, cover: f32) -> Self {
        highest(points, values, view).closed(cover)
    }

    /// Column and row of a neighbour of a pixel, as an index, if it is inside.
    pub fn neighbor(&self, pixel: usize, (right, down): (i32, i32)) -> Option<usize> {
        let column = (pixel % self.width).checked_add_signed(right as isize)?;
        let row = (pixel / self.width).checked_add_signed(down as isize)?;
        (column < self.width && row < self.height).then_some(row * self.width + column)
    }

    /// Every pixel from the points around it that lie on the same surface as the nearest.
    ///
    /// Weights fall with the distance on the ground and with the step in height (a bilateral filter), so that roofs
    /// keep their edges while the noise of the sensor and its scan lines disappear.
    fn closed(&self, cover: f32) -> Self {
        let offsets = disc();
        let blank = (f32::NAN, [f32::NAN; VALUES], 0.0);
        let pixels = per_pixel(self.width, self.height, blank, |pixel| self.closed_pixel(pixel, &offsets, cover));
        Self {
            width: self.width,
            height: self.height,
            heights: pixels.iter().map(|pixel| pixel.0).collect(),
            values: pixels.iter().map(|pixel| pixel.1).collect(),
            presence: pixels.iter().map(|pixel| pixel.2).collect(),
        }
    }

    fn closed_pixel(&self, pixel: usize, offsets: &[((i32, i32), f32)], cover: f32) -> (f32, [f32; VALUES], f32) {
        let known = offsets.iter().filter_map(|&(offset, distance)| {
            let other = self.neighbor(pixel, offset)?;
            (!self.heights[other].is_nan()).then_some((other, distance))
        });
        let mut known = known.peekable();
        let Some(&(nearest, _)) = known.peek() else {
            return (f32::NAN, [f32::NAN; VALUES], 0.0);
        };
        let covering = known.clone().take_while(|(_, distance)| *distance <= cover);
        let level = covering.map(|(other, _)| self.heights[other]).fold(self.heights[nearest], f32::max);
        let (mut weights, mut height, mut count) = (0.0, 0.0, 0.0);
        let (mut value_weights, mut values) = (0.0, [0.0; VALUES]);
        for (other, distance) in known {
            let step = self.heights[other] - level;
            let weight = nearness(distance, 0.6) * likeness(step / 1.5);
            count += 1.0;
            weights += weight;
            height += weight * self.heights[other];
            if self.values[other].iter().all(|value| !value.is_nan()) {
                // Softer, so that a crown has the colour of its leaves together, not of each.
                let weight = nearness(distance, 1.5) * likeness(step / 5.0);
                value_weights += weight;
                values.iter_mut().zip(self.values[other]).for_each(|(sum, value)| *sum += weight * value);
            }
        }
        let presence = ((count - 1.0) / ENOUGH).clamp(0.0, 1.0);
        // No value at all gives 0 / 0, which is NaN.
        (height / weights, values.map(|value| value / value_weights), presence)
    }
}

/// Falls with the square of the distance on the ground.
fn nearness(distance: f32, softness: f32) -> f32 {
    1.0 / (softness + distance * distance)
}

/// Near 1 on the same surface, near 0 across a step in height.
fn likeness(step: f32) -> f32 {
    1.0 / (1.0 + step.powi(4))
}

fn highest<const VALUES: usize>(points: &[[f64; 3]], values: &[[f32; VALUES]], view: &View) -> Surface<VALUES> {
    let pixels = view.width * view.height;
    let mut heights = vec![f32::NAN; pixels];
    let mut seen = vec![[f32::NAN; VALUES]; pixels];
    let level = points.first().map_or(0.0, |point| point[2]);
    for (point, &value) in points.iter().zip(values) {
        let Some(cell) = view.cell(point) else { continue };
        let height = ((point[2] - level) / view.pixel) as f32;
        if heights[cell].is_nan() || height > heights[cell] {
            heights[cell] = height;
            seen[cell] = value;
        }
    }
    Surface { width: view.width, height: view.height, heights, values: seen, presence: Vec::new() }
}

/// Offsets within reach with their length, the nearest first.
fn disc() -> Vec<((i32, i32), f32)> {
    let square = (-REACH..=REACH).flat_map(|down| (-REACH..=REACH).map(move |right| (right, down)));
    let mut offsets: Vec<_> =
        square.map(|(right, down)| ((right, down), ((right * right + down * down) as f32).sqrt())).collect();
    offsets.retain(|(_, length)| *length <= REACH as f32);
    offsets.sort_by(|a, b| a.1.total_cmp(&b.1));
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_point_wins_and_far_gaps_stay_open() {
        let view = View { west: 0.0, north: 1.0, pixel: 1.0, width: 12, height: 1 };
        let points = [[0.5, 0.5, 1.0], [0.5, 0.5, 3.0], [0.5, 0.5, 2.0]];
        let surface = Surface::new(&points, &[[1.0], [3.0], [2.0]], &view, 0.0);
        assert_eq!(surface.values[0], [3.0]);
        assert_eq!(surface.values[4], [3.0]);
        assert!(surface.values[5][0].is_nan());
        assert!(surface.presence.iter().all(|&presence| presence == 0.0), "a lone pixel is not a surface");
    }
}
