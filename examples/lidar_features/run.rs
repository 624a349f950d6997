//! The work on the device, stage by stage, each waited for, and the progress that a person sees.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use swath::{Device, Error, Feature, HostFeatures, Neighborhood, PointCloud, PointsOptions};

use crate::timings::Timings;

/// Stages in the order of the timings file.
pub const STAGES: [&str; 6] = ["upload", "index", "knn", "features", "read", "total"];

/// Features of a cloud.
pub struct Job<'a> {
    pub points: &'a [[f64; 3]],
    pub unit: Option<f64>,
    pub k: usize,
    pub features: &'a [Feature],
}

impl Job<'_> {
    /// The features, computed so many times, and once before that where they are measured.
    pub fn repeat(
        &self,
        device: &Device,
        repeats: u32,
        is_measured: bool,
        timings: &mut Timings,
        progress: &Progress,
    ) -> Result<HostFeatures, Error> {
        if is_measured {
            self.run(device, is_measured, timings, progress)?;
            timings.clear();
        }
        for _ in 1..repeats {
            // Each result is given back before the next run, so that its memory is used again.
            drop(self.run(device, is_measured, timings, progress)?);
        }
        self.run(device, is_measured, timings, progress)
    }

    fn run(
        &self,
        device: &Device,
        is_measured: bool,
        timings: &mut Timings,
        progress: &Progress,
    ) -> Result<HostFeatures, Error> {
        let start = Instant::now();
        progress.step("uploading");
        let cloud = timings.stage("upload", || self.upload(device))?;
        progress.step("building the index");
        timings.stage("index", || cloud.build_index().and_then(|()| device.synchronize()))?;
        progress.step("computing features");
        let table = timings.stage("features", || {
            let table = cloud.features(Neighborhood::Knn(self.k), self.features)?;
            device.synchronize().map(|()| table)
        })?;
        progress.step("reading back");
        let host = timings.stage("read", || table.read().wait())?;
        timings.record("total", start.elapsed().as_secs_f64());
        if is_measured {
            progress.step("finding neighbours");
            timings.stage("knn", || {
                let neighbors = cloud.knn(self.k)?;
                device.synchronize().map(|()| drop(neighbors))
            })?;
        }
        Ok(host)
    }

    fn upload(&self, device: &Device) -> Result<PointCloud, Error> {
        let cloud = device.points_with(self.points, &PointsOptions { unit: self.unit, origin: None })?;
        device.synchronize().map(|()| cloud)
    }
}

/// A bar on a terminal, nothing elsewhere.
pub struct Progress(ProgressBar);

impl Progress {
    /// Room for all steps of a run.
    pub fn new(repeats: usize, is_measured: bool) -> Self {
        let stages = if is_measured { 5 * (repeats + 1) } else { 4 * repeats };
        let bar = ProgressBar::new(stages as u64 + 3);
        let style = ProgressStyle::with_template("{spinner} {bar:30} {msg}").unwrap_or(ProgressStyle::default_bar());
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// The next step begins.
    pub fn step(&self, name: &'static str) {
        self.0.set_message(name);
        self.0.inc(1);
    }

    /// Takes the bar off the terminal.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
