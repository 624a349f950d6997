//! Device memory that is recycled. A lease is one buffer; nothing is sub-allocated, because `wgpu` tracks usage per
//! buffer and a dispatch may not read and write the same one.
//!
//! The queue's order makes it safe to give a buffer to new work as soon as the work that used it was *submitted*. So a
//! lease knows the last submission that it was recorded for, and a buffer that is dropped before that waits for it.

mod mapping;

use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::scope::{Failure, Later, scoped};
use crate::error::Error;
use crate::memory::{Allocation, LeaseId, Lent, PoolLimits, PoolStats, Served, Shelf, TrimLevel, size_class_within};

pub(super) use mapping::Mapping;

/// Idle device memory that is kept however little was used lately.
const IDLE: u64 = 512 << 20;

/// What a buffer is for, which decides its usage bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Read and written by shaders, source and destination of copies.
    Storage,
    /// The same, in memory that the host can map and write to.
    SharedUp,
    /// The same, in memory that the host can map and read.
    SharedDown,
    /// The same, in memory that the host can map for both.
    Shared,
    /// A shader's parameters.
    Uniform,
}

/// What memory host and device have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// None that both use directly.
    None,
    /// Memory for one direction each: what the host writes fast, past its caches, it reads slowly.
    ByDirection,
    /// All: the device is the host.
    All,
}

impl Sharing {
    /// Whether there is any.
    pub(crate) fn is_some(self) -> bool {
        self != Self::None
    }

    /// What memory the host writes to.
    pub(super) fn up(self) -> Use {
        match self {
            Self::None => Use::Storage,
            Self::ByDirection => Use::SharedUp,
            Self::All => Use::Shared,
        }
    }

    /// What memory the device writes results to.
    pub(super) fn down(self) -> Use {
        match self {
            Self::None => Use::Storage,
            Self::ByDirection => Use::SharedDown,
            Self::All => Use::Shared,
        }
    }
}

impl Use {
    fn usages(self) -> wgpu::BufferUsages {
        use wgpu::BufferUsages;
        match self {
            Self::Storage => BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
            Self::SharedUp => Self::Storage.usages() | BufferUsages::MAP_WRITE,
            Self::SharedDown => Self::Storage.usages() | BufferUsages::MAP_READ,
            Self::Shared => Self::SharedUp.usages() | BufferUsages::MAP_READ,
            Self::Uniform => BufferUsages::UNIFORM | BufferUsages::COPY_DST,
        }
    }
}

/// How a pool behaves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PoolOptions {
    /// Bytes that it may hold; none for as many as there are.
    pub(crate) most: Option<u64>,
    /// Whether buffers are handed out full of ones, so that a kernel that reads what it did not write shows.
    pub(crate) is_poisoned: bool,
}

/// The pool of one device.
pub(super) struct DevicePool {
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// The largest binding and the largest buffer.
    limits: [u64; 2],
    is_poisoned: bool,
    shelf: Mutex<Shelf<Kept>>,
}

/// A buffer that nobody has, and the last submission that it was recorded for; 0 for none.
struct Kept {
    buffer: wgpu::Buffer,
    epoch: u64,
}

impl DevicePool {
    /// An empty pool.
    pub(super) fn new(device: wgpu::Device, queue: wgpu::Queue, options: PoolOptions) -> Arc<Self> {
        let limits = device.limits();
        Arc::new(Self {
            limits: [limits.max_storage_buffer_binding_size, limits.max_buffer_size],
            is_poisoned: options.is_poisoned,
            shelf: Mutex::new(Shelf::new(PoolLimits { most: options.most, idle: IDLE })),
            device,
            queue,
        })
    }

    /// A buffer of `bytes`, rounded up to whole 16-byte words, with unspecified contents.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond the device's limit; [`Error::OutOfMemory`] beyond the cap or the device's memory, which
    /// is worth a second try once idle buffers are freed.
    #[track_caller]
    pub(super) fn lease(
        self: &Arc<Self>,
        usage: Use,
        bytes: u64,
        label: &'static str,
        later: &Later,
    ) -> Result<Lease, Error> {
        let [_, max_buffer] = self.limits;
        let bytes = bytes.checked_next_multiple_of(16).unwrap_or(u64::MAX).max(16);
        if bytes > max_buffer {
            return Err(Error::TooLarge {
                what: "a buffer on this device".into(),
                requested: bytes,
                unit: "bytes",
                limit_name: "the device's largest buffer",
                limit: max_buffer,
                advice: "split the input, or use the CPU executor",
            });
        }
        let class = match usage {
            Use::Storage | Use::SharedUp | Use::SharedDown | Use::Shared => size_class_within(bytes, self.limits),
            // Parameters are so small that classes would mostly be padding, and come in few sizes.
            Use::Uniform => bytes.next_multiple_of(64),
        };
        let lent = Lent::new(label, bytes, (usage as u8, class), Location::caller());
        let served = self.shelf(|shelf| shelf.take(lent));
        let (id, kept) = match served {
            Served::Idle(id, kept) => (id, kept),
            Served::Create(id, freed) => {
                drop(freed);
                let buffer = self.create(usage, class, later).map_err(|failure| self.failed(id, failure, bytes))?;
                (id, Kept { buffer, epoch: 0 })
            }
            Served::Full => return Err(self.out_of_memory(bytes)),
        };
        Ok(Lease {
            buffer: kept.buffer,
            bytes,
            id,
            is_named: AtomicBool::new(label != RESULT),
            is_mapped: AtomicBool::new(false),
            is_spoilt: AtomicBool::new(false),
            before: kept.epoch,
            epoch: AtomicU64::new(0),
            pool: self.clone(),
        })
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

    fn failed(&self, id: LeaseId, failure: Failure, requested: u64) -> Error {
        self.shelf(|shelf| shelf.abandon(id));
        match failure {
            Failure::OutOfMemory => self.out_of_memory(requested),
            other => other.into_error("creating a buffer"),
        }
    }

    fn out_of_memory(&self, requested: u64) -> Error {
        Error::OutOfMemory { space: "device", requested, state: self.stats().to_string() }
    }

    /// Fills a lease with ones, if that is how this pool behaves. Not for memory that the host is to write: the queue
    /// could do this after the host has.
    pub(super) fn poison(&self, lease: &Lease, later: &Later) -> Result<(), Error> {
        if !self.is_poisoned {
            return Ok(());
        }
        // The queue writes this before all that is recorded, and nothing recorded uses the buffer.
        let ones = vec![0xff; lease.buffer.size() as usize / 4 * 4];
        scoped(&self.device, later, || self.queue.write_buffer(&lease.buffer, 0, &ones))
            .map_err(|failure| failure.into_error("poisoning a buffer"))
    }

    /// Work up to this epoch was submitted.
    pub(super) fn submitted(&self, epoch: u64) {
        drop(self.shelf(|shelf| shelf.submitted(epoch)));
    }

    /// Counts a request that found memory used up.
    pub(super) fn count_shortage(&self) {
        self.shelf(Shelf::count_shortage);
    }

    /// Frees what is not in use.
    pub(super) fn trim(&self, level: TrimLevel) {
        drop(self.shelf(|shelf| shelf.trim(level)));
    }

    /// The statistics so far.
    pub(super) fn stats(&self) -> PoolStats {
        self.shelf(|shelf| shelf.stats())
    }

    /// What is in use.
    pub(super) fn allocations(&self) -> Vec<Allocation> {
        self.shelf(|shelf| shelf.allocations("device"))
    }

    /// The lock is never held across a call into `wgpu`: dropping a buffer is one, so what is to be freed comes out.
    fn shelf<R>(&self, act: impl FnOnce(&mut Shelf<Kept>) -> R) -> R {
        act(&mut self.shelf.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The label of a lease until the first kernel that uses it gives its own.
pub(super) const RESULT: &str = "result";

/// One buffer, ours until dropped.
pub(crate) struct Lease {
    buffer: wgpu::Buffer,
    bytes: u64,
    id: LeaseId,
    is_named: AtomicBool,
    /// Whether the host has it mapped, or waits for that.
    is_mapped: AtomicBool,
    /// Whether it must not be mapped any more, and is freed afterwards.
    is_spoilt: AtomicBool,
    /// The last submission that the buffer was recorded for as an earlier lease; 0 for none.
    before: u64,
    /// The last submission that it was recorded for; 0 for none.
    epoch: AtomicU64,
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

    /// Whether the host can map and read it.
    pub(super) fn is_readable(&self) -> bool {
        self.buffer.usage().contains(wgpu::BufferUsages::MAP_READ) && !self.is_spoilt.load(Ordering::Acquire)
    }

    /// It must not be mapped any more, and is freed, not recycled, if it ever could be.
    pub(super) fn spoil(&self) {
        let mappable = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::MAP_WRITE;
        if self.buffer.usage().intersects(mappable) {
            self.is_spoilt.store(true, Ordering::Release);
        }
    }

    /// The last submission that used the buffer before it became this lease; 0 for none.
    pub(super) fn before(&self) -> u64 {
        self.before
    }

    /// Whether the host has it mapped, or waits for that: the device must not use it.
    pub(super) fn is_mapped(&self) -> bool {
        self.is_mapped.load(Ordering::Acquire)
    }

    /// Notes that the submission of this number uses it.
    pub(super) fn record(&self, epoch: u64) {
        self.epoch.fetch_max(epoch, Ordering::Relaxed);
    }

    /// Notes which operation it is for, unless that is known.
    pub(super) fn name(&self, label: &'static str) {
        if !self.is_named.swap(true, Ordering::Relaxed) {
            self.pool.shelf(|shelf| shelf.name(self.id, label));
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if *self.is_spoilt.get_mut() {
            return self.pool.shelf(|shelf| shelf.discard(self.id));
        }
        let epoch = (*self.epoch.get_mut()).max(self.before);
        let kept = Kept { buffer: self.buffer.clone(), epoch };
        drop(self.pool.shelf(|shelf| shelf.put(self.id, kept, epoch)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(options: PoolOptions) -> Arc<DevicePool> {
        let (device, queue) = wgpu::Device::noop(&wgpu::DeviceDescriptor::default());
        DevicePool::new(device, queue, options)
    }

    #[test]
    fn a_dropped_lease_serves_the_next_one_of_its_kind_only() {
        let (pool, later) = (pool(PoolOptions::default()), Later::default());
        let first = pool.lease(Use::Storage, 5_000, "test", &later).unwrap();
        assert_eq!((first.bytes(), first.buffer().size()), (5_008, 5_120));
        drop(first);
        let _uniform = pool.lease(Use::Uniform, 5_000, "test", &later).unwrap();
        assert_eq!(pool.stats().hits, 0);
        let _storage = pool.lease(Use::Storage, 5_100, "test", &later).unwrap();
        let stats = pool.stats();
        assert_eq!((stats.hits, stats.created, stats.live_buffers), (1, 2, 2));
    }

    #[test]
    fn a_lease_that_recorded_work_needs_waits_for_its_submission() {
        let (pool, later) = (pool(PoolOptions::default()), Later::default());
        let lease = pool.lease(Use::Storage, 5_000, "test", &later).unwrap();
        lease.record(7);
        drop(lease);
        pool.submitted(6);
        assert_eq!((pool.stats().pending_buffers, pool.stats().idle_buffers), (1, 0));
        pool.submitted(7);
        assert_eq!((pool.stats().pending_buffers, pool.stats().idle_buffers), (0, 1));
    }

    #[test]
    fn a_request_beyond_the_device_is_typed_and_the_pool_goes_on() {
        let (pool, later) = (pool(PoolOptions::default()), Later::default());
        for bytes in [u64::MAX, u64::MAX / 2] {
            let error = pool.lease(Use::Storage, bytes, "test", &later).err().unwrap();
            assert!(matches!(error, Error::TooLarge { unit: "bytes", .. }), "{error}");
        }
        assert!(pool.lease(Use::Storage, 0, "test", &later).is_ok());
        pool.trim(TrimLevel::Idle);
        assert_eq!(pool.stats().idle_bytes, 0);
    }

    #[test]
    fn beyond_the_cap_the_error_says_what_the_pool_holds() {
        let (pool, later) = (pool(PoolOptions { most: Some(1 << 20), ..PoolOptions::default() }), Later::default());
        let held = pool.lease(Use::Storage, 512 << 10, "test", &later).unwrap();
        let error = pool.lease(Use::Storage, 600 << 10, "test", &later).err().unwrap();
        assert!(matches!(&error, Error::OutOfMemory { space: "device", requested: 614_400, .. }), "{error}");
        assert!(error.to_string().contains("1 in use (512.0 KiB)"), "{error}");
        drop(held);
        assert!(pool.lease(Use::Storage, 600 << 10, "test", &later).is_ok());
        assert_eq!(pool.stats().evicted, 1);
    }

    #[test]
    fn a_lease_is_known_by_the_first_operation_that_used_it() {
        let (pool, later) = (pool(PoolOptions::default()), Later::default());
        let lease = pool.lease(Use::Storage, 64, RESULT, &later).unwrap();
        lease.name("gray");
        lease.name("threshold");
        let allocations = pool.allocations();
        assert_eq!((allocations[0].label, allocations[0].space, allocations[0].file), ("gray", "device", file!()));
    }
}
