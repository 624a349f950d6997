//! Swath's part in `cargo xtask compare images`.
//!
//! `compare-images write FOLDER WIDTHxHEIGHT..` writes a picture of each size for the peers: `FOLDER/WIDTHxHEIGHT.rgb`,
//! `.rgba`, `.gray` and `.f32`. `compare-images run FOLDER WIDTHxHEIGHT THREADS` says `ready`, then answers each line of
//! standard input by one line of `name=value`: `check WORK` by numbers that tell of the answer, `time WORK` by seconds.
//! The work `copy/BYTES` copies memory, such that so many bytes are read or written.
//!
//! The clock starts with the image on the device and ends with the result on the host. Results are dropped outside it.

use std::io::BufRead;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use swath::{Device, DeviceChoice, DeviceOptions, Gray8, Image, ImageView, Pixel, Resize, Rgb8, Rgba8, Tensor};
use swath_benches::conditions::{cpu_name, rustc, today, version_of};
use swath_benches::{Picture, turn, works};

/// Of long answers in floating point, every so many numbers one is looked at. A prime, so that all columns and channels
/// are.
const STEP: usize = 997;
const LONG: usize = 100_000;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["write", folder, sizes @ ..] => sizes.iter().try_for_each(|size| write(Path::new(folder), size)),
        ["run", folder, size, threads] => run(Path::new(folder), size, threads),
        _ => Err("usage: compare-images write FOLDER SIZE.. | compare-images run FOLDER SIZE THREADS".into()),
    };
    if let Err(reason) = &outcome {
        eprintln!("{reason}");
    }
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn write(folder: &Path, size: &str) -> Result<(), String> {
    let (width, height) = parsed(size)?;
    let picture = Picture::new(width, height);
    let numbers: Vec<u8> = picture.numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let files = [("rgb", picture.rgb.as_raw()), ("rgba", picture.rgba.as_raw()), ("gray", picture.gray.as_raw())];
    for (form, bytes) in files.into_iter().chain([("f32", &numbers)]) {
        let path = folder.join(size).with_extension(form);
        std::fs::write(&path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

fn parsed(size: &str) -> Result<(u32, u32), String> {
    let sides = size.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    sides.ok_or_else(|| format!("{size} is not WIDTHxHEIGHT"))
}

fn run(folder: &Path, size: &str, threads: &str) -> Result<(), String> {
    let threads = threads.parse().map_err(|_| format!("{threads} is not a number of threads"))?;
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| error.to_string())?;
    let swath = Contestant::new(folder, size, Arc::new(pool))?;
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
    pool: Arc<ThreadPool>,
    rgb: Image<Rgb8>,
    rgba: Image<Rgba8>,
    gray: Image<Gray8>,
    numbers: Tensor,
}

/// What is asked of a work.
enum Verb {
    Check,
    Time,
}

impl Contestant {
    fn new(folder: &Path, size: &str, pool: Arc<ThreadPool>) -> Result<Self, String> {
        let wanted = DeviceOptions::from_env().map_err(|error| error.to_string())?;
        let options = DeviceOptions { choice: DeviceChoice::Cpu, pool: Some(Arc::clone(&pool)), ..wanted };
        let device = Device::with_options(&options).map_err(|error| error.to_string())?;
        let (width, height) = parsed(size)?;
        let bytes = |form| {
            let path = folder.join(size).with_extension(form);
            std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
        };
        let rgb = upload(&device, &bytes("rgb")?, width, height)?;
        let rgba = upload(&device, &bytes("rgba")?, width, height)?;
        let gray = upload(&device, &bytes("gray")?, width, height)?;
        let values = bytes("f32")?;
        let numbers: Vec<f32> = values.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        let numbers = device.tensor(&numbers, &[height as usize, width as usize]).map_err(|error| error.to_string())?;
        Ok(Self { device, pool, rgb, rgba, gray, numbers })
    }

    fn answer(&self, request: &str) -> Result<String, String> {
        let (verb, work) = request.split_once(' ').ok_or("a request is `VERB WORK`")?;
        let verb = match verb {
            "check" => Verb::Check,
            "time" => Verb::Time,
            _ => return Err(format!("there is no verb {verb}; use check or time")),
        };
        Ok(match work {
            "gray_rgb" => reply(verb, || works::gray(&self.rgb), |gray| bytes(gray.as_slice())),
            "gray_rgba" => reply(verb, || works::gray(&self.rgba), |gray| bytes(gray.as_slice())),
            "threshold" => reply(verb, || works::threshold(&self.gray), |mask| bytes(mask.as_slice())),
            "gray_otsu" => reply(verb, || works::gray_otsu(&self.rgb), |mask| bytes(mask.as_slice())),
            "normalize" => reply(verb, || works::normalize(&self.rgb), |tensor| numbers(tensor.as_slice())),
            "standardize" => reply(verb, || works::standardize(&self.numbers), |tensor| numbers(tensor.as_slice())),
            "quantize" => reply(verb, || works::quantize(&self.numbers), |tensor| numbers(tensor.as_slice())),
            "statistics" => {
                reply(verb, || works::statistics(&self.rgb), |told| numbers(&[told.mean(), told.std()].concat()))
            }
            "resize_bilinear" => self.reduced(verb, Resize::Bilinear),
            "resize_area" => self.reduced(verb, Resize::Area),
            _ => self.copy(verb, work).ok_or_else(|| format!("there is no work called {work}"))?,
        })
    }

    /// Whose bytes differ from a peer's here and there: it rounds otherwise.
    fn reduced(&self, verb: Verb, resize: Resize) -> String {
        reply(verb, || works::reduce(&self.rgb, resize), |smaller| numbers(smaller.as_slice()))
    }

    /// Copies half as many bytes, in one piece a thread; the other half is what is written.
    fn copy(&self, verb: Verb, work: &str) -> Option<String> {
        let bytes: usize = work.strip_prefix("copy/")?.parse().ok()?;
        let from = vec![1_u8; bytes / 2];
        let mut to = vec![2_u8; bytes / 2];
        let piece = to.len().div_ceil(self.pool.current_num_threads()).max(1);
        let mut copy = || {
            let pieces = to.par_chunks_mut(piece).zip(from.par_chunks(piece));
            self.pool.install(|| pieces.for_each(|(to, from)| to.copy_from_slice(from)));
            std::hint::black_box(&mut to);
        };
        Some(reply(verb, &mut copy, |()| format!("copied={}", bytes / 2)))
    }
}

fn upload<P>(device: &Device, bytes: &[u8], width: u32, height: u32) -> Result<Image<P>, String>
where
    P: Pixel<Sample = u8>,
{
    let view = ImageView::new(bytes, width as usize, height as usize);
    view.and_then(|view| device.image(view)).map_err(|error| error.to_string())
}

/// Does the work, and tells of its answer or its time.
fn reply<T>(verb: Verb, mut work: impl FnMut() -> T, tell: impl FnOnce(&T) -> String) -> String {
    match verb {
        Verb::Check => tell(&work()),
        Verb::Time => {
            let turn = turn(work);
            format!("seconds={} least={}", turn.median.as_secs_f64(), turn.least.as_secs_f64())
        }
    }
}

/// Tells of bytes that must be the same ones.
fn bytes(values: &[u8]) -> String {
    format!("digest={} {}", crc32fast::hash(values), numbers(values))
}

/// Tells of numbers whose last bits may differ.
fn numbers<T: Copy + Into<f64>>(values: &[T]) -> String {
    let step = if values.len() > LONG { STEP } else { 1 };
    let sample: Vec<f64> = values.iter().step_by(step).map(|&value| value.into().abs()).collect();
    let mean_of = |value: fn(usize, f64) -> f64| {
        sample.iter().enumerate().map(|(place, &number)| value(place, number)).sum::<f64>() / sample.len() as f64
    };
    let (mean, mean_square) = (mean_of(|_, number| number), mean_of(|_, number| number * number));
    let mean_by_place = mean_of(|place, number| place as f64 * number) / sample.len() as f64;
    format!("mean={mean} mean_square={mean_square} mean_by_place={mean_by_place}")
}
