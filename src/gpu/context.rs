//! The GPU executor's handle: one device and queue with their pool, kernels, recorder and transfers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use super::grid::Limits;
use super::health::{Health, is_gone};
use super::kernel::Kernels;
use super::pool::{DevicePool, Lease, PoolOptions, RESULT, Sharing, Use};
use super::recorder::{Launch, Recorder};
use super::scope::{Failure, Later, scoped};
use super::transfer::{GpuRead, InPlace, Pauses, Poller, Reads, SMALL, UploadRing, Writer, share};
use crate::cpu::HostPool;
use crate::error::Error;
use crate::job::Job;
use crate::memory::{Allocation, DeviceStats, Leaks, TransferStats, TrimLevel};

/// How long to wait for the device to finish with freed buffers before asking for memory a second time.
const RECOVERY: Duration = Duration::from_secs(1);

/// A GPU, and the job that this handle works for. Clones share both.
#[derive(Clone)]
pub(crate) struct Gpu {
    inner: Arc<Inner>,
    job: Job,
}

/// A GPU that may be gone.
pub(super) struct WeakGpu(Weak<Inner>);

/// What a GPU is made with.
pub(crate) struct GpuOptions {
    /// The limits that shape launches.
    pub(crate) limits: Limits,
    /// How its memory is kept.
    pub(crate) pool: PoolOptions,
    /// What memory host and device share.
    pub(crate) sharing: Sharing,
    /// How long a call that makes others wait may wait for the device.
    pub(crate) patience: Duration,
    /// Where readbacks go.
    pub(crate) host: HostPool,
}

struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    health: Health,
    options: GpuOptions,
    pool: Arc<DevicePool>,
    kernels: Kernels,
    recorder: Mutex<Recorder>,
    reads: Reads,
    in_place: InPlace,
    /// The last submission that the device is known to have done.
    done: Arc<AtomicU64>,
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
    pub(crate) fn new(device: wgpu::Device, queue: wgpu::Queue, health: Health, options: GpuOptions) -> Self {
        let inner = Inner {
            pool: DevicePool::new(device.clone(), queue.clone(), options.pool),
            poller: Poller::default(),
            kernels: Kernels::default(),
            recorder: Mutex::new(Recorder::new(UploadRing::new())),
            reads: Reads::new(),
            in_place: InPlace::new(),
            done: Arc::default(),
            later: Later::default(),
            counters: Counters::default(),
            device,
            queue,
            health,
            options,
        };
        Self { inner: Arc::new(inner), job: Job::nobodys() }
    }

    /// The same GPU, for another job.
    pub(crate) fn with_job(&self, job: Job) -> Self {
        Self { inner: self.inner.clone(), job }
    }

    /// The limits that shape launches.
    pub(crate) fn limits(&self) -> Limits {
        self.inner.options.limits
    }

    /// `bytes` of device memory with unspecified contents; the kernel that gets it writes every word.
    #[track_caller]
    pub(crate) fn lease(&self, bytes: u64) -> Result<Arc<Lease>, Error> {
        // Small arrays share a copy and a slot with their neighbours, which is faster than a map.
        let usage = if bytes > SMALL { self.inner.options.sharing.down() } else { Use::Storage };
        self.poisoned(self.lease_for(usage, bytes, RESULT)?)
    }

    /// Device memory that holds `bytes`.
    #[track_caller]
    pub(crate) fn upload(&self, bytes: &[u8]) -> Result<Arc<Lease>, Error> {
        self.upload_parts(bytes.len() as u64, std::iter::once((0, bytes)))
    }

    /// `capacity` bytes of device memory with parts at their offsets, in rising order, and zeros between and behind
    /// them: kernels never let padding reach a result, but it must not be random.
    #[track_caller]
    pub(crate) fn upload_parts<'a>(
        &self,
        capacity: u64,
        mut parts: impl Iterator<Item = (usize, &'a [u8])>,
    ) -> Result<Arc<Lease>, Error> {
        if capacity == 0 {
            // There may be any number of parts without bytes.
            return self.lease_for(Use::Storage, 0, "upload");
        }
        if cfg!(not(target_arch = "wasm32")) && capacity <= SMALL {
            let lease = self.poisoned(self.lease_for(Use::Storage, capacity, "upload")?)?;
            if share(self, &lease, |room| fill(room, &mut parts))? {
                self.count_uploaded(capacity);
                return Ok(lease);
            }
        }
        let mut writer = self.writer(capacity)?;
        for (offset, part) in parts {
            writer.zeros(offset as u64 - writer.written())?;
            writer.write(part)?;
        }
        writer.zeros(capacity - writer.written())?;
        writer.finish()
    }

    /// Device memory that is written from its start to its end.
    #[track_caller]
    pub(crate) fn writer(&self, capacity: u64) -> Result<Writer, Error> {
        let usage = if capacity > SMALL { self.inner.options.sharing.up() } else { Use::Storage };
        let lease = self.lease_for(usage, capacity, "upload")?;
        if usage != Use::Storage
            && let Some(writer) = Writer::direct(self.clone(), lease.clone())?
        {
            return Ok(writer);
        }
        Ok(Writer::new(self.clone(), self.poisoned(lease)?))
    }

    /// A lease that tests may have filled with ones.
    fn poisoned(&self, lease: Arc<Lease>) -> Result<Arc<Lease>, Error> {
        self.inner.pool.poison(&lease, &self.inner.later).map(|()| lease)
    }

    /// The buffer of a lease, for work of the application's own; from now on the host does not map it.
    pub(crate) fn hand_out<'a>(&self, lease: &'a Lease) -> &'a wgpu::Buffer {
        if lease.is_readable() {
            lease.spoil();
            drop(self.recorder_for(std::iter::once(lease)));
            self.reads().drive(self);
        }
        lease.buffer()
    }

    /// Whether memory is filled with ones before it is used.
    pub(super) fn is_poisoned(&self) -> bool {
        self.inner.options.pool.is_poisoned
    }

    /// Whether larger arrays are written and read where they lie.
    pub(crate) fn is_unified(&self) -> bool {
        self.inner.options.sharing.is_some()
    }

    /// Records one dispatch.
    pub(crate) fn launch(&self, launch: &Launch<'_>) -> Result<(), Error> {
        self.check()?;
        let Inner { kernels, device, later, .. } = &*self.inner;
        let pipeline = kernels
            .get(device, later, launch.kernel)
            .map_err(|failure| self.explained(failure, &format!("compiling {}", launch.kernel.label)))?;
        let params = match launch.params.len() as u64 {
            0 => None,
            bytes => Some(self.lease_for(Use::Uniform, bytes, "parameters")?),
        };
        let grid = self.limits().fold(launch.groups);
        let mut recorder = self.recorder_for(launch.windows.iter().map(|window| &**window.lease));
        self.scoped(launch.kernel.label, || {
            if let Some(params) = &params {
                self.inner.queue.write_buffer(params.buffer(), 0, launch.params);
            }
            recorder.dispatch(&self.inner.device, &pipeline, params.as_ref(), launch, grid);
        })?;
        self.inner.counters.launches.fetch_add(1, Ordering::Relaxed);
        if recorder.is_full() {
            self.submit(&mut recorder)?;
        }
        Ok(())
    }

    /// Records a copy of the first `bytes` of one lease to an offset of another.
    pub(crate) fn copy(&self, from: &Arc<Lease>, to: (&Arc<Lease>, u64), bytes: u64) -> Result<(), Error> {
        let mut recorder = self.recorder_for([&**from, &**to.0].into_iter());
        self.scoped("copying", || recorder.copy_lease(&self.inner.device, from, (to.0, to.1), bytes))
    }

    /// Records zeros over a lease.
    pub(crate) fn clear(&self, lease: &Arc<Lease>) -> Result<(), Error> {
        let mut recorder = self.recorder_for(std::iter::once(&**lease));
        self.scoped("clearing", || recorder.clear(&self.inner.device, lease))
    }

    /// Reads the first so many bytes of each lease back to the host. Everything recorded so far is submitted.
    pub(crate) fn read(&self, arrays: &[(Arc<Lease>, usize)]) -> Result<GpuRead, Error> {
        self.check()?;
        GpuRead::new(self.clone(), arrays.to_vec())
    }

    /// Submits what is recorded and blocks until the device has done it.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn synchronize(&self) -> Result<(), Error> {
        if self.inner.health.is_watched() && self.is_up_to_date() {
            return self.check();
        }
        // Waiting for a readback, even of nothing, also finds out that the device is gone, which a bare poll does not.
        self.read(&[])?.wait().map(drop)
    }

    /// Counts and bytes so far.
    pub(crate) fn stats(&self) -> DeviceStats {
        // What waits for a device that is gone is no longer in use.
        let _ = self.check_health();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        DeviceStats {
            device_pool: self.inner.pool.stats(),
            transfers: TransferStats { up: self.recorder().uploads().stats(), down: self.inner.reads.stats() },
            launches: count(&self.inner.counters.launches),
            submissions: count(&self.inner.counters.submissions),
            bytes_uploaded: count(&self.inner.counters.uploaded),
            bytes_read: count(&self.inner.counters.read),
            ..DeviceStats::default()
        }
    }

    /// Device memory in use.
    pub(crate) fn allocations(&self) -> Vec<Allocation> {
        let _ = self.check_health();
        self.inner.pool.allocations()
    }

    /// Frees device memory that is not in use.
    pub(crate) fn trim(&self, level: TrimLevel) {
        self.inner.pool.trim(level);
    }

    /// The device itself.
    pub(crate) fn device(&self) -> &wgpu::Device {
        &self.inner.device
    }

    /// Its queue.
    pub(crate) fn queue(&self) -> &wgpu::Queue {
        &self.inner.queue
    }

    /// Whether the device is known to be gone.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn is_lost(&self) -> bool {
        self.inner.health.check().is_err()
    }

    /// An error once the device is gone, or the job cancelled.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.check_health()?;
        self.job.check()
    }

    /// An error once the device is gone.
    fn check_health(&self) -> Result<(), Error> {
        self.inner.health.check().inspect_err(|_| self.abandon())
    }

    /// Lets go of what the device will never do: it would hold memory for as long as somebody holds the device.
    fn abandon(&self) {
        // Somebody else may be recording, and will be told.
        let Ok(mut recorder) = self.inner.recorder.try_lock() else { return };
        recorder.abandon();
        drop(recorder);
        self.inner.pool.submitted(u64::MAX);
        self.trim(TrimLevel::Idle);
    }

    pub(super) fn job(&self) -> &Job {
        &self.job
    }

    pub(super) fn health(&self) -> &Health {
        &self.inner.health
    }

    pub(super) fn patience(&self) -> Duration {
        self.inner.options.patience
    }

    pub(super) fn host_pool(&self) -> &HostPool {
        &self.inner.options.host
    }

    pub(super) fn poller(&self) -> &Poller {
        &self.inner.poller
    }

    pub(super) fn reads(&self) -> &Reads {
        &self.inner.reads
    }

    pub(super) fn in_place(&self) -> &InPlace {
        &self.inner.in_place
    }

    pub(super) fn downgrade(&self) -> WeakGpu {
        WeakGpu(Arc::downgrade(&self.inner))
    }

    pub(super) fn count_uploaded(&self, bytes: u64) {
        self.inner.counters.uploaded.fetch_add(bytes, Ordering::Relaxed);
        self.job.count_up(bytes);
    }

    pub(super) fn count_read(&self, bytes: u64) {
        self.inner.counters.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Errors of earlier calls that arrive late, in the browser.
    pub(super) fn poll_errors(&self, cx: &mut Context<'_>) -> Poll<Option<Error>> {
        self.inner
            .later
            .poll(cx)
            .map(|error| error.map(|error| Failure::Other(error.to_string()).into_error("an earlier operation")))
    }

    /// Submits what is recorded, if anything is.
    pub(super) fn flush(&self) -> Result<(), Error> {
        let mut recorder = self.recorder();
        if recorder.is_empty() { Ok(()) } else { self.submit(&mut recorder) }
    }

    pub(super) fn submit(&self, recorder: &mut Recorder) -> Result<(), Error> {
        let Inner { device, queue, pool, done, .. } = &*self.inner;
        self.scoped("submitting", || {
            let epoch = recorder.submit(device, queue, pool);
            if cfg!(not(target_arch = "wasm32")) {
                let done = done.clone();
                queue.on_submitted_work_done(move || {
                    done.fetch_max(epoch, Ordering::Relaxed);
                });
            }
        })?;
        self.inner.counters.submissions.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Whether nothing is recorded, all that was submitted is done, and all that was asked for has been read.
    #[cfg(not(target_arch = "wasm32"))]
    fn is_up_to_date(&self) -> bool {
        let is_done = {
            let recorder = self.recorder();
            // Even where all is known to be done: a poll finds out that the device is gone.
            let _ = self.inner.device.poll(wgpu::PollType::Poll);
            recorder.is_empty() && self.has_done(recorder.submitted())
        };
        self.reads().drive(self);
        is_done && self.reads().is_idle() && self.in_place().is_idle()
    }

    /// Whether the device has done the submission of this number; it looks once.
    pub(super) fn has_done(&self, epoch: u64) -> bool {
        let has_done = || self.inner.done.load(Ordering::Relaxed) >= epoch;
        has_done() || {
            let _ = self.inner.device.poll(wgpu::PollType::Poll);
            has_done()
        }
    }

    pub(super) fn scoped<T>(&self, operation: &str, body: impl FnOnce() -> T) -> Result<T, Error> {
        scoped(&self.inner.device, &self.inner.later, body).map_err(|failure| self.explained(failure, operation))
    }

    /// The error of a call. On a device that is gone `wgpu` gives out objects that are invalid without a word, and complains
    /// when they are used; an application's device does not tell us otherwise.
    fn explained(&self, failure: Failure, operation: &str) -> Error {
        let error = failure.into_error(operation);
        if is_gone(&self.inner.device) { self.inner.health.lost(error.to_string()) } else { error }
    }

    pub(super) fn recorder(&self) -> MutexGuard<'_, Recorder> {
        self.inner.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The recorder, for work that uses these leases: nobody reads them in place meanwhile.
    pub(super) fn recorder_for<'a>(&self, leases: impl Iterator<Item = &'a Lease>) -> MutexGuard<'_, Recorder> {
        let recorder = self.recorder();
        leases.for_each(|lease| self.inner.in_place.take_back(self, lease));
        recorder
    }

    /// A lease; out of memory, what is recorded is submitted, all that is idle freed, and the device asked once more.
    #[track_caller]
    fn lease_for(&self, usage: Use, bytes: u64, label: &'static str) -> Result<Arc<Lease>, Error> {
        self.check()?;
        let lease = match self.inner.pool.lease(usage, bytes, label, &self.inner.later) {
            Err(Error::OutOfMemory { .. }) => {
                self.recover()?;
                self.inner.pool.lease(usage, bytes, label, &self.inner.later)?
            }
            lease => lease?,
        };
        Ok(Arc::new(lease))
    }

    /// Frees what can be freed.
    fn recover(&self) -> Result<(), Error> {
        self.inner.pool.count_shortage();
        self.flush()?;
        self.trim(TrimLevel::Idle);
        // Freed buffers return to the driver only once the work that used them is done; a time-out leaves it to the
        // second try.
        let pauses = Pauses::new();
        while pauses.waited() < RECOVERY && !self.is_idle() {
            pauses.pause();
        }
        Ok(())
    }

    fn is_idle(&self) -> bool {
        cfg!(target_arch = "wasm32")
            || self.inner.device.poll(wgpu::PollType::Poll).is_ok_and(|status| status.is_queue_empty())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let left = Leaks::new(self.pool.allocations());
        if !left.is_empty() {
            log::warn!("a device goes while its memory is in use: {left}");
        }
    }
}

/// Writes parts at their offsets, and zeros everywhere else.
fn fill<'a>(mut room: wgpu::WriteOnly<'_, [u8]>, parts: impl Iterator<Item = (usize, &'a [u8])>) {
    let mut end = 0;
    for (offset, part) in parts {
        room.slice(end..offset).fill(0);
        end = offset + part.len();
        room.slice(offset..end).copy_from_slice(part);
    }
    room.slice(end..).fill(0);
}

impl WeakGpu {
    /// The GPU, for nobody's job, if it is still there.
    pub(super) fn upgrade(&self) -> Option<Gpu> {
        self.0.upgrade().map(|inner| Gpu { inner, job: Job::nobodys() })
    }
}
