//! A cloud larger than the memory it is processed in: points are made up, cut into tiles, and their features written to a
//! file chunk by chunk. Prints the speed and the most memory that the process ever held.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use swath::{DeviceChoice, Feature, FeatureOptions, Neighborhood, PointsOptions, TileFeatures, TileOptions, TilePart};

#[path = "support/device.rs"]
mod device;
#[path = "support/noise.rs"]
mod noise;
#[path = "support/terminal.rs"]
mod terminal;

use terminal::{Outcome, say};

const FEATURES: [Feature; 6] = [
    Feature::Linearity,
    Feature::Planarity,
    Feature::Sphericity,
    Feature::Verticality,
    Feature::NormalZ,
    Feature::EigenvalueSum,
];
/// Points a square metre, as in the national surveys of today.
const DENSITY: f64 = 10.0;
/// All coordinates are whole multiples of this, in metres.
const UNIT: f64 = 0.01;

/// Features of more points than the memory limit holds at once.
#[derive(Debug, Parser)]
#[command(name = "large_cloud")]
struct Flags {
    /// Points to make up
    #[arg(long, default_value_t = 50_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    points: u32,
    /// Neighbours of each point, itself included, 1 to 256
    #[arg(long, default_value_t = 16)]
    k: usize,
    /// Bytes that the work on one chunk may take
    #[arg(long, default_value_t = 1 << 30)]
    memory_limit: u64,
    /// Where to run [default: what SWATH_DEVICE says, else auto]
    #[arg(long, value_parser = device::choice_parser())]
    device: Option<DeviceChoice>,
    /// Write a row of (index: u32, six features: f32) a point, little-endian, in the order in which chunks are done
    #[arg(long, value_name = "ROWS.bin")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    terminal::start_logging();
    match terminal::parse_flags::<Flags>() {
        Ok(flags) => terminal::exit_code(run(&flags)),
        Err(code) => code,
    }
}

fn run(flags: &Flags) -> Outcome<()> {
    let device = device::open_device(flags.device)?;
    say(device.info());
    let points = hills(flags.points);
    let mut out =
        flags.out.as_ref().map(|path| Ok::<_, std::io::Error>(BufWriter::new(File::create(path)?))).transpose()?;
    let bar = progress_bar(u64::from(flags.points));
    let start = Instant::now();
    let options = PointsOptions { unit: Some(UNIT), origin: None };
    let tiles = device
        .tiles(&[TilePart::new(&points)], &TileOptions { points: options, memory_limit: Some(flags.memory_limit) })?;
    let mut chunks = 0;
    let neighborhood = Neighborhood::Knn(flags.k);
    tiles.features(neighborhood, &FEATURES, &FeatureOptions::default(), |tile| -> Outcome<()> {
        chunks += 1;
        bar.set_position(tile.progress().done);
        out.as_mut().map_or(Ok(()), |out| write_rows(out, &tile))
    })?;
    if let Some(mut out) = out {
        out.flush()?;
    }
    let seconds = start.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let speed = f64::from(flags.points) / seconds / 1e6;
    say(format_args!("{} points in {chunks} chunks: {seconds:.1} s, {speed:.2} million points a second", flags.points));
    if let Some(peak) = peak_memory() {
        say(format_args!(
            "at most {:.2} GiB of memory, {:.2} GiB of it coordinates",
            peak,
            gibibytes(points.len() * 24)
        ));
    }
    Ok(())
}

fn write_rows(out: &mut impl Write, tile: &TileFeatures<'_>) -> Outcome<()> {
    let columns: Vec<&[f32]> = FEATURES.iter().filter_map(|feature| tile.column(*feature)).collect();
    for (place, row) in tile.rows().iter().enumerate() {
        out.write_all(&row.to_le_bytes())?;
        for column in &columns {
            out.write_all(&column[place].to_le_bytes())?;
        }
    }
    Ok(())
}

/// Hills with trees, in the order of no flight: every point where a hash of its number puts it.
fn hills(points: u32) -> Vec<[f64; 3]> {
    let side = (f64::from(points) / DENSITY).sqrt();
    let unit = |number: u64| (noise::scramble(number) >> 11) as f64 / (1u64 << 53) as f64;
    let on_grid = |value: f64| (value / UNIT).round() / (1.0 / UNIT).round();
    let point = |number: u64| {
        let (x, y) = (unit(3 * number) * side, unit(3 * number + 1) * side);
        let above = unit(3 * number + 2);
        let ground = 12.0 * noise::rough_noise(x / 300.0, y / 300.0);
        let is_tree = noise::noise(x / 40.0 + 7.0, y / 40.0) > 0.35;
        let z = ground + if is_tree { 12.0 * above * above } else { 0.04 * above };
        [on_grid(480_000.0 + x), on_grid(6_620_000.0 + y), on_grid(z)]
    };
    (1..=u64::from(points)).map(point).collect()
}

fn progress_bar(points: u64) -> ProgressBar {
    let bar = ProgressBar::new(points);
    let style = ProgressStyle::with_template("{spinner} {bar:30} {human_pos} of {human_len} points, {eta} to go");
    bar.set_style(style.unwrap_or(ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// The most memory that this process has held, in GiB, where the system tells (Linux).
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(gibibytes(kibibytes * 1024))
}

fn gibibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}
