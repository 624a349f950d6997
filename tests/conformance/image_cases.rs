//! Images to run operations on. A line is a case; `samples` expands it, for any type of pixel.

use std::fmt;

use swath::{Device, Error, Image, ImageView, Pixel};

use crate::samples::Sampled;
use crate::support::images::Picture;
use crate::support::random::Random;

/// What the samples are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fill {
    /// Anything.
    Random,
    /// This share of 255 everywhere.
    All(u8),
    /// Random, but only of these two shares.
    Two(u8, u8),
    /// Every sample one share more than the one before.
    Ramp,
    /// The ends of whole numbers; NaN, infinities, zeros, large and small floats.
    Special,
    /// The same, and the ends of floats, whose sums and squares overflow.
    Extreme,
}

/// One image.
#[derive(Debug, Clone, Copy)]
pub struct ImageCase {
    width: usize,
    height: usize,
    /// Samples between the end of a row and the start of the next.
    padding: usize,
    /// Where the image starts in a larger one, if it is a part of one.
    inside: Option<(usize, usize)>,
    fill: Fill,
}

/// Random pixels, tightly packed.
pub const fn image(width: usize, height: usize) -> ImageCase {
    ImageCase { width, height, padding: 0, inside: None, fill: Fill::Random }
}

impl ImageCase {
    /// Rows apart.
    pub const fn padded(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    /// Part of a larger image.
    pub const fn inside(self, x: usize, y: usize) -> Self {
        Self { inside: Some((x, y)), ..self }
    }

    /// Other samples.
    pub const fn of(self, fill: Fill) -> Self {
        Self { fill, ..self }
    }
}

const CASES: &[ImageCase] = &[
    // Nothing, and next to nothing.
    image(0, 0),
    image(0, 5),
    image(5, 0),
    image(1, 1),
    image(1, 1).of(Fill::All(255)),
    image(2, 1),
    image(3, 1),
    image(1, 4),
    image(5, 1),
    // Lanes of 16, 32 and 64 bytes, less one and more one.
    image(15, 1),
    image(16, 1),
    image(17, 1),
    image(31, 3),
    image(32, 3),
    image(33, 3),
    image(63, 5),
    image(64, 5),
    image(65, 5),
    // A workgroup of 256 words of four pixels, and one past it.
    image(1_023, 1),
    image(1_024, 1),
    image(1_025, 1),
    image(1_029, 1),
    image(1, 1_029),
    image(257, 4),
    // The CPU's blocks of 8,192 pixels; a histogram group's 8,192.
    image(8_191, 1),
    image(128, 64),
    image(8_193, 1),
    image(1, 16_385),
    // Rows apart, and parts of images, at odd places.
    image(41, 37).padded(1),
    image(40, 8).padded(3),
    image(7, 9).padded(64),
    image(1, 50).padded(5),
    image(33, 21).inside(1, 1),
    image(64, 16).inside(3, 7).padded(2),
    image(13, 1).inside(0, 5),
    // Inputs that are hard on Otsu's method or on rounding.
    image(50, 20).of(Fill::All(0)),
    image(50, 20).of(Fill::All(77)),
    image(50, 20).of(Fill::All(255)),
    image(64, 32).of(Fill::Two(0, 255)),
    image(64, 33).of(Fill::Two(10, 11)),
    image(300, 200).of(Fill::Two(254, 255)),
    image(256, 30).of(Fill::Ramp),
    image(301, 97).of(Fill::Ramp),
    // Odd and large: past a chunk of the histogram (262,144), many windows and folds.
    image(513, 512),
    image(1_411, 1_411),
    image(1_025, 513).padded(13),
];

/// A few of each kind, for types of pixels and for operations that are variants of others.
const FEW: &[ImageCase] = &[
    image(0, 0),
    image(5, 0),
    image(1, 1),
    image(3, 1),
    image(1, 4),
    image(17, 1),
    image(33, 3),
    image(1, 1_029),
    image(64, 20),
    image(41, 37).padded(1),
    image(33, 21).inside(1, 1),
    image(50, 20).of(Fill::All(77)),
    image(3, 2).of(Fill::Special),
    image(23, 40).of(Fill::Extreme),
    image(301, 97).of(Fill::Ramp),
];

/// Every image.
fn all() -> Vec<ImageCase> {
    CASES.to_vec()
}

/// A few images of each kind.
pub fn few() -> Vec<ImageCase> {
    FEW.to_vec()
}

/// Every image of up to a window's 65,536 pixels.
pub fn small() -> Vec<ImageCase> {
    all().into_iter().filter(|case| case.width * case.height <= 65_536).collect()
}

/// The others: many windows, many chunks.
pub fn large() -> Vec<ImageCase> {
    all().into_iter().filter(|case| case.width * case.height > 65_536).collect()
}

/// Images of every width from 1 to 130.
pub fn widths() -> Vec<ImageCase> {
    (1..=130).map(|width| image(width, 3)).collect()
}

/// Those that have pixels.
pub fn with_pixels(cases: Vec<ImageCase>) -> Vec<ImageCase> {
    cases.into_iter().filter(|case| case.width * case.height > 0).collect()
}

/// Samples in host memory, and where the image is in them.
pub struct Expanded<T> {
    samples: Vec<T>,
    stride: usize,
    whole: (usize, usize),
    case: ImageCase,
}

impl<T: Sampled> Expanded<T> {
    /// The image.
    ///
    /// # Errors
    /// None that a test expects.
    pub fn view<P: Pixel<Sample = T>>(&self) -> Result<ImageView<'_, P>, Error> {
        let (width, height) = self.whole;
        let view = match self.case.padding {
            0 => ImageView::<P>::new(&self.samples, width, height)?,
            _ => ImageView::<P>::with_stride(&self.samples, width, height, self.stride)?,
        };
        match self.case.inside {
            Some((x, y)) => view.sub_view(x, y, self.case.width, self.case.height),
            None => Ok(view),
        }
    }
}

impl ImageCase {
    /// The image and what surrounds it. Samples around the image are random: nobody may read them.
    pub fn expand<T: Sampled>(&self, channels: usize) -> Expanded<T> {
        let (x, y) = self.inside.unwrap_or((0, 0));
        let margin = usize::from(self.inside.is_some());
        let whole = (x + self.width + 2 * margin, y + self.height + margin);
        let stride = whole.0 * channels + self.padding;
        let mut random = Random::new((self.width * 31 + self.height) as u64);
        let sample = |index| {
            let bits = random.bits() >> 7;
            match self.fill {
                Fill::Random => T::random(bits),
                Fill::All(value) => T::shade(value),
                Fill::Two(low, high) => T::shade([low, high][usize::from(bits.is_multiple_of(3))]),
                Fill::Ramp => T::shade(index as u8),
                Fill::Special => T::special(bits),
                Fill::Extreme => T::extreme(bits),
            }
        };
        // The last row need not be padded.
        let samples = (0..(stride * whole.1).saturating_sub(self.padding)).map(sample).collect();
        Expanded { samples, stride, whole, case: *self }
    }

    /// The image's own samples, row by row.
    pub fn samples<P: Pixel<Sample: Sampled>>(&self) -> Vec<P::Sample> {
        let expanded = self.expand::<P::Sample>(P::CHANNELS);
        let (x, y) = self.inside.unwrap_or((0, 0));
        let row = |row: usize| {
            let first = (y + row) * expanded.stride + x * P::CHANNELS;
            expanded.samples[first..].iter().copied().take(self.width * P::CHANNELS)
        };
        (0..self.height).flat_map(row).collect()
    }

    /// The same as a picture.
    pub fn picture<P: Pixel<Sample: Sampled>>(&self) -> Picture<P::Sample> {
        Picture::new(self.width, self.height, P::CHANNELS, self.samples::<P>())
    }

    /// Sends the image to a device.
    ///
    /// # Errors
    /// Those of [`Device::image`].
    pub fn upload<P: Pixel<Sample: Sampled>>(&self, device: &Device) -> Result<Image<P>, Error> {
        device.image(self.expand::<P::Sample>(P::CHANNELS).view::<P>()?)
    }

    /// Whether all samples are numbers, and finite.
    pub fn is_finite(&self) -> bool {
        !matches!(self.fill, Fill::Special | Fill::Extreme)
    }

    /// Width and height.
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }
}

impl fmt::Display for ImageCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)?;
        if let Some((x, y)) = self.inside {
            write!(f, " at ({x}, {y})")?;
        }
        if self.padding > 0 {
            write!(f, " padded by {}", self.padding)?;
        }
        match self.fill {
            Fill::Random => Ok(()),
            fill => write!(f, " of {fill:?}"),
        }
    }
}

/// An image, and one of the ways in which an operation can be asked for.
#[derive(Debug, Clone, Copy)]
pub struct With<T> {
    /// The image.
    pub image: ImageCase,
    /// The way.
    pub by: T,
}

impl<T: fmt::Debug> fmt::Display for With<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:?}", self.image, self.by)
    }
}

/// Every image in each of these ways.
pub fn with<T: Copy>(images: Vec<ImageCase>, ways: &[T]) -> Vec<With<T>> {
    images.into_iter().flat_map(|image| ways.iter().map(move |by| With { image, by: *by })).collect()
}
