//! Memory policy that both executors share: size classes, which buffer serves a request, who holds what, the plan of
//! transfers, and statistics. Knows nothing of devices.

mod ledger;
mod plan;
mod shelf;
mod size_class;
mod statistics;

pub use ledger::{Allocation, Leaks};
pub(crate) use ledger::{LeaseId, Lent, operation, within};
pub use plan::{
    TransferCapabilities, TransferDevice, TransferLoad, TransferPlan, TransferStrategy, TransferThresholds,
};
pub use shelf::TrimLevel;
pub(crate) use shelf::{PoolLimits, Served, Shelf};
pub(crate) use size_class::size_class;
#[cfg(feature = "gpu")]
pub(crate) use size_class::size_class_within;
pub use statistics::{DeviceStats, PoolStats, RingStats, StreamStats, TransferStats};
