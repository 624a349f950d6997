//! The host's right to map a buffer that the device uses.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Lease;
use crate::gpu::scope::unmap;

/// How often an unmap that comes too early is tried again: a thread that maps takes a few microseconds.
const TRIES: u32 = 10_000;

/// The right to map a lease, until dropped; the lease is unmapped then.
///
/// Where the map has not arrived by then it is called off, and the buffer is freed with its lease: `wgpu` keeps what was
/// called off in its lists, and asked to map the buffer again, it would do so when the first request's time has come,
/// whatever the device still does with the buffer (`Buffer::map` in wgpu-core 30).
pub(in crate::gpu) struct Mapping {
    lease: Arc<Lease>,
    is_answered: Arc<AtomicBool>,
}

impl Mapping {
    /// None where somebody has it, or nobody may.
    pub(in crate::gpu) fn new(lease: Arc<Lease>) -> Option<Self> {
        let is_taken = lease.is_mapped.swap(true, Ordering::AcqRel);
        if !is_taken && lease.is_spoilt.load(Ordering::Acquire) {
            lease.is_mapped.store(false, Ordering::Release);
            return None;
        }
        (!is_taken).then(|| Self { lease, is_answered: Arc::default() })
    }

    /// What is mapped.
    pub(in crate::gpu) fn lease(&self) -> &Arc<Lease> {
        &self.lease
    }

    /// Asks for it. `tell` runs inside any submission or poll, and hears whether the lease is mapped.
    pub(in crate::gpu) fn ask(&self, mode: wgpu::MapMode, tell: impl FnOnce(bool) + Send + 'static) {
        let is_answered = self.is_answered.clone();
        self.range().map_async(mode, move |result| {
            is_answered.store(true, Ordering::Release);
            tell(result.is_ok());
        });
    }

    /// The bytes of the lease.
    pub(in crate::gpu) fn range(&self) -> wgpu::BufferSlice<'_> {
        self.lease.buffer.slice(..self.lease.bytes)
    }

    /// Unmaps the lease, or calls the map off. A thread that polls may be mapping it at this moment: wgpu-core takes it for
    /// unmapped meanwhile, refuses, and has it mapped afterwards.
    fn release(&self) {
        for _ in 0..TRIES {
            let is_answered = self.is_answered.load(Ordering::Acquire);
            if unmap(&self.lease.pool.device, &self.lease.buffer) || is_answered {
                return;
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if !self.is_answered.load(Ordering::Acquire) {
            self.lease.spoil();
        }
        self.release();
        self.lease.is_mapped.store(false, Ordering::Release);
    }
}
