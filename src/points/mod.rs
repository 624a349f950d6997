//! Point clouds: coordinates taken to a local origin, a Hilbert-packed tree of boxes over them, exact searches for
//! neighbours, features fused with them, and tiles of clouds of any size.
//!
//! Data goes one way: `coordinates` -> `cloud` -> `tree` (`hilbert`, `sort`, `boxes`) -> `walk` or `radius` -> `knn` or
//! `features` -> `tiles`. The methods are in `neighbors` and `within` (lists), `describe` and `given` (features), and
//! `tiles`. What the CPU runs are pure functions over slices; what a GPU runs is in `on_gpu` and in `shaders/points`, from the
//! local coordinates on. Both make the same tree; `packing` says how a GPU lays it out.

mod attributes;
mod boxes;
mod cloud;
mod coordinates;
mod describe;
mod feature;
mod feature_sets;
mod features;
mod given;
mod heights;
mod hilbert;
mod host_cloud;
mod knn;
mod neighborhood;
mod neighbors;
#[cfg(feature = "gpu")]
mod on_gpu;
#[cfg(feature = "gpu")]
mod packing;
mod queries;
mod radius;
#[cfg(test)]
mod samples;
mod self_mode;
mod sort;
mod spectral;
mod table;
mod tiles;
mod top_k;
mod tree;
mod walk;
mod within;

pub use cloud::PointCloud;
pub use coordinates::PointsOptions;
pub use describe::FeatureOptions;
pub use feature::Feature;
pub use feature_sets::Features;
pub use neighborhood::{Convention, Neighborhood};
pub use neighbors::{HostNeighbors, Neighbors};
#[cfg(all(test, feature = "gpu"))]
pub(crate) use on_gpu::subjects;
pub use self_mode::SelfMode;
pub use table::{FeatureTable, HostFeatures};
pub use tiles::{TileFeatures, TileOptions, TilePart, TiledCloud};
pub use within::{HostRadiusNeighbors, RadiusNeighbors};
