//! What the benchmarks share: inputs, devices, rivals, and the races between them.
//!
//! A [`Race`] is one piece of work, done by Swath and by what a user would otherwise pick. It checks every answer when
//! it is made, before any clock starts. The criterion benches `images` and `points` time each contestant by itself;
//! `ratios` runs them in turn and prints how many times faster Swath is.

pub mod conditions;
mod executors;
mod inputs;
mod races;
mod rivals;
mod timing;
pub mod works;

pub use executors::threads;
pub use inputs::{Cloud, Picture, clouds};
pub use races::{Contestant, ImageRaces, Race, index_and_knn_races, point_races};
pub use timing::{Turn, is_timed, time_with_criterion, turn};

/// Widths and heights of the pictures that images race on: in a core's own cache, almost, and far beyond.
pub const SIZES: [(u32, u32); 3] = [(1024, 1024), (1920, 1080), (4096, 4096)];
