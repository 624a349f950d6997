//! Images: pixels on a device, views of pixels in host memory, and the operations on them.

mod adaptive;
mod grayscale;
mod histogram;
mod host;
#[expect(clippy::module_inception, reason = "the type that gives the room its name")]
mod image;
#[cfg(feature = "image")]
mod interop;
mod normalize;
mod otsu;
mod pixel;
mod resize;
#[cfg(test)]
mod samples;
mod statistics;
mod threshold;
mod view;

pub use self::image::{Image, ImageBatch};
#[cfg(all(test, feature = "gpu"))]
pub(crate) use adaptive::subjects as adaptive_subjects;
pub use grayscale::Luma;
#[cfg(all(test, feature = "gpu"))]
pub(crate) use histogram::subject as histogram_subject;
pub use host::{HostImage, HostImages};
pub use normalize::Normalize;
#[cfg(all(test, feature = "gpu"))]
pub(crate) use otsu::subject as otsu_subject;
pub use pixel::{
    Bgr8, Bgr16, BgrF32, Bgra8, Bgra16, BgraF32, Color, Gray, Gray8, Gray16, GrayF32, Pixel, Rgb8, Rgb16, RgbF32,
    Rgba8, Rgba16, RgbaF32,
};
pub use resize::Resize;
pub use statistics::{HostStatistics, Statistics};
pub use threshold::{Threshold, ThresholdKind};
pub use view::{ImageView, ImageViewMut};
