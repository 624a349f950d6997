//! References for images, one file a subject: plain loops over whole numbers or `f64`, as slow as they are simple.

pub mod adaptive;
pub mod gray;
pub mod normalize;
pub mod otsu;
pub mod resize;
pub mod statistics;
pub mod threshold;

pub use gray::gray;
pub use normalize::check_planes;
pub use otsu::{compare, otsu};
pub use threshold::binary;

/// A sample of a pixel.
pub trait Sample: Copy + PartialEq + std::fmt::Debug {
    /// What white is.
    const WHITE: f64;
    /// The number it stands for, exactly.
    fn value(self) -> f64;
}

/// A sample that is a whole number up to white.
pub trait Whole: Sample + Into<u64> {
    /// The sample of this number, which white must not be below.
    fn whole(number: u64) -> Self;
}

macro_rules! samples {
    ($($sample:ty, $white:expr;)*) => {$(
        impl Sample for $sample {
            const WHITE: f64 = $white;
            fn value(self) -> f64 {
                self.into()
            }
        }
    )*};
}

samples! {
    u8, 255.0;
    u16, 65_535.0;
    f32, 1.0;
}

impl Whole for u8 {
    fn whole(number: u64) -> Self {
        number.try_into().expect("255 at most")
    }
}

impl Whole for u16 {
    fn whole(number: u64) -> Self {
        number.try_into().expect("65,535 at most")
    }
}

/// Samples row by row, those of a pixel side by side, and nothing between.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture<T> {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Samples in a pixel.
    pub channels: usize,
    /// All samples.
    pub samples: Vec<T>,
}

impl<T: Copy> Picture<T> {
    /// A picture of these samples.
    ///
    /// # Panics
    /// Where there are more or fewer samples than the size says.
    pub fn new(width: usize, height: usize, channels: usize, samples: Vec<T>) -> Self {
        assert_eq!(samples.len(), width * height * channels, "{width}x{height} pixels of {channels} samples");
        Self { width, height, channels, samples }
    }

    /// A picture of what a function of `x`, `y` and channel says.
    pub fn from_fn(width: usize, height: usize, channels: usize, sample: impl Fn(usize, usize, usize) -> T) -> Self {
        let mut samples = Vec::with_capacity(width * height * channels);
        for y in 0..height {
            for x in 0..width {
                samples.extend((0..channels).map(|channel| sample(x, y, channel)));
            }
        }
        Self { width, height, channels, samples }
    }

    /// A sample.
    pub fn at(&self, x: usize, y: usize, channel: usize) -> T {
        assert!(x < self.width && y < self.height && channel < self.channels);
        self.samples[(y * self.width + x) * self.channels + channel]
    }

    /// All samples of a channel.
    pub fn channel(&self, channel: usize) -> Vec<T> {
        self.samples.iter().copied().skip(channel).step_by(self.channels).collect()
    }
}
