//! The work on the device, stage by stage, each waited for.

use std::time::Instant;

use swath::{Device, Error, Feature, HostFeatures, Neighborhood, PointCloud, PointsOptions};

use crate::attributes::Needs;
use crate::input::Input;
use crate::progress::Progress;
use crate::timings::Timings;
use crate::unit::shared_unit;
use crate::vicinity::Vicinity;

/// Stages in the order of the timings file.
pub const STAGES: [&str; 6] = ["upload", "index", "knn", "features", "read", "total"];

/// What to compute of which points.
pub struct Job<'a> {
    pub inputs: &'a [Input],
    pub vicinity: Vicinity,
    pub features: &'a [Feature],
    /// Largest value of colours.
    pub maximum: u16,
}

/// Features of the points of one input.
pub enum Table {
    Whole(HostFeatures),
    /// Columns that were gathered piece by piece.
    Gathered {
        features: Vec<Feature>,
        columns: Vec<Vec<f32>>,
    },
}

impl Table {
    /// The values of a feature; `None` if it was not asked for.
    pub fn column(&self, feature: Feature) -> Option<&[f32]> {
        match self {
            Self::Whole(table) => table.column(feature),
            Self::Gathered { features, columns } => {
                features.iter().position(|name| *name == feature).map(|place| &columns[place][..])
            }
        }
    }
}

/// Runs some work so many times, and once before that where it is measured; the result is that of the last.
pub fn repeated<T>(
    repeats: u32,
    is_measured: bool,
    timings: &mut Timings,
    mut work: impl FnMut(&mut Timings) -> Result<T, Error>,
) -> Result<T, Error> {
    if is_measured {
        drop(work(timings)?);
        timings.clear();
    }
    for _ in 1..repeats {
        // Each result is given back before the next run, so that its memory is used again.
        drop(work(timings)?);
    }
    work(timings)
}

impl Job<'_> {
    /// Points of all inputs.
    pub fn len(&self) -> usize {
        self.inputs.iter().map(|input| input.points.len()).sum()
    }

    /// The unit that all inputs share.
    pub fn options(&self) -> PointsOptions {
        let grids: Vec<_> = self.inputs.iter().map(|input| input.grid).collect();
        PointsOptions { unit: shared_unit(&grids), origin: None }
    }

    /// Features of the only input, in one piece.
    pub fn run_whole(
        &self,
        device: &Device,
        is_measured: bool,
        timings: &mut Timings,
        progress: &Progress,
    ) -> Result<Table, Error> {
        let Vicinity { neighborhood, options } = self.vicinity;
        let start = Instant::now();
        progress.step("uploading");
        let cloud = timings.stage("upload", || self.upload(device))?;
        progress.step("building the index");
        timings.stage("index", || cloud.build_index().and_then(|()| device.synchronize()))?;
        progress.step("computing features");
        let table = timings.stage("features", || {
            let table = cloud.features_with(neighborhood, self.features, &options)?;
            device.synchronize().map(|()| table)
        })?;
        progress.step("reading back");
        let host = timings.stage("read", || table.read().wait())?;
        timings.record("total", start.elapsed().as_secs_f64());
        // Lists of all within a radius may be larger than any memory, so only fixed numbers are timed alone.
        if let (true, Neighborhood::Knn(k)) = (is_measured, neighborhood) {
            progress.step("finding neighbours");
            timings.stage("knn", || {
                let neighbors = cloud.knn(k)?;
                device.synchronize().map(|()| drop(neighbors))
            })?;
        }
        Ok(Table::Whole(host))
    }

    fn upload(&self, device: &Device) -> Result<PointCloud, Error> {
        let [input] = self.inputs else { return device.points(&[]) };
        let needs = Needs::of(self.features);
        let cloud = input.attributes.cloud(device, &input.points, &self.options(), needs, self.maximum)?;
        device.synchronize().map(|()| cloud)
    }
}
