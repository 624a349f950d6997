//! What the streams of the tests do: small photographs become gray, against plain integer arithmetic.

use swath::{Device, DeviceChoice, DeviceOptions, Error, ImageView, Readback, Rgb8};

use crate::support::random::Random;

/// A photograph with its place in the stream.
#[derive(Debug, Clone)]
pub struct Photo {
    pub index: usize,
    pub width: usize,
    pub pixels: Vec<u8>,
}

impl Photo {
    /// The same, elsewhere.
    pub fn at(self, index: usize) -> Self {
        Self { index, ..self }
    }
}

/// Gray bytes.
pub type Gray = Vec<u8>;

/// So many photographs of different sizes.
pub fn photos(seed: u64, count: usize) -> Vec<Photo> {
    let mut random = Random::new(seed);
    let photo = |index| {
        let (width, height) = (1 + random.below(90) as usize, 1 + random.below(40) as usize);
        let pixels = (0..width * height * 3).map(|_| random.bits() as u8).collect();
        Photo { index, width, pixels }
    };
    (0..count).map(photo).collect()
}

/// The work: BT.601, on a device.
pub fn gray(device: &Device, photo: &Photo) -> Result<Readback<Gray>, Error> {
    let view = ImageView::<Rgb8>::new(&photo.pixels, photo.width, photo.pixels.len() / 3 / photo.width)?;
    let gray = device.image(view)?.grayscale()?.read();
    Ok(gray.map(|gray| gray.as_slice().to_vec()))
}

/// What must come of it.
pub fn sure(photo: &Photo) -> Gray {
    let weighted = |pixel: &[u8]| {
        9_798 * u32::from(pixel[0]) + 19_235 * u32::from(pixel[1]) + 3_735 * u32::from(pixel[2]) + 16_384
    };
    photo.pixels.chunks(3).map(|pixel| (weighted(pixel) >> 15) as u8).collect()
}

/// A device like this one that nothing else uses.
pub fn own(device: &Device) -> Device {
    let choice = if device.info().is_gpu { DeviceChoice::Gpu } else { DeviceChoice::Cpu };
    Device::with_options(&DeviceOptions { choice, ..DeviceOptions::default() }).unwrap()
}
