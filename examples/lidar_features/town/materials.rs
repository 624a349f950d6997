//! What things of the town are made of: their colours, near infrared and classes.

use super::ground::Cover;
use crate::noise::noise;

/// What a pulse meets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Material {
    Ground(Cover),
    Wall,
    /// Of roofs, and the tops of cars.
    Tiles,
    Leaves,
    Bark,
    Steel,
}

impl Material {
    /// The class of LAS 1.4 R15, table 17.
    pub fn class(self) -> u8 {
        match self {
            Self::Ground(Cover::Water) => 9,
            Self::Ground(_) => 2,
            Self::Wall | Self::Tiles => 6,
            Self::Leaves | Self::Bark => 5,
            Self::Steel => 14,
        }
    }

    /// Red, green, blue and near infrared of 0 to 255, a little different from place to place.
    pub fn bands(self, [x, y, _]: [f64; 3]) -> [u16; 4] {
        let light = 1.0 + 0.12 * noise(0.4 * x, 0.4 * y) + 0.06 * noise(3.0 * x, 3.0 * y);
        self.mean_bands().map(|band| (band * light).round().clamp(0.0, 255.0) as u16)
    }

    /// Plants reflect most of the near infrared, water swallows it.
    fn mean_bands(self) -> [f64; 4] {
        match self {
            Self::Ground(Cover::Street) => [118.0, 118.0, 122.0, 112.0],
            Self::Ground(Cover::Water) => [38.0, 66.0, 84.0, 10.0],
            Self::Ground(Cover::Furrows(_)) => [134.0, 104.0, 76.0, 140.0],
            Self::Ground(Cover::Forest) => [82.0, 80.0, 54.0, 128.0],
            Self::Ground(Cover::Garden | Cover::Meadow | Cover::Orchard) => [96.0, 132.0, 62.0, 196.0],
            Self::Wall => [206.0, 196.0, 176.0, 190.0],
            Self::Tiles => [168.0, 84.0, 62.0, 150.0],
            Self::Leaves => [58.0, 104.0, 44.0, 212.0],
            Self::Bark => [92.0, 84.0, 60.0, 150.0],
            Self::Steel => [128.0, 134.0, 138.0, 118.0],
        }
    }
}
