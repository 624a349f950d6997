//! The points that go in.

use std::path::Path;

use crate::attributes::{Attributes, GROUND};
use crate::las_file::LasFile;
use crate::las_new::las_of;
use crate::las_read::read_las;
use crate::named;
use crate::ply_file::read_ply;
use crate::terminal::Outcome;
use crate::town::{self, Town};
use crate::unit::Grid;

/// Points, and what is known about them.
pub struct Input {
    pub points: Vec<[f64; 3]>,
    pub attributes: Attributes,
    /// Of which all coordinates are whole steps, where there is one.
    pub grid: Option<Grid>,
    origin: Origin,
}

/// Where the points came from: features are appended to what there was.
enum Origin {
    Las(Box<LasFile>),
    Ply,
    Town { classes: Vec<u8> },
}

impl Input {
    /// Reads a file by its ending.
    pub fn open(path: &Path) -> Outcome<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase()).unwrap_or_default();
        let input = match ending.to_str() {
            Some("las" | "laz") => read_las(path).map(|las| Self::of_las(las, &name)),
            Some("ply") => read_ply(path).map(|points| Self::of_ply(points, &name)),
            _ => Err("its name must end in .las, .laz or .ply".into()),
        };
        input.map_err(|error| named(path, &error).into())
    }

    /// A synthetic town of so many points.
    pub fn town_of(count: usize) -> Self {
        let Town { points, colors, infrared, classes } = town::town(count);
        let ground = classes.iter().map(|class| *class == GROUND).collect();
        Self {
            points,
            attributes: Attributes { colors: Ok(colors), infrared: Ok(infrared), ground: Ok(ground) },
            grid: Some(Grid { scales: [town::UNIT; 3], offsets: [0.0; 3] }),
            origin: Origin::Town { classes },
        }
    }

    /// The file to append features to.
    pub fn into_las(self) -> Outcome<LasFile> {
        match self.origin {
            Origin::Las(las) => Ok(*las),
            Origin::Ply => las_of(&self.points, None),
            Origin::Town { classes } => las_of(&self.points, Some(&classes)),
        }
    }

    fn of_las(las: LasFile, name: &str) -> Self {
        let (points, attributes, grid) = (las.points(), las.attributes(name), Some(las.grid()));
        Self { points, attributes, grid, origin: Origin::Las(Box::new(las)) }
    }

    fn of_ply(points: Vec<[f64; 3]>, name: &str) -> Self {
        let attributes = Attributes::none(&format!("{name}: PLY files are read for their coordinates alone"));
        Self { points, attributes, grid: None, origin: Origin::Ply }
    }
}
