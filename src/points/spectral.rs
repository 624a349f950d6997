//! Features of a point's colours. Each channel is divided by its largest possible value first. Twin:
//! `shaders/points/spectral.wgsl`.

use super::Feature;
use super::attributes::{Attributes, Channel};
use crate::cpu::Workers;

/// Points that a worker takes at a time.
const CHUNK: usize = 1 << 14;

/// Writes a feature of colours for every point.
pub(super) fn spectral(feature: Feature, attributes: &Attributes, workers: &Workers, column: &mut [f32]) {
    let Some(colors) = &attributes.colors else { return };
    let infrared = attributes.infrared.as_ref();
    workers.for_each_chunk(column, CHUNK, |chunk, column| {
        for (place, value) in (chunk * CHUNK..).zip(column) {
            *value = of_point(feature, color(colors, place), infrared.map_or(0.0, |nir| share(nir, nir.values[place])));
        }
    });
}

fn color(colors: &Channel<[u16; 3]>, place: usize) -> [f32; 3] {
    colors.values[place].map(|value| share(colors, value))
}

fn share<T>(channel: &Channel<T>, value: u16) -> f32 {
    f32::from(value) / f32::from(channel.maximum)
}

fn of_point(feature: Feature, [red, green, blue]: [f32; 3], infrared: f32) -> f32 {
    match feature {
        Feature::Red => red,
        Feature::Green => green,
        Feature::Blue => blue,
        Feature::Ndvi => difference_by_sum(infrared, red),
        Feature::ExcessGreen => ((green + green) - red) - blue,
        Feature::GreenRedIndex => difference_by_sum(green, red),
        Feature::RgbMean => mean(red, green, blue),
        Feature::RgbStd => {
            let mean = mean(red, green, blue);
            let [red, green, blue] = [red - mean, green - mean, blue - mean];
            (((red * red + green * green) + blue * blue) / 3.0).sqrt()
        }
        Feature::RgbRange => red.max(green).max(blue) - red.min(green).min(blue),
        // The others are not of colours.
        _ => f32::NAN,
    }
}

fn mean(red: f32, green: f32, blue: f32) -> f32 {
    ((red + green) + blue) / 3.0
}

fn difference_by_sum(a: f32, b: f32) -> f32 {
    if a + b > 0.0 { (a - b) / (a + b) } else { f32::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_definitions() {
        let rgb = [0.5, 0.75, 0.25];
        let expected = [
            (Feature::Red, 0.5),
            (Feature::Green, 0.75),
            (Feature::Blue, 0.25),
            (Feature::Ndvi, 0.5),
            (Feature::ExcessGreen, 0.75),
            (Feature::GreenRedIndex, 0.2),
            (Feature::RgbMean, 0.5),
            (Feature::RgbStd, (0.125_f32 / 3.0).sqrt()),
            (Feature::RgbRange, 0.5),
        ];
        for (feature, expected) in expected {
            assert!((of_point(feature, rgb, 1.5) - expected).abs() < 1e-7, "{feature}");
        }
        assert!(of_point(Feature::Ndvi, [0.0, 1.0, 1.0], 0.0).is_nan());
        assert!(of_point(Feature::GreenRedIndex, [0.0, 0.0, 1.0], 1.0).is_nan());
    }
}
