//! Device memory that is recycled. A lease is one buffer; nothing is sub-allocated, because `wgpu` tracks usage per
//! buffer and a dispatch may not read and write the same one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::scope::{Failure, Later, scoped};
use super::transfer::Pauses;
use crate::error::Error;
use crate::memory::{PoolStats, Shelf, size_class};

/// Idle device memory beyond this is freed.
const IDLE_LIMIT: u64 = 512 << 20;
/// How long to wait for the device to finish with freed buffers before asking for memory a second time.
const RECOVERY: Duration = Duration::from_secs(1);

/// What a buffer is for, which decides its usage bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Read and written by shaders, source and destination of copies.
    Storage,
    /// A shader's parameters.
    Uniform,
    /// Mapped by the host for reading.
    Readback,
}

impl Use {
    fn usages(self) -> wgpu::BufferUsages {
        use wgpu::BufferUsages;
        match self {
            Self::Storage => BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
            Self::Uniform => BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            Self::Readback => BufferUsages::MAP_READ | BufferUsages::COPY_DST,
        }
    }
}

/// The pool of one device.
pub(super) struct DevicePool {
    device: wgpu::Device,
    max_buffer: u64,
    shelves: [Mutex<Shelf<wgpu::Buffer>>; 3],
}

impl DevicePool {
    /// An empty pool.
    pub(super) fn new(device: wgpu::Device, max_buffer: u64) -> Arc<Self> {
        let shelves = std::array::from_fn(|_| Mutex::new(Shelf::new(IDLE_LIMIT)));
        Arc::new(Self { device, max_buffer, shelves })
    }

    /// A buffer of `bytes`, rounded up to whole 16-byte words, with unspecified contents. Out of memory, idle buffers
    /// are freed and the device is asked once more.
    pub(super) fn lease(self: &Arc<Self>, usage: Use, bytes: u64, later: &Later) -> Result<Lease, Error> {
        let bytes = bytes.next_multiple_of(16).max(16);
        if bytes > self.max_buffer {
            return Err(Error::TooLarge {
                what: "a buffer on this device".into(),
                requested: bytes,
                unit: "bytes",
                limit_name: "the device's largest buffer",
                limit: self.max_buffer,
                advice: "split the input, or use the CPU executor",
            });
        }
        let class = size_class(bytes).min(self.max_buffer);
        let idle = self.shelf(usage, |shelf| shelf.take(class));
        let buffer = match idle {
            Some(buffer) => buffer,
            None => {
                let buffer =
                    self.create(usage, class, later).or_else(|failure| self.recover(failure, usage, class, later))?;
                self.shelf(usage, |shelf| shelf.created(class));
                buffer
            }
        };
        Ok(Lease { buffer, bytes, class, usage, pool: self.clone() })
    }

    fn create(&self, usage: Use, class: u64, later: &Later) -> Result<wgpu::Buffer, Failure> {
        scoped(&self.device, later, || {
            self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("swath"),
                size: class,
                usage: usage.usages(),
                mapped_at_creation: false,
            })
        })
    }

    fn recover(&self, failure: Failure, usage: Use, class: u64, later: &Later) -> Result<wgpu::Buffer, Error> {
        let Failure::OutOfMemory = failure else {
            return Err(failure.into_error("creating a buffer"));
        };
        self.trim();
        // Freed buffers return to the driver only once the work that used them is done; a time-out leaves the retry
        // to decide.
        let pauses = Pauses::new();
        while pauses.waited() < RECOVERY
            && !matches!(self.device.poll(wgpu::PollType::Poll), Ok(status) if status.is_queue_empty())
        {
            pauses.pause();
        }
        self.create(usage, class, later).map_err(|failure| match failure {
            Failure::OutOfMemory => {
                Error::OutOfMemory { space: "device", requested: class, state: self.stats().to_string() }
            }
            other => other.into_error("creating a buffer"),
        })
    }

    /// Frees everything idle.
    pub(super) fn trim(&self) {
        for usage in [Use::Storage, Use::Uniform, Use::Readback] {
            drop(self.shelf(usage, Shelf::clear));
        }
    }

    /// The statistics of all kinds together.
    pub(super) fn stats(&self) -> PoolStats {
        [Use::Storage, Use::Uniform, Use::Readback]
            .map(|usage| self.shelf(usage, |shelf| shelf.stats()))
            .into_iter()
            .fold(PoolStats::default(), PoolStats::plus)
    }

    fn shelf<R>(&self, usage: Use, act: impl FnOnce(&mut Shelf<wgpu::Buffer>) -> R) -> R {
        act(&mut self.shelves[usage as usize].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One buffer, ours until dropped.
pub(crate) struct Lease {
    buffer: wgpu::Buffer,
    bytes: u64,
    class: u64,
    usage: Use,
    pool: Arc<DevicePool>,
}

impl Lease {
    /// The logical length: what is bound and copied. The buffer may be longer.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The buffer itself.
    pub(crate) fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}

impl Lease {
    /// Unmaps a buffer that was mapped or was to be. On a device that is gone that is an error, which tells nothing
    /// new; uncaught, it would reach the application's own handler, and panic in the default one.
    pub(super) fn unmap(&self) {
        let scope = self.pool.device.push_error_scope(wgpu::ErrorFilter::Validation);
        self.buffer.unmap();
        drop(scope.pop());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let buffer = self.buffer.clone();
        // What comes back (the shelf is full) is freed here, outside the lock.
        drop(self.pool.shelf(self.usage, |shelf| shelf.put(self.class, buffer)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> Arc<DevicePool> {
        let (device, _queue) = wgpu::Device::noop(&wgpu::DeviceDescriptor::default());
        let limit = device.limits().max_buffer_size;
        DevicePool::new(device, limit)
    }

    #[test]
    fn a_dropped_lease_serves_the_next_one_of_its_kind_only() {
        let (pool, later) = (pool(), Later::default());
        let first = pool.lease(Use::Storage, 5_000, &later).unwrap();
        assert_eq!((first.bytes(), first.buffer().size()), (5_008, 5_120));
        drop(first);
        let _uniform = pool.lease(Use::Uniform, 5_000, &later).unwrap();
        assert_eq!(pool.stats().hits, 0);
        let _storage = pool.lease(Use::Storage, 5_100, &later).unwrap();
        let stats = pool.stats();
        assert_eq!((stats.hits, stats.created, stats.live_buffers), (1, 2, 2));
    }

    #[test]
    fn a_request_beyond_the_device_is_typed_and_the_pool_goes_on() {
        let (pool, later) = (pool(), Later::default());
        let error = pool.lease(Use::Storage, u64::MAX / 2, &later).err().unwrap();
        assert!(matches!(error, Error::TooLarge { unit: "bytes", .. }), "{error}");
        assert!(pool.lease(Use::Storage, 0, &later).is_ok());
        pool.trim();
        assert_eq!(pool.stats().idle_bytes, 0);
    }
}
