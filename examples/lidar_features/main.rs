//! From a LiDAR file to features of every point and a picture: the main job of Swath, end to end.

mod extra_dimensions;
mod flags;
mod input;
mod las_file;
mod las_new;
mod las_read;
mod las_write;
mod picture;
mod ply_file;
mod run;
mod town;
mod unit;

#[path = "../support/device.rs"]
mod device;
#[path = "../support/noise.rs"]
mod noise;
#[path = "../support/terminal.rs"]
mod terminal;
#[path = "../support/timings.rs"]
mod timings;

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

use swath::{Feature, HostFeatures};

use flags::Flags;
use input::Input;
use las_file::LasFile;
use run::{Job, Progress, STAGES};
use terminal::{Outcome, say};
use timings::{Subject, Timings, thousands};

fn main() -> ExitCode {
    terminal::start_logging();
    match terminal::parse_flags::<Flags>() {
        Ok(flags) => terminal::exit_code(run(&flags)),
        Err(code) => code,
    }
}

fn run(flags: &Flags) -> Outcome<()> {
    flags.check()?;
    let is_measured = flags.timings.is_some() || flags.repeat > 1;
    let progress = Progress::new(flags.repeat as usize, is_measured);
    progress.step(if flags.input.is_some() { "reading" } else { "building a town" });
    let input = Input::open(flags.input.as_deref())?;
    let device = device::open_device(flags.device)?;
    let computed = flags.computed_features();
    let job = Job { points: &input.points, unit: input.unit, k: usize::from(flags.k), features: &computed };
    let mut timings = Timings::new(&STAGES);
    let table = job.repeat(&device, flags.repeat, is_measured, &mut timings, &progress)?;
    let mut notes = Vec::new();
    if let Some(path) = &flags.timings {
        timings.write(path, &Subject::of(&device, "points", job.points.len()))?;
        notes.push(format!("wrote {}", path.display()));
    }
    if let Some(path) = &flags.picture {
        progress.step("drawing");
        notes.push(draw(path, &input.points, &table, flags.color)?);
    }
    if let Some(path) = &flags.out {
        progress.step("writing");
        let las = input.las.map_or_else(|| las_new::las_of(&input.points), Ok)?;
        notes.push(store(path, las, &table, flags)?);
    }
    progress.finish();
    summary(&device, job.points.len(), flags.k, computed.len(), timings.best("total").unwrap_or_default());
    if notes.is_empty() {
        notes.push(
            "no file was asked for; --picture town.png draws the points, --out features.laz keeps them".to_owned(),
        );
    }
    notes.iter().for_each(say);
    if flags.stats {
        say(device.stats());
    }
    Ok(())
}

fn draw(path: &Path, points: &[[f64; 3]], table: &HostFeatures, color: Feature) -> Outcome<String> {
    let values = table.column(color).ok_or("the feature of the picture was not computed")?;
    let picture = picture::draw(points, values, color.name());
    picture::save(&picture, path).map_err(|error| named(path, &error))?;
    Ok(format!(
        "wrote {}, {} x {} pixels, colour by {}",
        path.display(),
        picture.width(),
        picture.height(),
        color.name()
    ))
}

/// Appends one dimension a feature and writes the file; the note names dimensions that could not keep their name.
fn store(path: &Path, mut las: LasFile, table: &HostFeatures, flags: &Flags) -> Outcome<String> {
    let mut columns = Vec::new();
    let mut renamed = String::new();
    for feature in &flags.features.0 {
        columns.push(table.column(*feature).ok_or("a feature of the file was not computed")?);
        let name = las.extra.push_float(feature.name(), &format!("{} neighbours, Swath", flags.k));
        if name != feature.name() {
            renamed += &format!(", {} as {name} because that name was taken", feature.name());
        }
    }
    las.append(&columns).and_then(|()| las.write(path)).map_err(|error| named(path, &error))?;
    Ok(format!("wrote {}, {} dimensions more{renamed}", path.display(), columns.len()))
}

fn summary(device: &swath::Device, points: usize, k: u8, features: usize, seconds: f64) {
    let speed = points as f64 / seconds.max(1e-9) / 1e6;
    say(device.info());
    say(format_args!(
        "{} points, {features} features of {k} neighbours in {seconds:.3} s, {speed:.2} million points a second",
        thousands(points)
    ));
}

/// An error with the file that it is about.
fn named(path: &Path, error: &dyn Display) -> String {
    format!("{}: {error}", path.display())
}
