//! Smaller pictures by `fast_image_resize`, on the pool that it is called from and into memory that is there already.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

/// A picture, the smaller one that is made of it, and what is kept between runs.
pub struct Reduction {
    from: Image<'static>,
    to: Image<'static>,
    resizer: Resizer,
    options: ResizeOptions,
}

impl Reduction {
    /// From the four pixels around each centre.
    pub fn bilinear(from: &image::RgbImage, factor: u32) -> Self {
        Self::new(from, factor, ResizeAlg::Interpolation(FilterType::Bilinear))
    }

    /// From all pixels that a pixel covers; the same as an area only where sides are multiples of the factor.
    pub fn area(from: &image::RgbImage, factor: u32) -> Self {
        Self::new(from, factor, ResizeAlg::Convolution(FilterType::Box))
    }

    fn new(from: &image::RgbImage, factor: u32, algorithm: ResizeAlg) -> Self {
        let (width, height) = from.dimensions();
        let to = Image::new(width / factor, height / factor, PixelType::U8x3);
        let from = Image::from_vec_u8(width, height, from.to_vec(), PixelType::U8x3).expect("an image");
        Self { from, to, resizer: Resizer::new(), options: ResizeOptions::new().resize_alg(algorithm) }
    }

    /// Makes the smaller picture.
    pub fn run(&mut self) {
        self.resizer.resize(&self.from, &mut self.to, &self.options).expect("a smaller image");
    }

    /// The smaller picture.
    pub fn bytes(&self) -> &[u8] {
        self.to.buffer()
    }
}
