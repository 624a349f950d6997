//! The points that go in.

use std::path::Path;

use crate::las_file::LasFile;
use crate::las_read::read_las;
use crate::named;
use crate::ply_file::read_ply;
use crate::terminal::Outcome;
use crate::town;
use crate::unit::common_unit;

/// Points, and what is known about them.
pub struct Input {
    pub points: Vec<[f64; 3]>,
    /// The unit in which all coordinates are whole numbers, where there is one.
    pub unit: Option<f64>,
    /// The file that the points came from, if it was LAS: features are appended to it.
    pub las: Option<LasFile>,
}

impl Input {
    /// Reads a file by its ending, or builds a town.
    pub fn open(path: Option<&Path>) -> Outcome<Self> {
        let Some(path) = path else {
            return Ok(Self { points: town::town(town::POINTS), unit: Some(town::UNIT), las: None });
        };
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase()).unwrap_or_default();
        let input = match ending.to_str() {
            Some("las" | "laz") => read_las(path).map(Self::of_las),
            Some("ply") => read_ply(path).map(|points| Self { points, unit: None, las: None }),
            _ => Err("its name must end in .las, .laz or .ply".into()),
        };
        input.map_err(|error| named(path, &error).into())
    }

    fn of_las(las: LasFile) -> Self {
        Self { points: las.points(), unit: common_unit(las.scales()), las: Some(las) }
    }
}
