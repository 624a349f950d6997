//! Where the river and the streets of the town run.

use super::{DEPTH, WIDTH};

/// Half the width of the water, in metres.
pub const RIVER_HALF_WIDTH: f64 = 9.0;

/// A street along a curve.
#[derive(Debug, Clone, Copy)]
pub struct Street {
    axis: Axis,
    from: f64,
    to: f64,
    curve: fn(f64) -> f64,
    /// Half its width, in metres.
    pub half_width: f64,
    /// How its houses stand.
    pub houses: Houses,
}

/// What stands along a street.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Houses {
    /// Wall to wall, three floors.
    Terraced,
    /// Apart, in gardens.
    Detached,
    /// A farm here and there.
    Farms,
}

#[derive(Debug, Clone, Copy)]
enum Axis {
    EastWest,
    NorthSouth,
}

impl Street {
    /// Length of its parameter, about metres.
    pub fn length(&self) -> f64 {
        self.to - self.from
    }

    /// Position and direction (a unit vector) after so many metres.
    pub fn at(&self, distance: f64) -> ([f64; 2], [f64; 2]) {
        let t = self.from + distance;
        let slope = (self.curve)(t + 0.5) - (self.curve)(t - 0.5);
        let unit = 1.0 / (1.0 + slope * slope).sqrt();
        match self.axis {
            Axis::EastWest => ([t, (self.curve)(t)], [unit, slope * unit]),
            Axis::NorthSouth => ([(self.curve)(t), t], [slope * unit, unit]),
        }
    }
}

/// North coordinate of the middle of the river.
pub fn river(x: f64) -> f64 {
    98.0 + 24.0 * (x / 76.0).sin() + 9.0 * (x / 31.0 + 0.7).sin()
}

/// The church square.
pub const SQUARE: ([f64; 2], f64) = ([238.0, 183.0], 19.0);

/// All streets of the town, the most important first.
pub fn streets() -> [Street; 9] {
    use Axis::{EastWest, NorthSouth};
    use Houses::{Detached, Farms, Terraced};
    let street = |axis, from, to, curve, half_width, houses| Street { axis, from, to, curve, half_width, houses };
    [
        street(NorthSouth, -4.0, DEPTH + 4.0, |y| 206.0 + 14.0 * (y / 70.0).sin(), 4.5, Terraced),
        street(EastWest, -4.0, WIDTH + 4.0, |x| river(x) + 44.0, 4.0, Terraced),
        street(EastWest, 20.0, 440.0, |x| 208.0 + 9.0 * (x / 90.0 + 1.0).sin(), 3.0, Detached),
        street(EastWest, 40.0, 470.0, |x| 258.0 + 10.0 * (x / 80.0 + 2.0).sin(), 3.0, Detached),
        street(EastWest, 60.0, 380.0, |x| 312.0 + 8.0 * (x / 60.0).sin(), 3.0, Detached),
        street(NorthSouth, 160.0, 318.0, |y| 100.0 + 8.0 * (y / 50.0).sin(), 3.0, Detached),
        street(NorthSouth, 128.0, DEPTH + 4.0, |y| 326.0 + 12.0 * (y / 60.0).sin(), 3.0, Detached),
        street(EastWest, -4.0, WIDTH + 4.0, |x| 34.0 + 7.0 * (x / 60.0 + 0.5).sin(), 3.0, Farms),
        street(NorthSouth, 165.0, 265.0, |y| 430.0 + 6.0 * (y / 30.0).sin(), 2.5, Detached),
    ]
}
