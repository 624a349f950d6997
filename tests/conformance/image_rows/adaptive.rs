//! Gray images cut by the mean of what surrounds each pixel.

use swath::{Error, Gray8, Image, Threshold, ThresholdKind};

use super::samples;
use crate::image_cases::{Fill, With, few, image, large, small, widths, with};
use crate::runner::{Row, same};
use crate::support::executors;
use crate::support::images::adaptive;

/// Block, constant, and whether black and white change places.
#[derive(Debug, Clone, Copy)]
pub struct Adaptive {
    /// Width and height of the block.
    pub block: usize,
    /// What is taken from the mean.
    pub c: f64,
    /// Whether black and white change places.
    pub is_inverted: bool,
}

const fn adaptive(block: usize, c: f64) -> Adaptive {
    Adaptive { block, c, is_inverted: false }
}

const fn inverted(block: usize, c: f64) -> Adaptive {
    Adaptive { block, c, is_inverted: true }
}

impl Adaptive {
    fn of(self, image: &Image<Gray8>) -> Result<Image<Gray8>, Error> {
        let threshold = Threshold::adaptive_mean(self.block, self.c);
        image.threshold(if self.is_inverted { threshold.kind(ThresholdKind::BinaryInverted) } else { threshold })
    }
}

/// Cut in a way.
pub fn row(test: &'static str, cases: fn() -> Vec<With<Adaptive>>) -> Row<With<Adaptive>, Vec<u8>, Vec<u8>> {
    Row {
        test,
        cases,
        // Sums of as many rows as the block is high, and of as many more as start a word of pixels with a row.
        whole: |case: &With<Adaptive>| (4 * case.image.size().0 * (case.by.block + 15) + 256) as u64,
        expected: |case| adaptive::mean(&case.image.picture::<Gray8>(), case.by.block, case.by.c, case.by.is_inverted),
        run: |device, case| samples(&case.by.of(&case.image.upload::<Gray8>(device)?)?),
        compare: same,
    }
}

#[test]
fn adaptive_mean() {
    row("adaptive_mean", || with(small(), &[adaptive(5, 2.0)])).run_on(executors::all());
    row("adaptive_mean of large images", || with(large(), &[inverted(3, 2.0)])).run_on(executors::few());
}

#[test]
fn adaptive_mean_of_every_width() {
    row("adaptive_mean_of_every_width", || with(widths(), &[inverted(11, -1.0)])).run_on(executors::few());
}

#[test]
fn adaptive_mean_in_every_way() {
    const WAYS: &[Adaptive] = &[
        adaptive(3, 0.0),
        inverted(3, 0.0),
        adaptive(5, 2.5),
        inverted(5, 2.5),
        adaptive(7, -3.5),
        inverted(7, -3.5),
        adaptive(31, 10.0),
        adaptive(3, 300.0),
        inverted(3, 300.0),
        adaptive(3, -300.0),
        inverted(3, -1e300),
    ];
    row("adaptive_mean_in_every_way", || with(few(), WAYS)).run_on(executors::few());
}

#[test]
fn adaptive_mean_of_blocks_larger_than_the_image() {
    let cases = || {
        let small = vec![image(1, 1), image(2, 3), image(23, 9), image(9, 70).of(Fill::Ramp)];
        let largest = with(vec![image(3, 2), image(1, 1).of(Fill::All(255))], &[adaptive(4_095, 1.0)]);
        [with(small, &[adaptive(151, 1.5), inverted(255, -2.0)]), largest].concat()
    };
    row("adaptive_mean_of_blocks_larger_than_the_image", cases).run_on(executors::few());
}

#[test]
fn adaptive_mean_with_another_maximum() {
    for executor in executors::few() {
        let case = image(41, 37).padded(1);
        let threshold = Threshold::adaptive_mean(3, 1).max_value(77.5);
        let mask = case.upload::<Gray8>(&executor.device).unwrap().threshold(threshold).unwrap();
        let expected: Vec<_> =
            adaptive::mean(&case.picture::<Gray8>(), 3, 1.0, false).iter().map(|white| white / 255 * 78).collect();
        assert_eq!(samples(&mask).unwrap(), expected, "{case} on {}", executor.name);
    }
}
