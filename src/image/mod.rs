//! Images: pixels on a device, views of pixels in host memory, and the operations on them.

#[allow(dead_code, reason = "the method of images that calls it comes next")]
mod adaptive;
mod grayscale;
#[allow(dead_code, reason = "the engine that calls them comes next")]
#[path = "grayscale/rows.rs"]
pub(crate) mod grayscale_rows;
mod histogram;
#[expect(clippy::module_inception, reason = "the type that gives the room its name")]
mod image;
#[cfg(feature = "image")]
mod interop;
mod normalize;
mod otsu;
mod pixel;
#[cfg(test)]
mod samples;
#[allow(dead_code, reason = "the method of images that calls it comes next")]
mod statistics;
mod threshold;
#[allow(dead_code, reason = "the engine that calls them comes next")]
#[path = "threshold/rows.rs"]
pub(crate) mod threshold_rows;
mod view;

pub use self::image::{HostImage, Image};
#[cfg(all(test, feature = "gpu"))]
pub(crate) use adaptive::subjects as adaptive_subjects;
#[cfg(all(test, feature = "gpu"))]
pub(crate) use histogram::subject as histogram_subject;
pub use normalize::Normalize;
#[cfg(all(test, feature = "gpu"))]
pub(crate) use otsu::subject as otsu_subject;
pub use pixel::{Gray8, Pixel, Rgb8, Rgba8};
pub use statistics::{HostStatistics, Statistics};
pub use threshold::Threshold;
pub use view::ImageView;
