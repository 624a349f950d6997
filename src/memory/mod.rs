//! Memory policy that both executors share: size classes and statistics. Knows nothing of devices.

mod shelf;
mod size_class;
mod statistics;

pub(crate) use shelf::Shelf;
pub(crate) use size_class::size_class;
pub use statistics::{DeviceStats, PoolStats};
