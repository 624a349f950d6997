//! Point clouds and pictures to race on: made here, or read from the folder that `SWATH_TEST_DATA` names.

mod clouds;
mod pictures;
mod random;

pub use clouds::{Cloud, clouds};
pub use pictures::Picture;
