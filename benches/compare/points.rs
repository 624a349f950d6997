//! Swath's part in `cargo xtask compare points`.
//!
//! `compare-points write FOLDER CLOUD..` writes each cloud's local coordinates to `FOLDER/CLOUD.f32`, for the peers, and
//! prints the names of the clouds that are there. `compare-points run CLOUD THREADS` says `ready`, then answers each
//! line of standard input, `knn K` or `features K`, by one line of `name=value`: seconds, and means of the answer by
//! which it is checked.
//!
//! The clock starts at coordinates as in the file, so that it includes taking them to local `f32`; the peers begin with
//! those. It ends when the rows are on the host, in the order of the input. Results are dropped outside the clock.

use std::io::BufRead;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use swath::{
    Device, DeviceChoice, DeviceOptions, Feature, FeatureOptions, Features, Neighborhood, PointCloud, PointsOptions,
};
use swath_benches::Cloud;
use swath_benches::conditions::{cpu_name, rustc, today, version_of};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["write", folder, names @ ..] => write(Path::new(folder), names),
        ["run", name, threads] => run(name, threads),
        _ => Err("usage: compare-points write FOLDER CLOUD.. | compare-points run CLOUD THREADS".into()),
    };
    if let Err(reason) = &outcome {
        eprintln!("{reason}");
    }
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn write(folder: &Path, names: &[&str]) -> Result<(), String> {
    for cloud in names.iter().filter_map(|name| Cloud::named(name, usize::MAX)) {
        let bytes: Vec<u8> = cloud.local().iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
        let path = folder.join(cloud.name).with_extension("f32");
        std::fs::write(&path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        println!("{}", cloud.name);
    }
    Ok(())
}

fn run(name: &str, threads: &str) -> Result<(), String> {
    let threads = threads.parse().map_err(|_| format!("{threads} is not a number of threads"))?;
    let cloud = Cloud::named(name, usize::MAX).ok_or_else(|| format!("there is no cloud {name}"))?;
    let wanted = DeviceOptions::from_env().map_err(|error| error.to_string())?;
    let options = DeviceOptions { choice: DeviceChoice::Cpu, threads: Some(threads), ..wanted };
    let device = Device::with_options(&options).map_err(|error| error.to_string())?;
    let given = PointsOptions { unit: cloud.unit, origin: Some(cloud.corner()) };
    let swath = Contestant { device, cloud, given };
    let level = swath.device.info().simd.name();
    println!("ready {}; swath {} ({level}), {}; {}", cpu_name(), version_of("swath"), rustc(), today());
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match swath.answer(&line) {
            Ok(reply) => println!("{reply}"),
            Err(reason) => println!("error {reason}"),
        }
    }
    Ok(())
}

struct Contestant {
    device: Device,
    cloud: Cloud,
    /// Unit and origin, such that everyone has the same local coordinates.
    given: PointsOptions,
}

impl Contestant {
    fn answer(&self, request: &str) -> Result<String, String> {
        let (work, k) = request.split_once(' ').ok_or("a request is `WORK K`")?;
        let k = k.parse().map_err(|_| format!("{k} is not a number of neighbours"))?;
        match work {
            "knn" => self.knn(k),
            "features" => self.features(k),
            _ => return Err(format!("there is no work called {work}")),
        }
        .map_err(|error| error.to_string())
    }

    fn knn(&self, k: usize) -> Result<String, swath::Error> {
        let start = Instant::now();
        let points = self.indexed()?;
        let index = start.elapsed().as_secs_f64();
        let neighbors = points.knn(k)?.read().wait()?;
        let total = start.elapsed().as_secs_f64();
        let unit = self.cloud.unit.unwrap_or(1.0);
        let kth = mean(neighbors.squared_distances().iter().skip(k - 1).step_by(k)) / (unit * unit);
        Ok(format!("knn={} index+knn={total} kth_squared_distance={kth}", total - index))
    }

    /// The fused pass, and after it, by itself, the description of lists that were searched before.
    fn features(&self, k: usize) -> Result<String, swath::Error> {
        let start = Instant::now();
        let points = self.indexed()?;
        let table = points.features(Neighborhood::Knn(k), &Features::eigen())?.read().wait()?;
        let total = start.elapsed().as_secs_f64();
        let neighbors = points.knn(k)?;
        self.device.synchronize()?;
        let start = Instant::now();
        points.features_of(&neighbors, &Features::eigen(), &FeatureOptions::default())?.read().wait()?;
        let described = start.elapsed().as_secs_f64();
        let mean_of = |feature| mean(table.column(feature).unwrap_or_default());
        let (linearity, normal_z) = (mean_of(Feature::Linearity), mean_of(Feature::NormalZ));
        Ok(format!(
            "index+knn+features={total} features={described} linearity={linearity} normal_z={normal_z} neighbors={k}"
        ))
    }

    fn indexed(&self) -> Result<PointCloud, swath::Error> {
        let points = self.device.points_with(&self.cloud.xyz, &self.given)?;
        points.build_index()?;
        self.device.synchronize()?;
        Ok(points)
    }
}

/// The mean of the values that are numbers.
fn mean<'a>(values: impl IntoIterator<Item = &'a f32>) -> f64 {
    let numbers = values.into_iter().filter(|value| !value.is_nan()).map(|&value| f64::from(value));
    let (sum, count) = numbers.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    sum / count as f64
}
