//! The GPU executor's handle: one device and queue with their pool, kernels, recorder and transfers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use super::grid::Limits;
use super::health::Health;
use super::kernel::Kernels;
use super::pool::{DevicePool, Lease, Use};
use super::recorder::{Launch, Recorder};
use super::scope::{Failure, Later, scoped};
use super::transfer::{GpuRead, Poller};
use crate::cpu::HostPool;
use crate::error::Error;
use crate::memory::DeviceStats;

/// A GPU. Clones share it.
#[derive(Clone)]
pub(crate) struct Gpu(Arc<Inner>);

struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    limits: Limits,
    health: Health,
    pool: Arc<DevicePool>,
    host: HostPool,
    kernels: Kernels,
    recorder: Mutex<Recorder>,
    poller: Poller,
    later: Later,
    counters: Counters,
}

#[derive(Default)]
struct Counters {
    launches: AtomicU64,
    submissions: AtomicU64,
    uploaded: AtomicU64,
    read: AtomicU64,
}

impl Gpu {
    /// Takes over a device and its queue.
    pub(crate) fn new(
        device: wgpu::Device,
        queue: wgpu::Queue,
        limits: Limits,
        health: Health,
        host: HostPool,
    ) -> Self {
        Self(Arc::new(Inner {
            pool: DevicePool::new(device.clone(), limits.max_buffer),
            poller: Poller::new(device.clone()),
            kernels: Kernels::default(),
            recorder: Mutex::default(),
            later: Later::default(),
            counters: Counters::default(),
            device,
            queue,
            limits,
            health,
            host,
        }))
    }

    /// The limits that shape launches.
    pub(crate) fn limits(&self) -> Limits {
        self.0.limits
    }

    /// `bytes` of device memory with unspecified contents; the kernel that gets it writes every word.
    pub(crate) fn lease(&self, bytes: u64) -> Result<Arc<Lease>, Error> {
        self.0.health.check()?;
        Ok(Arc::new(self.0.pool.lease(Use::Storage, bytes, &self.0.later)?))
    }

    /// Device memory that holds `bytes`.
    pub(crate) fn upload(&self, bytes: &[u8]) -> Result<Arc<Lease>, Error> {
        self.upload_parts(bytes.len() as u64, std::iter::once((0, bytes)))
    }

    /// `capacity` bytes of device memory with parts at their offsets, in rising order, and zeros between and behind
    /// them: kernels never let padding reach a result, but it must not be random.
    pub(crate) fn upload_parts<'a>(
        &self,
        capacity: u64,
        parts: impl Iterator<Item = (usize, &'a [u8])>,
    ) -> Result<Arc<Lease>, Error> {
        let lease = self.lease(capacity)?;
        let Some(size) = std::num::NonZero::new(capacity.next_multiple_of(4)) else { return Ok(lease) };
        let written = self.scoped("uploading", || {
            let mut view = self.0.queue.write_buffer_with(lease.buffer(), 0, size)?;
            let mut end = 0;
            for (offset, part) in parts {
                view.slice(end..offset).fill(0);
                end = offset + part.len();
                view.slice(offset..end).copy_from_slice(part);
            }
            view.slice(end..).fill(0);
            Some(())
        })?;
        if written.is_none() {
            self.0.health.lose("the queue refused an upload".into());
            self.0.health.check()?;
        }
        self.0.counters.uploaded.fetch_add(size.get(), Ordering::Relaxed);
        Ok(lease)
    }

    /// Records one dispatch.
    pub(crate) fn launch(&self, launch: &Launch<'_>) -> Result<(), Error> {
        self.0.health.check()?;
        let pipeline = self.0.kernels.get(&self.0.device, &self.0.later, launch.kernel)?;
        let params = match launch.params.len() as u64 {
            0 => None,
            bytes => Some(Arc::new(self.0.pool.lease(Use::Uniform, bytes, &self.0.later)?)),
        };
        let grid = self.0.limits.fold(launch.groups);
        let mut recorder = self.recorder();
        self.scoped(launch.kernel.label, || {
            if let Some(params) = &params {
                self.0.queue.write_buffer(params.buffer(), 0, launch.params);
            }
            recorder.dispatch(&self.0.device, &pipeline, params, launch, grid);
        })?;
        self.0.counters.launches.fetch_add(1, Ordering::Relaxed);
        if recorder.is_full() {
            self.submit(&mut recorder)?;
        }
        Ok(())
    }

    /// Records a copy of the first `bytes` of one lease to an offset of another.
    pub(crate) fn copy(&self, from: &Arc<Lease>, to: (&Arc<Lease>, u64), bytes: u64) -> Result<(), Error> {
        let mut recorder = self.recorder();
        self.scoped("copying", || recorder.copy(&self.0.device, from, to, bytes))
    }

    /// Records zeros over a lease.
    pub(crate) fn clear(&self, lease: &Arc<Lease>) -> Result<(), Error> {
        let mut recorder = self.recorder();
        self.scoped("clearing", || recorder.clear(&self.0.device, lease))
    }

    /// Reads the first so many bytes of each lease back to the host. Everything recorded so far is submitted.
    pub(crate) fn read(&self, arrays: &[(Arc<Lease>, usize)]) -> Result<GpuRead, Error> {
        self.0.health.check()?;
        let lengths: Vec<_> = arrays.iter().map(|(_, length)| *length).collect();
        let total: usize = lengths.iter().map(|length| length.next_multiple_of(16)).sum();
        let staging = Arc::new(self.0.pool.lease(Use::Readback, total as u64, &self.0.later)?);
        let mut recorder = self.recorder();
        {
            let mut offset = 0;
            self.scoped("recording a readback", || {
                for (lease, length) in arrays {
                    let bytes = length.next_multiple_of(16) as u64;
                    if bytes > 0 {
                        recorder.copy(&self.0.device, lease, (&staging, offset), bytes);
                    }
                    offset += bytes;
                }
                if total == 0 {
                    // A staging buffer that no command touches is mapped at once, whatever the device still works at.
                    recorder.clear(&self.0.device, &staging);
                }
            })?;
            self.submit(&mut recorder)?;
        }
        drop(recorder);
        Ok(GpuRead::new(self.clone(), staging, lengths))
    }

    /// Submits what is recorded and blocks until the device has done it.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn synchronize(&self) -> Result<(), Error> {
        // Waiting for a readback, even of nothing, also finds out that the device is gone, which a bare poll does not.
        self.read(&[])?.wait().map(drop)
    }

    /// Counts and bytes so far.
    pub(crate) fn stats(&self) -> DeviceStats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        DeviceStats {
            device_pool: self.0.pool.stats(),
            launches: count(&self.0.counters.launches),
            submissions: count(&self.0.counters.submissions),
            bytes_uploaded: count(&self.0.counters.uploaded),
            bytes_read: count(&self.0.counters.read),
            ..DeviceStats::default()
        }
    }

    /// Frees idle device memory.
    pub(crate) fn trim(&self) {
        self.0.pool.trim();
    }

    pub(super) fn device(&self) -> &wgpu::Device {
        &self.0.device
    }

    pub(super) fn health(&self) -> &Health {
        &self.0.health
    }

    pub(super) fn host_pool(&self) -> &HostPool {
        &self.0.host
    }

    pub(super) fn poller(&self) -> &Poller {
        &self.0.poller
    }

    pub(super) fn count_read(&self, bytes: u64) {
        self.0.counters.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Errors of earlier calls that arrive late, in the browser.
    pub(super) fn poll_errors(&self, cx: &mut Context<'_>) -> Poll<Option<Error>> {
        self.0
            .later
            .poll(cx)
            .map(|error| error.map(|error| Failure::Other(error.to_string()).into_error("an earlier operation")))
    }

    fn submit(&self, recorder: &mut Recorder) -> Result<(), Error> {
        self.scoped("submitting", || recorder.submit(&self.0.queue))?;
        self.0.counters.submissions.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn scoped<T>(&self, operation: &str, body: impl FnOnce() -> T) -> Result<T, Error> {
        scoped(&self.0.device, &self.0.later, body).map_err(|failure| failure.into_error(operation))
    }

    fn recorder(&self) -> std::sync::MutexGuard<'_, Recorder> {
        self.0.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
