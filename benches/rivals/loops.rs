//! The loops that one writes when there is no library: one thread a band of the picture, on the pool that it is called
//! from, into memory that is there already. The compiler makes of them what it can.

use rayon::prelude::*;

/// Pixels of one task: few enough to balance, many enough that handing them out costs nothing.
const BAND: usize = 1 << 16;

/// Mean and standard deviation of ImageNet, white being 1.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// The formula that Swath documents, written out for one pixel.
pub fn luma(red: u8, green: u8, blue: u8) -> u8 {
    ((9_798 * u32::from(red) + 19_235 * u32::from(green) + 3_735 * u32::from(blue) + 16_384) >> 15) as u8
}

/// Gray of pixels with `N` channels.
pub fn gray<const N: usize>(pixels: &[u8], gray: &mut [u8]) {
    gray.par_chunks_mut(BAND).zip(pixels.par_chunks(BAND * N)).for_each(|(gray, pixels)| gray_band::<N>(pixels, gray));
}

fn gray_band<const N: usize>(pixels: &[u8], gray: &mut [u8]) {
    for (pixel, gray) in pixels.chunks_exact(N).zip(gray) {
        *gray = luma(pixel[0], pixel[1], pixel[2]);
    }
}

/// 255 above the level, 0 elsewhere.
pub fn threshold(gray: &[u8], level: u8, mask: &mut [u8]) {
    mask.par_chunks_mut(BAND).zip(gray.par_chunks(BAND)).for_each(|(mask, gray)| {
        for (mask, gray) in mask.iter_mut().zip(gray) {
            *mask = if *gray > level { 255 } else { 0 };
        }
    });
}

/// Gray and its histogram in one pass, Otsu's level, then the threshold.
pub fn gray_otsu(rgb: &[u8], gray: &mut [u8], mask: &mut [u8]) {
    let bands = gray.par_chunks_mut(BAND).zip(rgb.par_chunks(BAND * 3));
    let counts = bands.map(|(gray, rgb)| {
        gray_band::<3>(rgb, gray);
        let mut counts = [0_u64; 256];
        gray.iter().for_each(|&value| counts[usize::from(value)] += 1);
        counts
    });
    let counts = counts.reduce(|| [0; 256], |one, other| std::array::from_fn(|level| one[level] + other[level]));
    threshold(gray, otsu_level(&counts), mask);
}

/// The first level with the largest variance between what is above it and what is not. Otsu, "A Threshold Selection
/// Method from Gray-Level Histograms", 1979.
fn otsu_level(counts: &[u64; 256]) -> u8 {
    let all = counts.iter().sum::<u64>() as f64;
    let whole = (0..).zip(counts).map(|(level, count): (u64, _)| level * count).sum::<u64>() as f64;
    let (mut below, mut part) = (0.0, 0.0);
    let (mut best, mut largest) = (0, 0.0);
    for (level, &count) in (0..=255).zip(counts) {
        below += count as f64;
        part += f64::from(level) * count as f64;
        let apart = part * all - whole * below;
        let variance = apart * apart / (below * (all - below)).max(1.0);
        if variance > largest {
            (best, largest) = (level, variance);
        }
    }
    best
}

/// Planes of `(value / 255 - mean) / deviation`, as one factor and one summand a channel.
pub fn normalize(rgb: &[u8], planes: &mut [f32]) {
    let (red, rest) = planes.split_at_mut(rgb.len() / 3);
    let (green, blue) = rest.split_at_mut(rgb.len() / 3);
    let scale = DEVIATION.map(|deviation| 1.0 / (255.0 * deviation));
    let offset = [0, 1, 2].map(|channel| -MEAN[channel] / DEVIATION[channel]);
    let bands = red.par_chunks_mut(BAND).zip(green.par_chunks_mut(BAND)).zip(blue.par_chunks_mut(BAND));
    bands.zip(rgb.par_chunks(3 * BAND)).for_each(|(((red, green), blue), rgb)| {
        for (((pixel, red), green), blue) in rgb.chunks_exact(3).zip(red).zip(green).zip(blue) {
            *red = f32::from(pixel[0]) * scale[0] + offset[0];
            *green = f32::from(pixel[1]) * scale[1] + offset[1];
            *blue = f32::from(pixel[2]) * scale[2] + offset[2];
        }
    });
}

/// `(number - mean) / deviation`, the two taken from the numbers by a pass before.
pub fn standardize(numbers: &[f32], standardized: &mut [f32]) {
    let sums = numbers.par_chunks(BAND).map(|numbers| {
        numbers.iter().fold((0.0, 0.0), |(sum, squares), &number| {
            let number = f64::from(number);
            (sum + number, squares + number * number)
        })
    });
    let (sum, squares) = sums.reduce(|| (0.0, 0.0), |one, other| (one.0 + other.0, one.1 + other.1));
    let mean = sum / numbers.len() as f64;
    let deviation = (squares / numbers.len() as f64 - mean * mean).sqrt();
    let (mean, scale) = (mean as f32, (1.0 / deviation) as f32);
    standardized.par_chunks_mut(BAND).zip(numbers.par_chunks(BAND)).for_each(|(standardized, numbers)| {
        for (standardized, number) in standardized.iter_mut().zip(numbers) {
            *standardized = (number - mean) * scale;
        }
    });
}

/// Mean and standard deviation of each channel.
pub fn statistics(rgb: &[u8]) -> [(f64, f64); 3] {
    let sums = rgb.par_chunks(3 * BAND).map(|rgb| {
        let mut sums = [(0_u64, 0_u64); 3];
        for pixel in rgb.chunks_exact(3) {
            for (sums, &value) in sums.iter_mut().zip(pixel) {
                sums.0 += u64::from(value);
                sums.1 += u64::from(value) * u64::from(value);
            }
        }
        sums
    });
    let add = |one: (u64, u64), other: (u64, u64)| (one.0 + other.0, one.1 + other.1);
    let sums =
        sums.reduce(|| [(0, 0); 3], |one, other| std::array::from_fn(|channel| add(one[channel], other[channel])));
    let pixels = rgb.len() as f64 / 3.0;
    sums.map(|(sum, squares)| {
        let mean = sum as f64 / pixels;
        (mean, (squares as f64 / pixels - mean * mean).sqrt())
    })
}

/// Bytes such that 0 and every number of the range have one: scale and zero point as ONNX Runtime takes them, from the
/// least and the largest number of a pass before.
pub fn quantize(numbers: &[f32], quantized: &mut [i8]) {
    let ranges = numbers.par_chunks(BAND).map(|numbers| {
        numbers.iter().fold((0.0_f32, 0.0_f32), |(least, most), &number| (least.min(number), most.max(number)))
    });
    let (least, most) = ranges.reduce(|| (0.0, 0.0), |one, other| (one.0.min(other.0), one.1.max(other.1)));
    let scale = (f64::from(most) - f64::from(least)) / 255.0;
    let zero = (-128.0 - f64::from(least) / scale).round_ties_even() as f32;
    let scale = scale as f32;
    quantized.par_chunks_mut(BAND).zip(numbers.par_chunks(BAND)).for_each(|(quantized, numbers)| {
        for (quantized, number) in quantized.iter_mut().zip(numbers) {
            *quantized = ((number / scale).round_ties_even() + zero) as i8; // saturates
        }
    });
}
