//! The bare ground of the town and what covers it.

use super::streets::{RIVER_HALF_WIDTH, SQUARE, river, streets};
use super::{DEPTH, WIDTH};
use crate::noise::{lattice, mix_at, rough_noise, smooth_step};

/// Cells a metre.
const RESOLUTION: f64 = 2.0;
/// The grid reaches this far past the town, so that nothing at the edge needs a special case.
const MARGIN: f64 = 12.0;
const WATER_LEVEL: f64 = 18.0;
const BRIDGE_LEVEL: f64 = 23.5;

/// What lies on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cover {
    /// Gardens between the houses.
    Garden,
    /// Streets, squares and bridges.
    Street,
    /// The river.
    Water,
    /// Bare soil in furrows of this direction.
    Furrows(f64),
    /// Grass.
    Meadow,
    /// Fruit trees on a grid.
    Orchard,
    /// Trees.
    Forest,
}

/// Heights and covers on a grid.
#[derive(Debug)]
pub struct Ground {
    columns: usize,
    heights: Vec<f32>,
    streets: Vec<bool>,
}

impl Ground {
    /// The ground of the town.
    pub fn new() -> Self {
        let columns = ((WIDTH + 2.0 * MARGIN) * RESOLUTION) as usize;
        let rows = ((DEPTH + 2.0 * MARGIN) * RESOLUTION) as usize;
        let place = |cell: usize| cell as f64 / RESOLUTION - MARGIN;
        let height = |cell: usize| natural_height(place(cell % columns), place(cell / columns)) as f32;
        let heights: Vec<f32> = (0..columns * rows).map(height).collect();
        let mut ground = Self { columns, streets: vec![false; heights.len()], heights };
        ground.lay_streets();
        ground
    }

    /// Height at a place, streets and furrows included.
    pub fn height(&self, x: f64, y: f64) -> f64 {
        let (column, row) = self.cell(x, y);
        let (right, down) = (column.fract(), row.fract());
        let corner = row as usize * self.columns + column as usize;
        let at = |cell: usize| f64::from(self.heights[cell]);
        let top = mix_at(at(corner), at(corner + 1), right);
        let bottom = mix_at(at(corner + self.columns), at(corner + self.columns + 1), right);
        mix_at(top, bottom, down)
    }

    /// What covers a place.
    pub fn cover(&self, x: f64, y: f64) -> Cover {
        let (column, row) = self.cell(x, y);
        if self.streets[row as usize * self.columns + column as usize] {
            return Cover::Street;
        }
        let from_river = y - river(x);
        if from_river.abs() < RIVER_HALF_WIDTH {
            Cover::Water
        } else if is_forest(x, y) {
            Cover::Forest
        } else if from_river < 0.0 {
            field(x, y)
        } else {
            Cover::Garden
        }
    }

    fn cell(&self, x: f64, y: f64) -> (f64, f64) {
        let rows = self.heights.len() / self.columns;
        let clamp = |place: f64, cells: usize| ((place + MARGIN) * RESOLUTION).clamp(0.0, cells as f64 - 1.001);
        (clamp(x, self.columns - 1), clamp(y, rows - 1))
    }

    fn lay_streets(&mut self) {
        for street in streets() {
            let mut distance = 0.0;
            while distance < street.length() {
                let (place, _) = street.at(distance);
                self.pave(place, street.half_width);
                distance += 0.5;
            }
        }
        self.pave(SQUARE.0, SQUARE.1);
    }

    /// Levels a disc to the height of its middle, or to the bridge's, with a soft edge of two metres.
    fn pave(&mut self, [x, y]: [f64; 2], radius: f64) {
        const EDGE: f64 = 2.0;
        let bank = smooth_step(RIVER_HALF_WIDTH, 34.0, (y - river(x)).abs());
        let level = mix_at(BRIDGE_LEVEL, natural_height(x, y) - 0.12, bank);
        let (column, row) = self.cell(x, y);
        let reach = (radius + EDGE) * RESOLUTION;
        let span = |middle: f64| (middle - reach).max(0.0) as usize..=(middle + reach) as usize;
        for (r, c) in span(row).flat_map(|r| span(column).map(move |c| (r, c))) {
            let cell = r * self.columns + c;
            if c >= self.columns || cell >= self.heights.len() {
                continue;
            }
            let away = ((c as f64 - column).hypot(r as f64 - row)) / RESOLUTION;
            let share = 1.0 - smooth_step(radius, radius + EDGE, away);
            self.heights[cell] = mix_at(f64::from(self.heights[cell]), level, share) as f32;
            self.streets[cell] |= away < radius;
        }
    }
}

/// Height of furrows, to be added to the ground's.
pub fn furrow(x: f64, y: f64, direction: f64) -> f64 {
    let across = x * direction.sin() - y * direction.cos();
    0.13 * (across * std::f64::consts::TAU / 2.6).sin()
}

fn natural_height(x: f64, y: f64) -> f64 {
    let hill = |at: [f64; 2], radius: f64, height: f64| {
        let squared = ((x - at[0]).powi(2) + (y - at[1]).powi(2)) / (radius * radius);
        height * (-squared).exp()
    };
    let hills = 4.0 * rough_noise(x / 130.0, y / 130.0)
        + hill([455.0, 350.0], 110.0, 38.0)
        + hill([440.0, -20.0], 85.0, 26.0)
        + hill([-20.0, 250.0], 90.0, 14.0);
    let bank = smooth_step(RIVER_HALF_WIDTH - 1.0, 42.0, (y - river(x)).abs());
    mix_at(WATER_LEVEL, 26.0 + hills, bank)
}

fn is_forest(x: f64, y: f64) -> bool {
    let edge = 14.0 * rough_noise(x / 35.0, y / 35.0);
    let east = (x - 455.0).hypot(y - 352.0) + edge < 92.0;
    let south = (x - 450.0).hypot(y + 15.0) + edge < 86.0;
    east || south
}

/// Fields lie side by side, each with its crop.
fn field(x: f64, y: f64) -> Cover {
    let (column, row) = (((x + 0.35 * y) / 62.0).floor() as i64, ((y - 0.1 * x) / 34.0).floor() as i64);
    let crop = (lattice(column, row) + 1.0) / 2.0;
    match crop {
        crop if crop < 0.5 => Cover::Furrows(crop * 6.0),
        crop if crop < 0.75 => Cover::Orchard,
        _ => Cover::Meadow,
    }
}
