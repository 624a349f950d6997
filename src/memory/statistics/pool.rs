//! What a pool of memory holds and has done.

use std::fmt;

use super::Bytes;

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
    /// Requests that found memory used up, and were made once more, where that was possible: after what was idle was freed,
    /// or recorded tasks had run.
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
