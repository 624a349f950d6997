//! Host memory that is recycled: 64-byte aligned buffers for the CPU executor and for what is read back from a GPU.

use std::sync::{Arc, Mutex, PoisonError};

use bytemuck::{AnyBitPattern, NoUninit, Pod};

use super::host_memory::HostMemory;
use crate::error::Error;
use crate::memory::{PoolStats, Shelf, size_class};

/// Idle host memory beyond this is freed: enough to prepare a few large pictures or clouds in a row.
const IDLE_LIMIT: u64 = 1 << 30;

/// A pool of host buffers. Clones share it.
#[derive(Clone)]
pub(crate) struct HostPool(Arc<Mutex<Shelf<HostMemory>>>);

impl HostPool {
    /// An empty pool.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Shelf::new(IDLE_LIMIT))))
    }

    /// A buffer for `len` values of `T` whose contents are unspecified: whatever its last user left. The caller
    /// writes every value.
    pub(crate) fn lease<T: Pod>(&self, len: usize) -> Result<HostBuffer, Error> {
        let bytes = len as u64 * size_of::<T>() as u64;
        let class = size_class(bytes);
        let idle = self.shelf(|shelf| shelf.take(class));
        let memory = match idle {
            Some(memory) => memory,
            None => {
                let memory = usize::try_from(class).ok().and_then(HostMemory::zeroed);
                let out_of_memory =
                    || Error::OutOfMemory { space: "host", requested: bytes, state: self.stats().to_string() };
                let memory = memory.ok_or_else(out_of_memory)?;
                self.shelf(|shelf| shelf.created(class));
                memory
            }
        };
        Ok(HostBuffer { memory, bytes: bytes as usize, pool: self.clone() })
    }

    /// A buffer that holds a copy of `values`.
    pub(crate) fn copy_of<T: Pod>(&self, values: &[T]) -> Result<HostBuffer, Error> {
        let mut buffer = self.lease::<T>(values.len())?;
        buffer.as_mut_slice::<T>().copy_from_slice(values);
        Ok(buffer)
    }

    /// The statistics so far.
    pub(crate) fn stats(&self) -> PoolStats {
        self.shelf(|shelf| shelf.stats())
    }

    /// Frees everything idle.
    pub(crate) fn trim(&self) {
        drop(self.shelf(Shelf::clear));
    }

    fn shelf<R>(&self, act: impl FnOnce(&mut Shelf<HostMemory>) -> R) -> R {
        // A panic cannot leave the shelf half changed, so a poisoned lock is as good as a clean one.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A piece of recycled host memory, 64-byte aligned. Dropping it gives the memory back.
pub(crate) struct HostBuffer {
    memory: HostMemory,
    bytes: usize,
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
        let class = memory.as_bytes().len() as u64;
        drop(self.pool.shelf(|shelf| shelf.put(class, memory)));
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
        let pool = HostPool::new();
        for len in [0_usize, 1, 5, 63, 64, 65, 1_000, 2 << 20] {
            let mut buffer = pool.lease::<f32>(len).unwrap();
            assert_eq!(buffer.as_slice::<f32>().len(), len);
            assert_eq!(buffer.as_slice::<u8>().as_ptr().addr() % 64, 0);
            buffer.as_mut_slice::<f32>().fill(1.0);
        }
        let stats = pool.stats();
        assert_eq!(stats.live_buffers, 0);
        assert!(stats.hits >= 4, "the five requests up to 260 bytes share two classes: {stats:?}");
    }

    #[test]
    fn a_request_beyond_memory_is_an_error_and_the_pool_goes_on() {
        let pool = HostPool::new();
        let error = pool.lease::<u8>(1 << 60).unwrap_err();
        assert!(matches!(error, Error::OutOfMemory { space: "host", .. }), "{error}");
        assert_eq!(pool.copy_of(&[1_u32, 2]).unwrap().as_slice::<u32>(), [1, 2]);
    }

    #[test]
    fn trimming_frees_what_is_idle() {
        let pool = HostPool::new();
        drop(pool.lease::<u8>(10_000));
        assert!(pool.stats().idle_bytes > 0);
        pool.trim();
        assert_eq!(pool.stats().idle_bytes, 0);
    }
}
