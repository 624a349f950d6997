//! Host memory that is recycled: 64-byte aligned buffers for the CPU executor and for what is read back from a GPU.

use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};

use bytemuck::{AnyBitPattern, NoUninit, Pod};

use super::host_memory::HostMemory;
use crate::error::Error;
use crate::memory::{
    Allocation, LeaseId, Lent, PoolLimits, PoolStats, Served, Shelf, TrimLevel, operation, size_class,
};

/// Idle host memory that is kept however little was used lately: enough to prepare a few large pictures or clouds.
const IDLE: u64 = 1 << 30;

/// A pool of host buffers. Clones share it.
#[derive(Clone)]
pub(crate) struct HostPool(Arc<Inner>);

struct Inner {
    shelf: Mutex<Shelf<HostMemory>>,
    is_poisoned: bool,
}

impl HostPool {
    /// An empty pool of at most so many bytes, if any. A poisoned one hands out buffers full of ones, so that a kernel
    /// that reads what it did not write shows.
    pub(crate) fn new(most: Option<u64>, is_poisoned: bool) -> Self {
        let shelf = Mutex::new(Shelf::new(PoolLimits { most, idle: IDLE }));
        Self(Arc::new(Inner { shelf, is_poisoned }))
    }

    /// A buffer for `len` values of `T` whose contents are unspecified: whatever its last user left. The caller
    /// writes every value.
    #[track_caller]
    pub(crate) fn lease<T: Pod>(&self, len: usize) -> Result<HostBuffer, Error> {
        let bytes = len as u64 * size_of::<T>() as u64;
        let class = size_class(bytes);
        let lent = Lent::new(operation(), bytes, (0, class), Location::caller());
        let served = self.shelf(|shelf| {
            let stale = shelf.tick();
            (shelf.take(lent), stale)
        });
        let (id, memory) = match served.0 {
            Served::Idle(id, memory) => (id, Some(memory)),
            Served::Create(id, freed) => {
                drop(freed);
                (id, self.create(class))
            }
            Served::Full => return Err(self.out_of_memory(bytes)),
        };
        let Some(mut memory) = memory else {
            self.shelf(|shelf| shelf.abandon(id));
            return Err(self.out_of_memory(bytes));
        };
        if self.0.is_poisoned {
            memory.as_bytes_mut().fill(0xff);
        }
        Ok(HostBuffer { memory, bytes: bytes as usize, id, pool: self.clone() })
    }

    /// A buffer that holds a copy of `values`.
    #[track_caller]
    pub(crate) fn copy_of<T: Pod>(&self, values: &[T]) -> Result<HostBuffer, Error> {
        let mut buffer = self.lease::<T>(values.len())?;
        buffer.as_mut_slice::<T>().copy_from_slice(values);
        Ok(buffer)
    }

    /// The statistics so far.
    pub(crate) fn stats(&self) -> PoolStats {
        self.shelf(|shelf| shelf.stats())
    }

    /// What is in use.
    pub(crate) fn allocations(&self) -> Vec<Allocation> {
        self.shelf(|shelf| shelf.allocations("host"))
    }

    /// Frees what is not in use.
    pub(crate) fn trim(&self, level: TrimLevel) {
        drop(self.shelf(|shelf| shelf.trim(level)));
    }

    /// Counts a request that found memory used up.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn count_shortage(&self) {
        self.shelf(Shelf::count_shortage);
    }

    /// New memory; out of it, what is idle is freed and the system asked once more.
    fn create(&self, class: u64) -> Option<HostMemory> {
        let create = || usize::try_from(class).ok().and_then(HostMemory::zeroed);
        create().or_else(|| {
            self.shelf(Shelf::count_shortage);
            self.trim(TrimLevel::Idle);
            create()
        })
    }

    fn out_of_memory(&self, requested: u64) -> Error {
        Error::OutOfMemory { space: "host", requested, state: self.stats().to_string() }
    }

    fn shelf<R>(&self, act: impl FnOnce(&mut Shelf<HostMemory>) -> R) -> R {
        // A panic cannot leave the shelf half changed, so a poisoned lock is as good as a clean one.
        act(&mut self.0.shelf.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A piece of recycled host memory, 64-byte aligned. Dropping it gives the memory back.
pub(crate) struct HostBuffer {
    memory: HostMemory,
    bytes: usize,
    id: LeaseId,
    pool: HostPool,
}

impl HostBuffer {
    /// The contents as values of `T`.
    pub(crate) fn as_slice<T: AnyBitPattern + NoUninit>(&self) -> &[T] {
        bytemuck::cast_slice(&self.memory.as_bytes()[..self.bytes])
    }

    /// The contents as values of `T`, to be written.
    pub(crate) fn as_mut_slice<T: AnyBitPattern + NoUninit>(&mut self) -> &mut [T] {
        bytemuck::cast_slice_mut(&mut self.memory.as_bytes_mut()[..self.bytes])
    }
}

impl Drop for HostBuffer {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        drop(self.pool.shelf(|shelf| shelf.put(self.id, memory, 0)));
    }
}

impl std::fmt::Debug for HostBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HostBuffer({} bytes)", self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_aligned_sized_and_reused() {
        let pool = HostPool::new(None, false);
        for len in [0_usize, 1, 5, 63, 64, 65, 1_000, 2 << 20] {
            let mut buffer = pool.lease::<f32>(len).unwrap();
            assert_eq!(buffer.as_slice::<f32>().len(), len);
            assert_eq!(buffer.as_slice::<u8>().as_ptr().addr() % 64, 0);
            buffer.as_mut_slice::<f32>().fill(1.0);
        }
        let stats = pool.stats();
        assert_eq!(stats.live_buffers, 0);
        assert_eq!(stats.hits, 3, "the five requests up to 256 bytes share two classes: {stats:?}");
    }

    #[test]
    fn a_request_beyond_memory_is_an_error_and_the_pool_goes_on() {
        let pool = HostPool::new(None, false);
        let error = pool.lease::<u8>(1 << 60).unwrap_err();
        assert!(matches!(error, Error::OutOfMemory { space: "host", .. }), "{error}");
        assert_eq!(pool.copy_of(&[1_u32, 2]).unwrap().as_slice::<u32>(), [1, 2]);
    }

    #[test]
    fn a_cap_holds_and_says_what_the_pool_has() {
        let pool = HostPool::new(Some(1 << 20), false);
        let half = pool.lease::<u8>(512 << 10).unwrap();
        let error = pool.lease::<u8>(600 << 10).unwrap_err().to_string();
        assert!(error.contains("1 in use (512.0 KiB)"), "{error}");
        drop(half);
        assert!(pool.lease::<u8>(600 << 10).is_ok());
    }

    #[test]
    fn poisoned_memory_holds_nothing_of_its_last_user() {
        let pool = HostPool::new(None, true);
        drop(pool.copy_of(&[1.0_f32; 100]).unwrap());
        assert!(pool.lease::<f32>(100).unwrap().as_slice::<f32>().iter().all(|value| value.is_nan()));
    }

    #[test]
    fn what_is_in_use_is_known_by_its_line() {
        let pool = HostPool::new(None, false);
        let buffer = pool.lease::<u8>(7).unwrap();
        let allocations = pool.allocations();
        assert_eq!((allocations.len(), allocations[0].bytes, allocations[0].file), (1, 7, file!()));
        drop(buffer);
        assert!(pool.allocations().is_empty());
    }

    #[test]
    fn trimming_frees_what_is_idle() {
        let pool = HostPool::new(None, false);
        drop(pool.lease::<u8>(10_000));
        assert!(pool.stats().idle_bytes > 0);
        pool.trim(TrimLevel::Idle);
        assert_eq!(pool.stats().idle_bytes, 0);
    }
}
