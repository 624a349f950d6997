//! Heights of points over the ground point nearest in plan.

#[cfg(feature = "gpu")]
use super::cloud::PointCloud;
use super::knn::{Askers, nearest_neighbors};
use super::queries::SortedQueries;
use super::self_mode::SelfMode;
use super::tree::{Tree, zeroed};
use super::walk::Reach;
use crate::cpu::Cpu;
use crate::error::Error;

#[cfg(feature = "gpu")]
impl PointCloud {
    /// Every point's height over the nearest ground point, found on the host; none of a cloud without ground.
    pub(super) fn heights_above_ground(&self, unit: f32) -> Result<Vec<f32>, Error> {
        let Some(is_ground) = self.attributes().ground.as_deref() else { return Ok(Vec::new()) };
        let mut heights = zeroed(self.len())?;
        heights_above_ground(self.device().queue().cpu(), self.points().as_slice(), is_ground, unit, &mut heights)?;
        Ok(heights)
    }
}

/// Writes every point's height over the nearest ground point in plan, in units of the input; `is_ground` holds at least one.
///
/// Ground and points are laid flat, so that the search for nearest neighbours measures in plan.
pub(super) fn heights_above_ground(
    cpu: &Cpu,
    points: &[[f32; 3]],
    is_ground: &[bool],
    unit: f32,
    column: &mut [f32],
) -> Result<(), Error> {
    let flat = |[x, y, _]: [f32; 3]| [x, y, 0.0];
    let ground: Vec<[f32; 3]> = points.iter().zip(is_ground).filter(|(_, is)| **is).map(|(point, _)| *point).collect();
    let ground_plan: Vec<_> = ground.iter().copied().map(flat).collect();
    let tree = Tree::build(&ground_plan, &cpu.workers, cpu.level)?;
    let plan: Vec<_> = points.iter().copied().map(flat).collect();
    let queries = SortedQueries::new(&plan, &tree, &cpu.workers, cpu.level)?;
    let (mut nearest, mut distances) = (zeroed::<u32>(points.len())?, zeroed::<f32>(points.len())?);
    let reach = Reach { k: 1, limit: f32::INFINITY, own: SelfMode::Include };
    let askers = Askers::Elsewhere(&queries);
    nearest_neighbors(&tree, askers, &reach, 1.0, &cpu.workers, cpu.level, &mut nearest, &mut distances);
    for ((height, point), below) in column.iter_mut().zip(points).zip(nearest) {
        *height = (point[2] - ground[below as usize][2]) * unit;
    }
    Ok(())
}
