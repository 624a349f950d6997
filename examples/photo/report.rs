//! What is printed: a small table of what was done and how long each stage took.

use std::fmt::Write;

use clap::ValueEnum;
use image::DynamicImage;

use crate::flags::{Flags, Integer, Weights};
use crate::process::Results;
use crate::timings::{Timings, thousands};

/// One line a stage, with its best time and speed.
pub fn table(flags: &Flags, stages: &[&str], photos: &[DynamicImage], results: &Results, timings: &Timings) -> String {
    let pixels = |photo: &DynamicImage| f64::from(photo.width()) * f64::from(photo.height());
    let given: f64 = photos.iter().map(pixels).sum();
    let made: f64 = results.gray.iter().map(|gray| (gray.width() * gray.height()) as f64).sum();
    let mut text = format!("{:<11}{:<46}{:>9}{:>11}", "stage", "what", "ms", "Mpixel/s");
    for stage in stages {
        let seconds = timings.best(stage).unwrap_or_default();
        let pixels = if matches!(*stage, "upload" | "resize" | "total") { given } else { made };
        let (ms, speed) = (seconds * 1e3, pixels / seconds / 1e6);
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{stage:<11}{:<46}{ms:>9.2}{speed:>11.0}", what(stage, flags, photos, results));
    }
    text
}

fn what(stage: &str, flags: &Flags, photos: &[DynamicImage], results: &Results) -> String {
    match stage {
        "upload" => match photos {
            [photo] => {
                let (width, height) = (photo.width(), photo.height());
                format!("{width} x {height}, {} pixels", thousands(width as usize * height as usize))
            }
            several => format!("{} photographs, as one batch", several.len()),
        },
        "resize" => flags.resize.map(|(width, height)| format!("to {width} x {height}")).unwrap_or_default(),
        "grayscale" => match flags.gray {
            Weights::Bt601 => "BT.601, as OpenCV".into(),
            Weights::Bt709 => "BT.709".into(),
            Weights::Pillow => "BT.601, as Pillow".into(),
        },
        "threshold" => {
            let samples = results.masks.iter().flat_map(|mask| mask.rows().flatten().copied().collect::<Vec<_>>());
            let (white, all) =
                samples.fold((0_u64, 0_u64), |(white, all), value| (white + u64::from(value > 0), all + 1));
            format!("{}, {:.1} % not black", described(flags), 100.0 * white as f64 / all.max(1) as f64)
        }
        "tensor" => "f32 planes, ImageNet's mean and deviation".into(),
        "quantize" => quantized(flags, results),
        "read" => "back to the host".into(),
        _ => String::new(),
    }
}

/// The level and what becomes of pixels, as they were asked for.
fn described(flags: &Flags) -> String {
    let outcome = flags.outcome.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    format!("{} {outcome}", flags.threshold)
}

fn quantized(flags: &Flags, results: &Results) -> String {
    let name = match flags.quantize {
        Some(Integer::I8) => "i8",
        Some(Integer::U8) => "u8",
        None => return String::new(),
    };
    let numbers = results.quantized.as_ref();
    let text = numbers.map(|all| format!("scale {:.5}, zero {}, {:.1} dB", all.scale, all.zero_point, all.sqnr));
    format!("{name}, {}", text.unwrap_or_default())
}
