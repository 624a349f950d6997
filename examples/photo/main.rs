//! From photographs to gray images, masks and tensors: `gray.png`, `threshold.png` and `tensor.npy`.

#[path = "../support/device.rs"]
mod device;
mod flags;
#[path = "../support/noise.rs"]
mod noise;
mod npy;
#[path = "../support/npy_header.rs"]
mod npy_header;
mod outputs;
mod picture;
mod process;
mod report;
#[path = "../support/size.rs"]
mod size;
#[path = "../support/terminal.rs"]
mod terminal;
#[path = "../support/timings.rs"]
mod timings;

use std::process::ExitCode;

use flags::Flags;
use process::Job;
use terminal::{Outcome, say};
use timings::{Subject, Timings};

fn main() -> ExitCode {
    terminal::start_logging();
    match terminal::parse_flags::<Flags>() {
        Ok(flags) => terminal::exit_code(run(&flags)),
        Err(code) => code,
    }
}

fn run(flags: &Flags) -> Outcome<()> {
    let folders = outputs::folders(&flags.out_dir, &flags.inputs)?;
    let photos = picture::open_all(&flags.inputs)?;
    if flags.quantize.is_some() && flags.resize.is_none() && !picture::have_one_size(&photos) {
        return Err("--quantize takes photographs of several sizes only with --resize".into());
    }
    let device = device::open_device(flags.device)?;
    let job = Job::new(flags);
    let stages = job.stages();
    let mut timings = Timings::new(&stages);
    // The table tells of the device at work, not of its start.
    drop(process::run(&device, &photos, &job, &mut timings)?);
    timings.clear();
    let mut results = process::run(&device, &photos, &job, &mut timings)?;
    for _ in 1..flags.repeat {
        // Results of the run before are given back first, so that their memory is used again.
        drop(results);
        results = process::run(&device, &photos, &job, &mut timings)?;
    }
    outputs::save(&flags.out_dir, &folders, &results, flags.quantize)?;
    if let Some(path) = &flags.timings {
        let pixels = photos.iter().map(|photo| photo.width() as usize * photo.height() as usize).sum();
        timings.write(path, &Subject::of(&device, "pixels", pixels))?;
    }
    say(format_args!("{}\n", device.info()));
    say(report::table(flags, &stages, &photos, &results, &timings));
    let what = if flags.quantize.is_some() {
        "gray.png, threshold.png and tensors"
    } else {
        "gray.png, threshold.png and tensor.npy"
    };
    let each = if folders.len() > 1 { ", a folder each" } else { "" };
    say(format_args!("\nwrote {what} into {}{each}", flags.out_dir.display()));
    if flags.stats {
        say(format_args!("\n{}", device.stats()));
    }
    Ok(())
}
