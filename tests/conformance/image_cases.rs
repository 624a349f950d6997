//! Images to run operations on. A line is a case; `bytes` expands it.

use std::fmt;

use swath::{Device, Error, Image, ImageView, Pixel};

use crate::support::random::Random;

/// What the pixels are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fill {
    Random,
    All(u8),
    /// Random, but only of these two bytes.
    Two(u8, u8),
    /// Every byte one more than the one before.
    Ramp,
}

/// One image.
#[derive(Debug, Clone, Copy)]
pub struct ImageCase {
    width: usize,
    height: usize,
    /// Bytes between the end of a row and the start of the next.
    padding: usize,
    /// Where the image starts in a larger one, if it is a part of one.
    inside: Option<(usize, usize)>,
    fill: Fill,
}

const fn image(width: usize, height: usize) -> ImageCase {
    ImageCase { width, height, padding: 0, inside: None, fill: Fill::Random }
}

impl ImageCase {
    const fn padded(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    const fn inside(self, x: usize, y: usize) -> Self {
        Self { inside: Some((x, y)), ..self }
    }

    const fn of(self, fill: Fill) -> Self {
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

/// Every image.
pub fn all() -> Vec<ImageCase> {
    CASES.to_vec()
}

/// Every image that has pixels.
pub fn with_pixels() -> Vec<ImageCase> {
    CASES.iter().copied().filter(|case| case.width * case.height > 0).collect()
}

/// Bytes in host memory, and where the image is in them.
pub struct Expanded {
    bytes: Vec<u8>,
    stride: usize,
    whole: (usize, usize),
}

impl ImageCase {
    /// The image and what surrounds it. Bytes around the image are random: nobody may read them.
    fn expand(&self, channels: usize) -> Expanded {
        let (x, y) = self.inside.unwrap_or((0, 0));
        let margin = usize::from(self.inside.is_some());
        let whole = (x + self.width + 2 * margin, y + self.height + margin);
        let stride = whole.0 * channels + self.padding;
        let mut bytes = vec![0; stride * whole.1];
        let mut random = Random::new((self.width * 31 + self.height) as u64);
        random.fill(&mut bytes);
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = match self.fill {
                Fill::Random => *byte,
                Fill::All(value) => value,
                Fill::Two(low, high) => [low, high][usize::from(*byte % 3 == 0)],
                Fill::Ramp => index as u8,
            };
        }
        // The last row need not be padded.
        bytes.truncate((stride * whole.1).saturating_sub(self.padding));
        Expanded { bytes, stride, whole }
    }

    /// The image's own bytes, row by row.
    pub fn bytes(&self, channels: usize) -> Vec<u8> {
        let expanded = self.expand(channels);
        let (x, y) = self.inside.unwrap_or((0, 0));
        let mut tight = Vec::with_capacity(self.width * self.height * channels);
        for row in 0..self.height {
            for column in 0..self.width * channels {
                tight.push(expanded.bytes[(y + row) * expanded.stride + x * channels + column]);
            }
        }
        tight
    }

    /// Sends the image to a device.
    pub fn upload<P: Pixel<Sample = u8>>(&self, device: &Device) -> Result<Image<P>, Error> {
        let Expanded { bytes, stride, whole } = self.expand(P::CHANNELS);
        let view = match self.padding {
            0 => ImageView::<P>::new(&bytes, whole.0, whole.1)?,
            _ => ImageView::<P>::with_stride(&bytes, whole.0, whole.1, stride)?,
        };
        match self.inside {
            Some((x, y)) => device.image(view.sub_view(x, y, self.width, self.height)?),
            None => device.image(view),
        }
    }

    /// Height and width.
    pub fn shape(&self) -> [usize; 2] {
        [self.height, self.width]
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
