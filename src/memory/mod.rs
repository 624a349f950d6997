//! Memory policy that both executors share: size classes, the plan of transfers, and statistics. Knows nothing of devices.

mod plan;
mod shelf;
mod size_class;
mod statistics;

pub use plan::{
    TransferCapabilities, TransferDevice, TransferLoad, TransferPlan, TransferStrategy, TransferThresholds,
};
pub(crate) use shelf::Shelf;
pub(crate) use size_class::size_class;
pub use statistics::{DeviceStats, PoolStats};
