//! What a device has done so far, as plain numbers.

mod device;
mod pool;
mod stream;
mod table;
mod transfer;

use std::fmt;

pub use device::DeviceStats;
pub use pool::PoolStats;
pub use stream::StreamStats;
pub use transfer::{RingStats, TransferStats};

/// A byte count as a person reads it.
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
        if self.0 < 1 << 10 {
            return write!(f, "{} B", self.0);
        }
        let power = (self.0.ilog2() / 10).min(UNITS.len() as u32);
        write!(f, "{:.1} {}", self.0 as f64 / (1_u64 << (10 * power)) as f64, UNITS[power as usize - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_printed_in_the_largest_fitting_unit() {
        let expected = [(0, "0 B"), (1_023, "1023 B"), (1_536, "1.5 KiB"), (5 << 20, "5.0 MiB"), (3 << 30, "3.0 GiB")];
        for (bytes, text) in expected {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }
}
