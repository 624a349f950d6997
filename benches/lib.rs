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

pub use executors::threads;
pub use inputs::{Cloud, clouds};
pub use races::{Contestant, Race, image_races, index_and_knn_races, point_races};
pub use timing::{is_timed, time_with_criterion};
