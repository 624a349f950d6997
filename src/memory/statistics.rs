//! What a device has done so far, as plain numbers.

use std::fmt;

/// Counts and bytes of one pool. Bytes are capacities, padding included.
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
    /// Buffers waiting to be reused.
    pub idle_buffers: u64,
    /// Bytes waiting to be reused.
    pub idle_bytes: u64,
    /// The most bytes that live and idle buffers ever took together.
    pub peak_bytes: u64,
}

impl PoolStats {
    /// The sum of two pools. The peak is an upper bound: the pools need not have peaked at the same time.
    #[cfg(feature = "gpu")]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            hits: self.hits + other.hits,
            created: self.created + other.created,
            evicted: self.evicted + other.evicted,
            live_buffers: self.live_buffers + other.live_buffers,
            live_bytes: self.live_bytes + other.live_bytes,
            idle_buffers: self.idle_buffers + other.idle_buffers,
            idle_bytes: self.idle_bytes + other.idle_bytes,
            peak_bytes: self.peak_bytes + other.peak_bytes,
        }
    }
}

impl fmt::Display for PoolStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} live buffers ({}), {} idle ({}), peak {}, {} of {} requests reused a buffer",
            self.live_buffers,
            Bytes(self.live_bytes),
            self.idle_buffers,
            Bytes(self.idle_bytes),
            Bytes(self.peak_bytes),
            self.hits,
            self.requests
        )
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
        write!(f, "device memory  {}", self.device_pool)
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
