//! What a device has done so far, as plain numbers.

use std::fmt;
use std::time::Duration;

/// Counts and bytes of one pool. Bytes are capacities, padding included, unless said otherwise.
///
/// At any time `reserved_bytes() == live_bytes + pending_bytes + idle_bytes`, and as many buffers exist as were created
/// and not evicted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// Buffers asked for.
    pub requests: u64,
    /// Requests served by an idle buffer.
    pub hits: u64,
    /// Buffers created.
    pub created: u64,
    /// Buffers freed.
    pub evicted: u64,
    /// Buffers in use.
    pub live_buffers: u64,
    /// Bytes in use.
    pub live_bytes: u64,
    /// Buffers that nobody holds any more, but recorded work that is not submitted yet needs.
    pub pending_buffers: u64,
    /// Their bytes.
    pub pending_bytes: u64,
    /// Buffers waiting to be reused.
    pub idle_buffers: u64,
    /// Bytes waiting to be reused.
    pub idle_bytes: u64,
    /// The most bytes that the pool ever held.
    pub peak_bytes: u64,
    /// The largest request, in bytes as asked for.
    pub largest_request: u64,
    /// Bytes asked for, over all requests.
    pub requested_bytes: u64,
    /// Bytes of the buffers that served them.
    pub granted_bytes: u64,
    /// Requests that found memory used up, and made the pool free what was idle and ask again.
    pub shortages: u64,
}

impl PoolStats {
    /// Bytes that the pool holds: in use, needed by recorded work, or idle.
    pub fn reserved_bytes(&self) -> u64 {
        self.live_bytes + self.pending_bytes + self.idle_bytes
    }

    /// Buffers that exist.
    pub fn resident_buffers(&self) -> u64 {
        self.live_buffers + self.pending_buffers + self.idle_buffers
    }

    /// Requests that created a buffer, or failed.
    pub fn misses(&self) -> u64 {
        self.requests - self.hits
    }

    /// The share of requests that an idle buffer served, from 0 to 1; 1 where there was none.
    pub fn hit_rate(&self) -> f64 {
        if self.requests == 0 { 1.0 } else { self.hits as f64 / self.requests as f64 }
    }

    /// By how much the buffers were larger than asked for, over all requests: 0.1 is a tenth.
    pub fn padding(&self) -> f64 {
        if self.requested_bytes == 0 { 0.0 } else { self.granted_bytes as f64 / self.requested_bytes as f64 - 1.0 }
    }
}

impl fmt::Display for PoolStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} in use ({}), {} pending ({}), {} idle ({}), peak {}, {:.1} % of {} requests reused a buffer",
            self.live_buffers,
            Bytes(self.live_bytes),
            self.pending_buffers,
            Bytes(self.pending_bytes),
            self.idle_buffers,
            Bytes(self.idle_bytes),
            Bytes(self.peak_bytes),
            100.0 * self.hit_rate(),
            self.requests
        )
    }
}

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
    /// Uploads or readbacks asked for; those that go through several slots count once for each on the way up.
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

/// What the streams over a device have done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamStats {
    /// Streams that have ended.
    pub streams: u64,
    /// Items that they delivered.
    pub items: u64,
    /// How long they took.
    pub elapsed: Duration,
    /// How long their items took, from the call that began each to its result, added.
    pub in_flight: Duration,
    /// Devices that were lost under them.
    pub devices_lost: u64,
}

impl StreamStats {
    /// How many items were in flight at a time, on average: 1 where nothing overlapped.
    pub fn overlap(&self) -> f64 {
        if self.elapsed.is_zero() { 0.0 } else { self.in_flight.as_secs_f64() / self.elapsed.as_secs_f64() }
    }

    /// Of two streams.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            streams: self.streams + other.streams,
            items: self.items + other.items,
            elapsed: self.elapsed + other.elapsed,
            in_flight: self.in_flight + other.in_flight,
            devices_lost: self.devices_lost + other.devices_lost,
        }
    }
}

impl fmt::Display for StreamStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} items of {} streams in {:.2} s, {:.1} in flight on average",
            self.items,
            self.streams,
            self.elapsed.as_secs_f64(),
            self.overlap()
        )?;
        if self.devices_lost > 0 {
            write!(f, ", {} devices lost", self.devices_lost)?;
        }
        Ok(())
    }
}

/// What a [`Device`](crate::Device) has done so far: its pools, launches and transfers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceStats {
    /// The pool of host memory.
    pub host_pool: PoolStats,
    /// The pool of device memory; all zero on the CPU.
    pub device_pool: PoolStats,
    /// The staging rings; all zero on the CPU, which computes where the bytes are.
    pub transfers: TransferStats,
    /// Streams over the device.
    pub streams: StreamStats,
    /// Kernels launched: compute dispatches on a GPU, passes over the data on the CPU.
    pub launches: u64,
    /// Point indexes built: one for each cloud that was queried, whatever the number of queries.
    pub indexes_built: u64,
    /// Command buffers submitted to a GPU.
    pub submissions: u64,
    /// Bytes sent to the GPU.
    pub bytes_uploaded: u64,
    /// Bytes read back from the GPU.
    pub bytes_read: u64,
}

impl fmt::Display for DeviceStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "launches       {:>12}", self.launches)?;
        writeln!(f, "indexes built  {:>12}", self.indexes_built)?;
        writeln!(f, "submissions    {:>12}", self.submissions)?;
        writeln!(f, "uploaded       {:>12}", Bytes(self.bytes_uploaded).to_string())?;
        writeln!(f, "read back      {:>12}", Bytes(self.bytes_read).to_string())?;
        writeln!(f, "host memory    {}", self.host_pool)?;
        writeln!(f, "device memory  {}", self.device_pool)?;
        writeln!(f, "ring up        {}", self.transfers.up)?;
        writeln!(f, "ring down      {}", self.transfers.down)?;
        write!(f, "streams        {}", self.streams)
    }
}

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
