//! Shape features of every point, fused with the search for its neighbours: no list of neighbours leaves the cache.
//!
//! Data goes one way: neighbours -> `moments` (`covariance` of listed ones, `fixed_point` of those within a radius) ->
//! `shape` (`jacobi`) -> `formulas` -> `columns`.

mod columns;
mod covariance;
mod fixed_point;
mod formulas;
mod fused;
mod jacobi;
mod listed;
mod math;
mod moments;
mod optimal_k;
mod shape;
#[cfg(test)]
mod tests;
mod variation;

#[cfg(feature = "gpu")]
pub(super) use fixed_point::step as fixed_point_step;
pub(super) use fused::{Request, shape_features};
pub(super) use listed::features_of_lists;
pub(super) use shape::Frame;
pub(super) use variation::normal_variation;
