//! Heights over the ground points of all parts.

use super::load::Place;
use super::part::TiledCloud;
use crate::error::Error;
use crate::points::PointCloud;
use crate::points::coordinates::local_point;

/// The ground points of all parts, laid flat, and their local z.
pub(super) struct Ground {
    plan: PointCloud,
    heights: Vec<f32>,
}

impl Ground {
    /// Gathers them; `Error::MissingAttribute` unless all parts know theirs, `Error::NoGround` if there are none.
    pub(super) fn of(cloud: &TiledCloud<'_>) -> Result<Self, Error> {
        let (feature, attribute, method) = ("height_above_ground", "ground points", "with_ground");
        let missing = Error::MissingAttribute { feature, attribute, method };
        let mut plan = Vec::new();
        let mut heights = Vec::new();
        for part in &cloud.parts {
            let is_ground = part.ground.ok_or_else(|| missing.clone())?;
            for (point, _) in part.xyz.iter().zip(is_ground).filter(|(_, is)| **is) {
                plan.push(cloud.flat(*point));
                heights.push(cloud.local(*point)[2]);
            }
        }
        if plan.is_empty() && !cloud.is_empty() {
            return Err(Error::NoGround);
        }
        Ok(Self { plan: cloud.device.points_with(&plan, &cloud.frame)?, heights })
    }

    /// Heights of some points over the ground nearest in plan, in units of the input.
    pub(super) fn heights_of(&self, cloud: &TiledCloud<'_>, places: &[Place]) -> Result<Vec<f32>, Error> {
        let queries: Vec<_> = places.iter().map(|place| cloud.flat(cloud.at(*place))).collect();
        let nearest = self.plan.knn_of(&queries, 1)?.read().wait()?;
        let unit = cloud.unit().map_or(1.0, |unit| unit as f32);
        let height =
            |(place, below): (&Place, &u32)| (cloud.local(cloud.at(*place))[2] - self.heights[*below as usize]) * unit;
        Ok(places.iter().zip(nearest.indices()).map(height).collect())
    }
}

impl TiledCloud<'_> {
    fn local(&self, point: [f64; 3]) -> [f32; 3] {
        local_point(point, self.origin(), self.unit())
    }

    /// The point's place in plan, at the height of the origin. Whole steps of the unit where there is one, as its local
    /// coordinates are.
    fn flat(&self, point: [f64; 3]) -> [f64; 3] {
        let origin = self.origin();
        let plan = |axis: usize| match self.unit() {
            Some(unit) => origin[axis] + f64::from(self.local(point)[axis]) * unit,
            None => point[axis],
        };
        [plan(0), plan(1), origin[2]]
    }
}
