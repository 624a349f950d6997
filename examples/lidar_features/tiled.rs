//! The work in tiles: several inputs as one cloud, or one within a memory limit.

use std::time::Instant;

use swath::{Device, Error, TileFeatures, TileOptions};

use crate::attributes::Needs;
use crate::progress::Progress;
use crate::run::{Job, Table};
use crate::timings::Timings;

/// Stages in the order of the timings file: the chunks from upload to reading back, and the same with what leads to them.
pub const STAGES: [&str; 2] = ["features", "total"];

impl Job<'_> {
    /// Features of every input, each with the points of the others as neighbours.
    pub fn run_tiled(
        &self,
        device: &Device,
        memory_limit: Option<u64>,
        timings: &mut Timings,
        progress: &Progress,
    ) -> Result<Vec<Table>, Error> {
        let start = Instant::now();
        let needs = Needs::of(self.features);
        let no_ground = vec![false; self.inputs.iter().map(|input| input.points.len()).max().unwrap_or(0)];
        let parts: Vec<_> = self
            .inputs
            .iter()
            .map(|input| input.attributes.part(&input.points, &no_ground, needs, self.maximum))
            .collect();
        let cloud = device.tiles(&parts, &TileOptions { points: self.options(), memory_limit })?;
        let mut columns: Vec<Vec<Vec<f32>>> =
            self.inputs.iter().map(|input| vec![vec![f32::NAN; input.points.len()]; self.features.len()]).collect();
        progress.of_points("computing features", self.len());
        timings.stage("features", || {
            cloud.features(self.vicinity.neighborhood, self.features, &self.vicinity.options, |tile| {
                self.gather(&tile, &mut columns[tile.part()]);
                progress.done(tile.progress().done);
                Ok::<(), Error>(())
            })
        })?;
        timings.record("total", start.elapsed().as_secs_f64());
        Ok(columns.into_iter().map(|columns| Table::Gathered { features: self.features.to_vec(), columns }).collect())
    }

    fn gather(&self, tile: &TileFeatures<'_>, columns: &mut [Vec<f32>]) {
        for (feature, column) in self.features.iter().zip(columns) {
            let values = tile.column(*feature).unwrap_or_default();
            for (row, value) in tile.rows().iter().zip(values) {
                column[*row as usize] = *value;
            }
        }
    }
}
