//! One readback: arrays copied into a mapped lease, then to host memory.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::poller::Watch;
use super::wait::Pauses;
use crate::cpu::HostBuffer;
use crate::error::Error;
use crate::gpu::Gpu;
use crate::gpu::pool::Lease;

/// A device that has nothing left to do, yet has not delivered for this long, will not.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the map request stands.
enum Map {
    Requested(Option<Waker>),
    Done,
    Failed(String),
}

/// What the callback and the reader share. The lease goes back to the pool, unmapped, with the last of the two.
struct Staging {
    lease: Arc<Lease>,
    map: Mutex<Map>,
    changed: Condvar,
}

impl Staging {
    fn map(&self) -> std::sync::MutexGuard<'_, Map> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn resolve(&self, result: Result<(), wgpu::BufferAsyncError>) {
        let state = match result {
            Ok(()) => Map::Done,
            Err(error) => Map::Failed(error.to_string()),
        };
        let previous = std::mem::replace(&mut *self.map(), state);
        self.changed.notify_all();
        if let Map::Requested(Some(waker)) = previous {
            waker.wake();
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Also after a failed map: wgpu keeps the request until the buffer is unmapped.
        self.lease.unmap();
    }
}

/// Bytes on their way from the device, one piece for each array asked for.
pub(crate) struct GpuRead {
    gpu: Gpu,
    staging: Arc<Staging>,
    lengths: Vec<usize>,
    watch: Option<Watch>,
}

impl GpuRead {
    /// Maps `lease`, which holds arrays of the given lengths in bytes one after the other, each at a multiple of 16.
    pub(in crate::gpu) fn new(gpu: Gpu, lease: Arc<Lease>, lengths: Vec<usize>) -> Self {
        let staging = Arc::new(Staging { lease, map: Mutex::new(Map::Requested(None)), changed: Condvar::new() });
        let shared = staging.clone();
        staging
            .lease
            .buffer()
            .slice(..staging.lease.bytes())
            .map_async(wgpu::MapMode::Read, move |result| shared.resolve(result));
        Self { gpu, staging, lengths, watch: None }
    }

    /// Blocks until the bytes are here; in the browser, where nothing may block, an error.
    pub(crate) fn wait(self) -> Result<Vec<Arc<HostBuffer>>, Error> {
        if cfg!(target_arch = "wasm32") {
            return Err(Error::WouldBlock {
                operation: "waiting for a GPU in the browser",
                advice: "await the Readback, or use the CPU executor",
            });
        }
        let pauses = Pauses::new();
        let mut idle_since = None;
        loop {
            self.gpu.health().check()?;
            if !matches!(*self.staging.map(), Map::Requested(_)) {
                return self.take();
            }
            if let Ok(wgpu::PollStatus::QueueEmpty) = self.gpu.device().poll(wgpu::PollType::Poll) {
                let since = *idle_since.get_or_insert_with(Instant::now);
                if since.elapsed() > PATIENCE {
                    self.gpu.health().lose("the queue is empty, but a readback never arrived".into());
                }
            } else {
                idle_since = None;
            }
            // Another thread's poll may be delivering our callback at this moment.
            let map = self.staging.map();
            match (&*map, pauses.next()) {
                (Map::Requested(_), Some(pause)) => drop(self.staging.changed.wait_timeout(map, pause)),
                _ => std::thread::yield_now(),
            }
        }
    }

    /// The bytes, or a promise to wake when they are here.
    pub(crate) fn poll(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Result<Vec<Arc<HostBuffer>>, Error>> {
        if let Err(error) = self.gpu.health().check() {
            return Poll::Ready(Err(error));
        }
        if let Some(error) = std::task::ready!(self.gpu.poll_errors(cx)) {
            return Poll::Ready(Err(error));
        }
        if let Map::Requested(waker) = &mut *self.staging.map() {
            *waker = Some(cx.waker().clone());
            self.watch.get_or_insert_with(|| self.gpu.poller().watch());
            return Poll::Pending;
        }
        self.watch = None;
        Poll::Ready(self.take())
    }

    fn take(&self) -> Result<Vec<Arc<HostBuffer>>, Error> {
        if let Map::Failed(message) = &*self.staging.map() {
            // Maps of ours are valid, so only a device that is gone refuses them.
            self.gpu.health().lose(format!("reading back failed: {message}"));
        }
        self.gpu.health().check()?;
        let buffer = self.staging.lease.buffer();
        let view = buffer
            .slice(..self.staging.lease.bytes())
            .get_mapped_range()
            // It was mapped, so only a device that is gone can take it away.
            .map_err(|error| self.gpu.health().lost(format!("reading back failed: {error}")))?;
        let mut offset = 0;
        let mut pieces = Vec::with_capacity(self.lengths.len());
        for length in &self.lengths {
            pieces.push(Arc::new(self.gpu.host_pool().copy_of::<u8>(&view[offset..offset + length])?));
            offset += length.next_multiple_of(16);
        }
        self.gpu.count_read(offset as u64);
        Ok(pieces)
    }
}
