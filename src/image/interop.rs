//! To and from the `image` crate.

use ::image::{GrayImage, RgbImage, RgbaImage};

use super::{Gray8, HostImage, ImageView, Rgb8, Rgba8};

macro_rules! interop {
    ($($buffer:ident, $pixel:ident;)*) => {$(
        impl<'a> From<&'a $buffer> for ImageView<'a, $pixel> {
            fn from(image: &'a $buffer) -> Self {
                Self::of_buffer(image.as_raw(), image.width() as usize, image.height() as usize)
            }
        }

        impl HostImage<$pixel> {
            /// A copy as the `image` crate has it.
            ///
            /// The `image` crate holds less than 2^32 pixels a side; a longer one gives an empty image.
            pub fn to_image(&self) -> $buffer {
                let (width, height) = (self.width() as u32, self.height() as u32);
                let bytes = self.as_slice().to_vec();
                $buffer::from_raw(width, height, bytes).unwrap_or_else(|| $buffer::new(0, 0))
            }
        }
    )*};
}

interop! {
    RgbImage, Rgb8;
    RgbaImage, Rgba8;
    GrayImage, Gray8;
}
