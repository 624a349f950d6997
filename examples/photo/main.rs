//! From a photograph to a gray image, a mask and a tensor: `gray.png`, `threshold.png` and `tensor.npy`.

#[path = "../support/device.rs"]
mod device;
#[path = "../support/noise.rs"]
mod noise;
mod npy;
mod picture;
mod process;
#[path = "../support/terminal.rs"]
mod terminal;
#[path = "../support/timings.rs"]
mod timings;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use swath::{DeviceChoice, Threshold};

use process::{Results, STAGES};
use terminal::{Outcome, say};
use timings::{Subject, Timings, thousands};

/// Turns a photograph into a gray image, a mask and an input for a neural network.
///
/// Writes gray.png, threshold.png (white where the gray value is above the threshold) and tensor.npy (32-bit floats,
/// channels x height x width, ImageNet's mean and standard deviation). Without INPUT a landscape is painted.
#[derive(Debug, Parser)]
#[command(name = "photo")]
struct Flags {
    /// Photograph, .png or .jpg
    input: Option<PathBuf>,
    /// Level above which a pixel is white, 0 to 255, or otsu to find it from the histogram
    #[arg(long, default_value = "otsu", value_parser = parse_threshold)]
    threshold: Threshold,
    /// Where to run [default: what SWATH_DEVICE says, else auto]
    #[arg(long, value_parser = device::choice_parser())]
    device: Option<DeviceChoice>,
    /// Folder for the results; made if it is missing
    #[arg(long, value_name = "DIR", default_value = ".")]
    out_dir: PathBuf,
    /// Write the seconds of every stage and repeat as JSON, after one warm-up run
    #[arg(long, value_name = "OUT.json")]
    timings: Option<PathBuf>,
    /// Timed runs
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Print what the device did and the memory it holds
    #[arg(long)]
    stats: bool,
}

fn main() -> ExitCode {
    terminal::start_logging();
    match terminal::parse_flags::<Flags>() {
        Ok(flags) => terminal::exit_code(run(&flags)),
        Err(code) => code,
    }
}

fn parse_threshold(text: &str) -> Result<Threshold, String> {
    match text {
        "otsu" => Ok(Threshold::otsu()),
        level => {
            level.parse().map(Threshold::binary).map_err(|_| "it is neither otsu nor a level from 0 to 255".into())
        }
    }
}

fn run(flags: &Flags) -> Outcome<()> {
    let photo = picture::open(flags.input.as_deref())?;
    let device = device::open_device(flags.device)?;
    let mut timings = Timings::new(&STAGES);
    if flags.timings.is_some() || flags.repeat > 1 {
        process::run(&device, &photo, flags.threshold, &mut timings)?;
        timings.clear();
    }
    let mut results = process::run(&device, &photo, flags.threshold, &mut timings)?;
    for _ in 1..flags.repeat {
        // Results of the run before are given back first, so that their memory is used again.
        drop(results);
        results = process::run(&device, &photo, flags.threshold, &mut timings)?;
    }
    save(&flags.out_dir, &results)?;
    let pixels = photo.width() as usize * photo.height() as usize;
    if let Some(path) = &flags.timings {
        timings.write(path, &Subject::of(&device, "pixels", pixels))?;
    }
    say(format_args!("{}", device.info()));
    let seconds = timings.best("total").unwrap_or_default();
    let speed = pixels as f64 / seconds / 1e6;
    let (width, height) = (photo.width(), photo.height());
    say(format_args!(
        "{width} x {height}, {} pixels in {:.2} ms, {speed:.0} Mpixel/s",
        thousands(pixels),
        seconds * 1e3
    ));
    say(format_args!("wrote gray.png, threshold.png and tensor.npy into {}", flags.out_dir.display()));
    if flags.stats {
        say(device.stats());
    }
    Ok(())
}

fn save(folder: &Path, results: &Results) -> Outcome<()> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let named = |name: &str| folder.join(name);
    let complaint = |name: &str, error: &dyn std::fmt::Display| format!("{}: {error}", named(name).display());
    picture::save_gray(&named("gray.png"), &results.gray).map_err(|error| complaint("gray.png", &error))?;
    picture::save_gray(&named("threshold.png"), &results.mask).map_err(|error| complaint("threshold.png", &error))?;
    npy::write(&named("tensor.npy"), results.tensor.shape(), results.tensor.as_slice())
        .map_err(|error| complaint("tensor.npy", &error).into())
}
