//! Memory policy that both executors share: size classes, which buffer serves a request, who holds what, and
//! statistics. Knows nothing of devices.

mod ledger;
mod shelf;
mod size_class;
mod statistics;

pub use ledger::{Allocation, Leaks};
pub(crate) use ledger::{LeaseId, Lent, operation, within};
pub use shelf::TrimLevel;
pub(crate) use shelf::{PoolLimits, Served, Shelf};
pub(crate) use size_class::size_class;
#[cfg(feature = "gpu")]
pub(crate) use size_class::size_class_within;
pub use statistics::{DeviceStats, PoolStats, RingStats, TransferStats};
