//! Shape features of every point, fused with the search for its neighbours: no list of neighbours leaves the cache.

mod columns;
mod covariance;
mod formulas;
mod jacobi;
mod math;

pub(crate) use columns::eigen_features;
