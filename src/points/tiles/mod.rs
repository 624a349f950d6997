//! Clouds of any size: cut into chunks, each computed with the points around it, and proven equal to the whole.
//!
//! ```text
//! cut every part at medians until a chunk and its halo fit the memory           `cut`
//! for each chunk:
//!     load it with all points of a box that reaches farther by a halo           `load`
//!     compute; a row is certain if its neighbours lie nearer than the border    `certainty`
//!     many uncertain rows: double the halo and compute again
//!     few: find the neighbours of each among all points, and compute it alone   `lone`
//!     hand the rows on                                                          `features`
//! ```
//!
//! Loaded points are in the order of the whole input, so that ties are broken as in the whole cloud; origin and unit are
//! shared by all, so that local coordinates have the same bits.

mod certainty;
mod cut;
mod features;
mod ground;
mod load;
mod lone;
mod part;
mod region;
#[cfg(test)]
mod tests;

pub use features::TileFeatures;
pub use part::{TileOptions, TilePart, TiledCloud};
