//! To and from the `image` crate.

use std::ops::Deref;

use ::image::{ImageBuffer, Luma, Rgb, Rgba};

use super::{Gray8, Gray16, GrayF32, HostImage, ImageView, ImageViewMut, Rgb8, Rgb16, RgbF32, Rgba8, Rgba16, RgbaF32};
use crate::device::HostArray;

macro_rules! interop {
    ($($pixel:ident: $buffer:ident<$sample:ty>;)*) => {$(
        /// The same pixels, without a copy.
        impl<'a, C: Deref<Target = [$sample]>> From<&'a ImageBuffer<$buffer<$sample>, C>> for ImageView<'a, $pixel> {
            fn from(image: &'a ImageBuffer<$buffer<$sample>, C>) -> Self {
                Self::tight(image.as_raw(), image.width() as usize, image.height() as usize)
            }
        }

        /// The same pixels, without a copy.
        impl<'a> From<&'a mut ImageBuffer<$buffer<$sample>, Vec<$sample>>> for ImageViewMut<'a, $pixel> {
            fn from(image: &'a mut ImageBuffer<$buffer<$sample>, Vec<$sample>>) -> Self {
                let (width, height) = (image.width() as usize, image.height() as usize);
                Self::tight(image, width, height)
            }
        }

        impl HostImage<$pixel> {
            /// A copy as the `image` crate has it.
            ///
            /// The `image` crate holds less than 2^32 pixels a side; a longer one gives an empty image.
            pub fn to_image(&self) -> ImageBuffer<$buffer<$sample>, Vec<$sample>> {
                let (width, height) = (self.width() as u32, self.height() as u32);
                let samples = self.as_slice().to_vec();
                ImageBuffer::from_raw(width, height, samples).unwrap_or_else(|| ImageBuffer::new(0, 0))
            }

            /// The pixels as an image buffer of the `image` crate over the same memory, without a copy; none where a
            /// side is 2^32 pixels or longer, which that crate cannot hold.
            pub fn into_image(self) -> Option<ImageBuffer<$buffer<$sample>, HostArray<$sample>>> {
                let (width, height) = (u32::try_from(self.width()).ok()?, u32::try_from(self.height()).ok()?);
                ImageBuffer::from_raw(width, height, self.into_samples())
            }
        }
    )*};
}

interop! {
    Rgb8: Rgb<u8>;
    Rgba8: Rgba<u8>;
    Gray8: Luma<u8>;
    Rgb16: Rgb<u16>;
    Rgba16: Rgba<u16>;
    Gray16: Luma<u16>;
    RgbF32: Rgb<f32>;
    RgbaF32: Rgba<f32>;
    GrayF32: Luma<f32>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_of_the_image_crate_are_seen_where_they_are() {
        let mut gray = ImageBuffer::<Luma<u16>, _>::from_raw(2, 2, vec![1, 2, 3, 65_535]).unwrap();
        let address = gray.as_raw().as_ptr();
        let view = ImageView::<Gray16>::from(&gray);
        assert_eq!((view.row(0).as_ptr(), view.row(1)), (address, &[3, 65_535][..]));
        ImageViewMut::<Gray16>::from(&mut gray).row_mut(1)[0] = 9;
        assert_eq!(gray.into_raw(), [1, 2, 9, 65_535]);
    }

    #[test]
    fn results_become_buffers_of_the_image_crate_where_they_are() {
        let device = crate::Device::cpu().unwrap();
        let image = device.image(ImageView::<Rgb8>::new(&[1, 2, 3, 4, 5, 6], 1, 2).unwrap()).unwrap();
        let host = image.read().wait().unwrap();
        let address = host.as_slice().as_ptr();
        assert_eq!(host.to_image().into_raw(), [1, 2, 3, 4, 5, 6]);
        let buffer = host.into_image().unwrap();
        assert_eq!((buffer.as_raw().as_ptr(), buffer.get_pixel(0, 1)), (address, &Rgb([4, 5, 6])));
        assert_eq!(ImageView::<Rgb8>::from(&buffer).row(0), [1, 2, 3]);
    }
}
