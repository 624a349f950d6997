//! What the staging rings of a GPU have done.

use std::fmt;

use super::Bytes;

/// Counts of one staging ring: a few mapped buffers that bytes go through in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RingStats {
    /// Buffers that the ring has; it makes them when they are first needed, and then keeps them.
    pub slots: u64,
    /// Bytes of each.
    pub slot_bytes: u64,
    /// Slots that the device is filling or emptying.
    pub in_flight: u64,
    /// Uploads or readbacks asked for; those that go through several slots count once for each on the way up,
    /// and arrays that were to be read where they lie, and came to be read by the ring, once more on the way down.
    pub writes: u64,
    /// Copies recorded, after neighbours were merged.
    pub copies: u64,
    /// Bytes that went through the ring.
    pub bytes: u64,
    /// How often somebody found all slots in flight.
    pub stalls: u64,
    /// Slots that were dropped because they could not be mapped.
    pub failed_maps: u64,
}

impl fmt::Display for RingStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} in {} writes and {} copies through {} slots of {}, {} stalls",
            Bytes(self.bytes),
            self.writes,
            self.copies,
            self.slots,
            Bytes(self.slot_bytes),
            self.stalls
        )?;
        if self.failed_maps > 0 {
            write!(f, ", {} slots dropped", self.failed_maps)?;
        }
        Ok(())
    }
}

/// Both staging rings of a device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferStats {
    /// From the host to the device.
    pub up: RingStats,
    /// From the device to the host.
    pub down: RingStats,
}

impl TransferStats {
    /// Bytes of device memory that the rings take, besides the pool's.
    pub fn ring_bytes(&self) -> u64 {
        self.up.slots * self.up.slot_bytes + self.down.slots * self.down.slot_bytes
    }
}
