//! From a LiDAR file to features of every point and a picture: the main job of Swath, end to end.

mod attributes;
mod color_range;
mod coloring;
#[cfg(test)]
mod equality;
mod extra_dimensions;
mod flags;
mod input;
mod las_attributes;
mod las_file;
mod las_new;
mod las_read;
mod las_write;
mod outputs;
mod picture;
mod ply_file;
mod progress;
mod run;
mod tiled;
mod town;
mod unit;
mod values;
mod vicinity;
mod wanted;

#[path = "../support/device.rs"]
mod device;
#[path = "../support/noise.rs"]
mod noise;
#[path = "../support/terminal.rs"]
mod terminal;
#[path = "../support/timings.rs"]
mod timings;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use swath::{Device, Feature};

use attributes::{Attributes, Needs};
use color_range::ColorRange;
use flags::Flags;
use input::Input;
use progress::Progress;
use run::{Job, Table, repeated};
use terminal::{Outcome, say};
use timings::{Subject, Timings, thousands};
use vicinity::Vicinity;
use wanted::Given;

fn main() -> ExitCode {
    terminal::start_logging();
    match terminal::parse_flags::<Flags>() {
        Ok(flags) => terminal::exit_code(run(&flags)),
        Err(code) => code,
    }
}

fn run(flags: &Flags) -> Outcome<()> {
    let files = outputs::check(flags)?;
    let progress = Progress::new(steps(flags));
    let inputs = open(&flags.inputs, &progress)?;
    let plan = Plan::new(flags, &inputs)?;
    let device = device::open_device(flags.device)?;
    let job = Job {
        inputs: &inputs,
        vicinity: Vicinity::of(flags),
        features: &plan.computed,
        maximum: plan.range.map_or(u16::MAX, |range| range.maximum),
    };
    let mut timings = Timings::new(if is_tiled(flags) { &tiled::STAGES } else { &run::STAGES });
    let tables = compute(&job, flags, &device, &mut timings, &progress)?;
    let (points, vicinity) = (job.len(), job.vicinity);
    let mut notes: Vec<String> = plan.given.left_out.into_iter().collect();
    notes.extend(plan.range.map(|range| range.to_string()));
    let told = notes.len();
    if let Some(path) = &flags.timings {
        timings.write(path, &Subject::of(&device, "points", points))?;
        notes.push(format!("wrote {}", path.display()));
    }
    if let Some(path) = &flags.picture {
        progress.step("drawing");
        notes.push(outputs::draw(path, &inputs, &tables, flags)?);
    }
    for ((path, input), table) in files.iter().flatten().zip(inputs).zip(&tables) {
        progress.step("writing");
        notes.push(outputs::store(path, input.into_las()?, table, &plan.given.features, &vicinity)?);
    }
    progress.finish();
    say(device.info());
    say(format_args!("{}", speed(points, plan.computed.len(), &vicinity, &timings)));
    if notes.len() == told {
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

/// What is computed of the inputs, known before the device is opened.
struct Plan {
    given: Given,
    /// The features that are given, and those of the picture.
    computed: Vec<Feature>,
    /// Where colours are among what they are computed from.
    range: Option<ColorRange>,
}

impl Plan {
    fn new(flags: &Flags, inputs: &[Input]) -> Outcome<Self> {
        let attributes: Vec<_> = inputs.iter().map(|input| &input.attributes).collect();
        let shared = Attributes::shared(&attributes);
        let given = flags.features.given(&shared)?;
        let mut computed = given.features.clone();
        if flags.picture.is_some() {
            let of_picture = flags.color.features(&shared)?;
            computed.extend(of_picture.into_iter().filter(|feature| !given.features.contains(feature)));
        }
        let largest = || attributes.iter().map(|one| one.largest_value()).max().unwrap_or(0);
        let range = Needs::of(&computed).colors.then(|| ColorRange::of(flags.color_max, largest()));
        Ok(Self { given, computed, range })
    }
}

fn open(paths: &[PathBuf], progress: &Progress) -> Outcome<Vec<Input>> {
    if paths.is_empty() {
        progress.step("building a town");
        return Ok(vec![Input::town_of(town::POINTS)]);
    }
    let read = |path: &PathBuf| {
        progress.step("reading");
        Input::open(path)
    };
    paths.iter().map(read).collect()
}

fn compute(
    job: &Job,
    flags: &Flags,
    device: &Device,
    timings: &mut Timings,
    progress: &Progress,
) -> Outcome<Vec<Table>> {
    let is_measured = is_measured(flags);
    if is_tiled(flags) {
        let run = |timings: &mut Timings| job.run_tiled(device, flags.memory_limit, timings, progress);
        return Ok(repeated(flags.repeat, is_measured, timings, run)?);
    }
    let run = |timings: &mut Timings| job.run_whole(device, is_measured, timings, progress);
    Ok(vec![repeated(flags.repeat, is_measured, timings, run)?])
}

fn is_tiled(flags: &Flags) -> bool {
    flags.inputs.len() > 1 || flags.memory_limit.is_some()
}

fn is_measured(flags: &Flags) -> bool {
    flags.timings.is_some() || flags.repeat > 1
}

/// Steps of the progress bar.
fn steps(flags: &Flags) -> u64 {
    let repeats = u64::from(flags.repeat);
    let of_runs = if is_measured(flags) { 5 * (repeats + 1) } else { 4 * repeats };
    of_runs + flags.inputs.len().max(1) as u64 + 2
}

fn speed(points: usize, features: usize, vicinity: &Vicinity, timings: &Timings) -> String {
    let seconds = timings.best("total").unwrap_or_default();
    let speed = points as f64 / seconds.max(1e-9) / 1e6;
    let points = thousands(points);
    format!("{points} points, {features} features of {vicinity} in {seconds:.3} s, {speed:.2} million points a second")
}

/// An error with the file that it is about.
fn named(path: &Path, error: &dyn Display) -> String {
    format!("{}: {error}", path.display())
}
