//! Images: pixels on a device, views of pixels in host memory, and the operations on them.

mod grayscale;
mod histogram;
#[expect(clippy::module_inception, reason = "the type that gives the room its name")]
mod image;
#[cfg(feature = "image")]
mod interop;
mod normalize;
mod otsu;
mod pixel;
mod resize;
mod threshold;
mod view;

pub use self::image::{HostImage, Image};
#[cfg(all(test, feature = "gpu"))]
pub(crate) use histogram::subject as histogram_subject;
pub use normalize::Normalize;
#[cfg(all(test, feature = "gpu"))]
pub(crate) use otsu::subject as otsu_subject;
pub use pixel::{Gray8, Pixel, Rgb8, Rgba8};
pub use resize::Resize;
pub use threshold::Threshold;
pub use view::ImageView;
