//! Tensors to run operations on. A line is a case; `numbers` expands it.

use std::fmt;

use crate::support::random::Random;

/// What the numbers are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fill {
    /// Evenly spread from one number to another.
    Spread(f32, f32),
    /// All this number.
    All(f32),
    /// Many near 0, few far away, as the weights of models are.
    Bell,
    /// The same with this number in it, several times.
    With(f32),
    /// Each channel of the last axis a thousand times as large as the one before, from a thousandth on.
    Steep,
    /// Whole numbers and halves.
    Halves,
}

/// One tensor.
#[derive(Debug, Clone, Copy)]
pub struct TensorCase {
    shape: &'static [usize],
    fill: Fill,
}

const fn tensor(shape: &'static [usize]) -> TensorCase {
    TensorCase { shape, fill: Fill::Bell }
}

impl TensorCase {
    const fn of(self, fill: Fill) -> Self {
        Self { fill, ..self }
    }

    /// The length of every axis.
    pub fn shape(&self) -> &'static [usize] {
        self.shape
    }

    /// The numbers, the last axis the fastest.
    pub fn numbers(&self) -> Vec<f32> {
        let count: usize = self.shape.iter().product();
        let mut random = Random::new(count as u64);
        let bell = |random: &mut Random| {
            let sum: f64 = (0..4).map(|_| random.unit() - 0.5).sum();
            (sum * sum * sum * 3.0) as f32
        };
        let last = self.shape.last().copied().unwrap_or(1).max(1);
        (0..count)
            .map(|index| match self.fill {
                Fill::Spread(low, high) => (f64::from(low) + random.unit() * (f64::from(high) - f64::from(low))) as f32,
                Fill::All(number) => number,
                Fill::Bell => bell(&mut random),
                Fill::With(number) if index % 7 == 3 => number,
                Fill::With(_) => bell(&mut random),
                Fill::Steep => bell(&mut random) * 1_000_f32.powi((index % last % 7) as i32 - 1),
                Fill::Halves => random.around(300) as f32 / 2.0,
            })
            .collect()
    }
}

const CASES: &[TensorCase] = &[
    // Nothing, and next to nothing.
    tensor(&[0]),
    tensor(&[3, 0]),
    tensor(&[]),
    tensor(&[1]),
    tensor(&[2]),
    tensor(&[3]),
    tensor(&[4]),
    tensor(&[5]),
    // Words of four and sixteen integers, a workgroup of 256, less one and more one.
    tensor(&[15]),
    tensor(&[16]),
    tensor(&[17]),
    tensor(&[255]),
    tensor(&[256]),
    tensor(&[257]),
    tensor(&[4_095]),
    tensor(&[4_097]),
    // Channels of every length and number, on the first, a middle and the last axis.
    tensor(&[3, 5]),
    tensor(&[7, 1]),
    tensor(&[1, 7]),
    tensor(&[2, 3, 4]),
    tensor(&[5, 4, 3]),
    tensor(&[3, 33, 65]),
    tensor(&[3, 64, 64]),
    tensor(&[2, 3, 31, 37]),
    tensor(&[1_000, 3]),
    tensor(&[257, 259]),
    tensor(&[2, 1_300]),
    tensor(&[6, 4_100]),
    tensor(&[70_001]),
    tensor(&[2, 70_000]),
    // All equal, of both signs, and nothing at all.
    tensor(&[50]).of(Fill::All(2.5)),
    tensor(&[50]).of(Fill::All(-2.5)),
    tensor(&[50]).of(Fill::All(0.0)),
    tensor(&[50]).of(Fill::All(-0.0)),
    tensor(&[50]).of(Fill::All(1e-42)),
    tensor(&[50]).of(Fill::All(f32::NAN)),
    tensor(&[50]).of(Fill::All(f32::INFINITY)),
    tensor(&[50]).of(Fill::All(f32::MAX)),
    // Numbers that are not finite among others.
    tensor(&[7, 90]).of(Fill::With(f32::NAN)),
    tensor(&[7, 90]).of(Fill::With(f32::INFINITY)),
    tensor(&[7, 90]).of(Fill::With(f32::NEG_INFINITY)),
    tensor(&[20_000]).of(Fill::With(f32::NAN)),
    // One sign, halves, outliers, and ranges from the smallest to the largest that have parameters.
    tensor(&[11, 101]).of(Fill::Spread(10.0, 30.0)),
    tensor(&[11, 101]).of(Fill::Spread(-3.0, -1.0)),
    tensor(&[11, 101]).of(Fill::Halves),
    tensor(&[11, 101]).of(Fill::With(1e6)),
    tensor(&[11, 101]).of(Fill::With(-1e30)),
    tensor(&[101, 11]).of(Fill::Steep),
    tensor(&[3_000]).of(Fill::Spread(0.0, 1e-37)),
    tensor(&[3_000]).of(Fill::Spread(-1e-35, 1e-35)),
    tensor(&[3_000]).of(Fill::Spread(-2e-33, 1e-33)),
    tensor(&[3_000]).of(Fill::Spread(-1e-10, 2e-10)),
    tensor(&[3_000]).of(Fill::Spread(-1e36, 1e37)),
    tensor(&[3_000]).of(Fill::Spread(-1.5e38, 1.6e38)),
];

/// All of them.
pub fn all() -> Vec<TensorCase> {
    CASES.to_vec()
}

/// Those whose numbers are finite and whose sums of squares are too.
pub fn of_moderate_size() -> Vec<TensorCase> {
    let is_moderate = |number: &f32| *number == 0.0 || (1e-15..1e15).contains(&number.abs());
    all().into_iter().filter(|case| case.numbers().iter().all(is_moderate)).collect()
}

impl fmt::Display for TensorCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.shape, self.fill)
    }
}
