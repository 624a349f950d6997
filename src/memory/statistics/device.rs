//! All that a device has done, and the table that shows it.

use std::fmt;

use super::table::{Cell, Line, joined, section};
use super::{PoolStats, RingStats, StreamStats, TransferStats};

/// What a [`Device`](crate::Device) has done so far: its pools, launches and transfers.
///
/// Its `Display` is a table of several lines. What is zero throughout is left out of it, as transfers are on the CPU.
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

impl DeviceStats {
    fn work(&self) -> Option<String> {
        let lines: [Line<Self>; 3] = [
            ("launches", |stats| Cell::count(stats.launches)),
            ("submissions", |stats| Cell::count(stats.submissions)),
            ("indexes built", |stats| Cell::count(stats.indexes_built)),
        ];
        let done = (self.launches, self.submissions, self.indexes_built);
        (done != (0, 0, 0)).then(|| section("work", &[("", self)], &lines))
    }

    fn memory(&self) -> Option<String> {
        let lines: [Line<PoolStats>; 10] = [
            ("in use", |pool| Cell::counted(pool.live_buffers, pool.live_bytes)),
            ("pending", |pool| Cell::counted(pool.pending_buffers, pool.pending_bytes)),
            ("idle", |pool| Cell::counted(pool.idle_buffers, pool.idle_bytes)),
            ("peak", |pool| Cell::bytes(pool.peak_bytes)),
            ("requests", |pool| Cell::counted(pool.requests, pool.requested_bytes)),
            ("hit rate", |pool| Cell::share(pool.hit_rate())),
            ("padding", |pool| Cell::share(pool.padding())),
            ("created", |pool| Cell::count(pool.created)),
            ("evicted", |pool| Cell::count(pool.evicted)),
            ("shortages", |pool| Cell::count(pool.shortages)),
        ];
        let pools = [("device", &self.device_pool), ("host", &self.host_pool)];
        let used: Vec<_> = pools.into_iter().filter(|(_, pool)| **pool != PoolStats::default()).collect();
        (!used.is_empty()).then(|| section("memory", &used, &lines))
    }

    fn moved(&self) -> Option<String> {
        /// One direction: what was moved, and what of it went through the ring.
        #[derive(PartialEq)]
        struct Way {
            bytes: u64,
            ring: RingStats,
        }
        let lines: [Line<Way>; 8] = [
            ("moved", |way| Cell::bytes(way.bytes)),
            ("through the ring", |way| Cell::bytes(way.ring.bytes)),
            ("writes", |way| Cell::count(way.ring.writes)),
            ("copies", |way| Cell::count(way.ring.copies)),
            ("slots", |way| Cell::counted(way.ring.slots, way.ring.slots * way.ring.slot_bytes)),
            ("in flight", |way| Cell::count(way.ring.in_flight)),
            ("stalls", |way| Cell::count(way.ring.stalls)),
            ("failed maps", |way| Cell::count(way.ring.failed_maps)),
        ];
        let [up, down] = [(self.bytes_uploaded, self.transfers.up), (self.bytes_read, self.transfers.down)]
            .map(|(bytes, ring)| Way { bytes, ring });
        let is_used = |way: &Way| {
            // A ring without slots knows how large they would be.
            let RingStats { slot_bytes, .. } = way.ring;
            *way != Way { bytes: 0, ring: RingStats { slot_bytes, ..RingStats::default() } }
        };
        (is_used(&up) || is_used(&down)).then(|| section("transfers", &[("up", &up), ("down", &down)], &lines))
    }

    fn streamed(&self) -> Option<String> {
        (self.streams != StreamStats::default()).then(|| format!("streams\n  {}", self.streams))
    }
}

impl fmt::Display for DeviceStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sections: Vec<_> =
            [self.work(), self.memory(), self.moved(), self.streamed()].into_iter().flatten().collect();
        if sections.is_empty() {
            return f.write_str("nothing was done yet");
        }
        joined(f, &sections)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn pool() -> PoolStats {
        PoolStats {
            requests: 812,
            hits: 800,
            created: 12,
            evicted: 2,
            live_buffers: 3,
            live_bytes: 5 << 20,
            idle_buffers: 7,
            idle_bytes: 40 << 20,
            peak_bytes: 61 << 20,
            requested_bytes: 1_000 << 20,
            granted_bytes: 1_100 << 20,
            ..PoolStats::default()
        }
    }

    fn on_gpu() -> DeviceStats {
        let ring = RingStats { slots: 4, slot_bytes: 4 << 20, copies: 200, bytes: 150 << 20, ..RingStats::default() };
        DeviceStats {
            host_pool: PoolStats { requests: 200, hits: 199, created: 1, ..PoolStats::default() },
            device_pool: pool(),
            transfers: TransferStats {
                up: RingStats { writes: 240, stalls: 2, ..ring },
                down: RingStats { writes: 200, in_flight: 1, failed_maps: 1, ..ring },
            },
            streams: StreamStats {
                streams: 2,
                items: 31,
                elapsed: Duration::from_millis(500),
                in_flight: Duration::from_millis(950),
                devices_lost: 0,
            },
            launches: 200,
            submissions: 201,
            bytes_uploaded: 151 << 20,
            bytes_read: 150 << 20,
            ..DeviceStats::default()
        }
    }

    #[test]
    fn the_table_of_a_gpu_has_every_section() {
        let expected = "\
work
  launches                   200
  submissions                201
  indexes built                0
memory                                device                  host
  in use                       3     5.0 MiB         0         0 B
  pending                      0         0 B         0         0 B
  idle                         7    40.0 MiB         0         0 B
  peak                              61.0 MiB                   0 B
  requests                   812  1000.0 MiB       200         0 B
  hit rate                            98.5 %                99.5 %
  padding                             10.0 %                 0.0 %
  created                     12                     1
  evicted                      2                     0
  shortages                    0                     0
transfers                                 up                  down
  moved                            151.0 MiB             150.0 MiB
  through the ring                 150.0 MiB             150.0 MiB
  writes                     240                   200
  copies                     200                   200
  slots                        4    16.0 MiB         4    16.0 MiB
  in flight                    0                     1
  stalls                       2                     0
  failed maps                  0                     1
streams
  31 items of 2 streams in 0.50 s, 1.9 in flight on average";
        assert_eq!(on_gpu().to_string(), expected);
    }

    #[test]
    fn what_is_zero_throughout_is_left_out() {
        let ring = RingStats { slot_bytes: 4 << 20, ..RingStats::default() };
        let transfers = TransferStats { up: ring, down: ring };
        assert_eq!(DeviceStats { transfers, ..DeviceStats::default() }.to_string(), "nothing was done yet");
        let text = DeviceStats { host_pool: pool(), launches: 3, ..DeviceStats::default() }.to_string();
        assert!(text.starts_with("work\n  launches                     3\n"), "{text}");
        assert!(text.contains("memory                                  host\n"), "{text}");
        assert!(["device", "transfers", "streams"].iter().all(|left_out| !text.contains(left_out)), "{text}");
    }
}
