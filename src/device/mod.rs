//! Where work runs: a GPU or the CPU, chosen once, with the reason in words.

mod array;
mod array_writer;
mod info;
mod lazy;
mod options;
mod readback;
mod select;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

pub(crate) use array::Storage;
pub use array::{Array, Element, HostArray};
pub use array_writer::ArrayWriter;
#[cfg(not(target_arch = "wasm32"))]
pub use info::adapters;
pub use info::{AdapterSummary, DeviceInfo};
pub(crate) use lazy::Pending;
pub use options::{DeviceChoice, DeviceOptions, DispatchLimits, UnifiedMemory};
pub use readback::Readback;

use crate::cancel::CancelToken;
use crate::cpu::{Cpu, HostBuffer, HostPool, Queue, SimdLevel, Workers};
use crate::error::Error;
#[cfg(feature = "gpu")]
use crate::gpu::Gpu;
use crate::job::Job;
#[cfg(not(target_arch = "wasm32"))]
use crate::memory::TransferCapabilities;
use crate::memory::{DeviceStats, Leaks, StreamStats, TrimLevel};

/// A GPU or the CPU, and everything that it keeps for its life: pools, compiled kernels, worker threads.
///
/// Cheap to clone; clones share everything. Operations record work and return at once; results are read with
/// [`Readback::wait`] or `.await`. Every operation gives the same answer on every device.
///
/// # Examples
///
/// ```
/// let device = swath::Device::new()?;
/// println!("{}", device.info());
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Clone)]
pub struct Device {
    inner: Arc<Inner>,
    /// With the job of this handle, as the queue.
    executor: Executor,
    queue: Queue,
}

struct Inner {
    info: DeviceInfo,
    /// What it was opened with; none where an application handed over its own device.
    #[cfg_attr(
        target_arch = "wasm32",
        expect(dead_code, reason = "streams open it again, and there are none in a browser")
    )]
    options: Option<DeviceOptions>,
    pending: Mutex<Vec<Weak<dyn Pending>>>,
    indexes: AtomicU64,
    streams: Mutex<StreamStats>,
    host: HostPool,
}

impl Drop for Inner {
    fn drop(&mut self) {
        let left = Leaks::new(self.host.allocations());
        if !left.is_empty() {
            log::debug!("results outlive the device that made them: {left}");
        }
    }
}

/// The executor that was chosen. Operations match on it.
#[derive(Clone)]
pub(crate) enum Executor {
    /// Runs on the device's [`Queue`].
    Cpu,
    /// Runs on a GPU; the queue still serves work that is done on the host.
    #[cfg(feature = "gpu")]
    Gpu(Gpu),
}

impl Device {
    /// Opens the device that the `SWATH_*` variables ask for, by default the best GPU, or the CPU where there is none.
    ///
    /// * `SWATH_DEVICE`: `auto` (default), `gpu` or `cpu`. `auto` takes a discrete, then an integrated, then a virtual
    ///   GPU, else the CPU; never a software rasteriser, because the CPU executor is faster.
    /// * `SWATH_ADAPTER`: part of an adapter's name; implies `gpu`.
    /// * `SWATH_SIMD`: caps the SIMD level of the CPU executor; see [`SimdLevel`].
    /// * `SWATH_THREADS`: worker threads of the CPU executor.
    ///
    /// # Errors
    /// [`Error::Environment`] for a wrong value, [`Error::NoAdapter`] where a GPU is demanded and none fits,
    /// [`Error::Workers`] if threads cannot be started. Never fails for want of a GPU under `auto`.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn new() -> Result<Self, Error> {
        Self::with_options(&DeviceOptions::from_env()?)
    }

    /// Opens the device that `options` ask for. The environment is not looked at.
    ///
    /// # Errors
    /// [`Error::NoAdapter`] where a GPU is demanded and none fits, [`Error::Workers`] if threads cannot be started.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn with_options(options: &DeviceOptions) -> Result<Self, Error> {
        futures_block_on(Self::with_options_async(options))
    }

    /// Opens the device that `options` ask for without blocking: the way to open one in a browser.
    ///
    /// # Errors
    /// As [`Device::with_options`].
    pub async fn with_options_async(options: &DeviceOptions) -> Result<Self, Error> {
        let host = Host::new(options)?;
        #[cfg(feature = "gpu")]
        {
            let (gpu, choice) = select::open(options, &host.cpu.pool).await?;
            Ok(host.device(gpu, choice, Some(options)))
        }
        #[cfg(not(feature = "gpu"))]
        Ok(host.device(select::without_gpu(options)?, Some(options)))
    }

    /// The CPU executor with the machine's best SIMD level and one thread for each CPU.
    ///
    /// # Errors
    /// [`Error::Workers`] if threads cannot be started.
    ///
    /// # Examples
    ///
    /// ```
    /// let device = swath::Device::cpu()?;
    /// assert!(!device.info().is_gpu);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn cpu() -> Result<Self, Error> {
        Self::cpu_with(&DeviceOptions::default())
    }

    /// The CPU executor with the SIMD level, threads and pool of `options`.
    ///
    /// # Errors
    /// [`Error::Workers`] if threads cannot be started.
    pub fn cpu_with(options: &DeviceOptions) -> Result<Self, Error> {
        let options = DeviceOptions { choice: DeviceChoice::Cpu, ..options.clone() };
        let choice = select::Choice::cpu("the CPU was asked for".into());
        #[cfg(feature = "gpu")]
        return Ok(Host::new(&options)?.device(None, choice, Some(&options)));
        #[cfg(not(feature = "gpu"))]
        Ok(Host::new(&options)?.device(choice, Some(&options)))
    }

    /// Runs inside an application's own `wgpu` device, whose error and loss callbacks stay the application's.
    ///
    /// # Errors
    /// [`Error::NoAdapter`] if the device's compute limits are too small, [`Error::Workers`] if threads cannot be
    /// started.
    #[cfg(feature = "gpu")]
    pub fn from_wgpu(device: wgpu::Device, queue: wgpu::Queue) -> Result<Self, Error> {
        Self::from_wgpu_with(device, queue, &DeviceOptions::default())
    }

    /// The same with the threads, memory limit and patience of `options`; what they say of choosing a device is not
    /// looked at.
    ///
    /// # Errors
    /// As [`Device::from_wgpu`].
    #[cfg(feature = "gpu")]
    pub fn from_wgpu_with(device: wgpu::Device, queue: wgpu::Queue, options: &DeviceOptions) -> Result<Self, Error> {
        let host = Host::new(options)?;
        let gpu_options = |limits, kind, maps_anything| {
            let sharing = select::sharing(options.unified, kind, maps_anything);
            select::gpu_options(limits, sharing, options, &host.cpu.pool)
        };
        let (gpu, kind, [name, backend, driver]) = crate::gpu::wrap(device, queue, gpu_options)?;
        let reason = "the application handed over its own device".into();
        let kind = select::transfer_device(kind);
        Ok(host.device(Some(gpu), select::Choice { name, kind, backend, driver, reason }, None))
    }

    /// The `wgpu` device and queue that it runs on; `None` on the CPU.
    #[cfg(feature = "gpu")]
    pub fn as_wgpu(&self) -> Option<(&wgpu::Device, &wgpu::Queue)> {
        match &self.executor {
            Executor::Cpu => None,
            Executor::Gpu(gpu) => Some((gpu.device(), gpu.queue())),
        }
    }

    /// A handle of the same device whose work `token` can stop: everything made through it, and through what it makes.
    ///
    /// Cancelled work ends between two launches, and what it would have given is [`Error::Cancelled`]; nothing else on
    /// the device is touched. A token with a deadline limits how long a result may be waited for.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{CancelToken, Device, Error};
    ///
    /// let (device, token) = (Device::cpu()?, CancelToken::new());
    /// let stoppable = device.with_cancel(&token);
    /// token.cancel();
    /// let cloud = stoppable.points(&[[0.0; 3], [1.0; 3]])?;
    /// assert!(matches!(cloud.knn(1)?.read().wait(), Err(Error::Cancelled { .. })));
    /// # Ok::<(), swath::Error>(())
    /// ```
    #[must_use]
    pub fn with_cancel(&self, token: &CancelToken) -> Self {
        self.with_job(self.job().with_cancel(token.clone()))
    }

    /// A handle of the same device for another job.
    pub(crate) fn with_job(&self, job: Job) -> Self {
        let executor = match &self.executor {
            Executor::Cpu => Executor::Cpu,
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => Executor::Gpu(gpu.with_job(job.clone())),
        };
        Self { inner: self.inner.clone(), executor, queue: self.queue.with_job(job) }
    }

    /// What was chosen, and why.
    pub fn info(&self) -> &DeviceInfo {
        &self.inner.info
    }

    /// What the device has done so far, and the memory that it holds.
    pub fn stats(&self) -> DeviceStats {
        let host = DeviceStats {
            host_pool: self.queue.cpu().pool.stats(),
            launches: self.queue.launches(),
            indexes_built: self.inner.indexes.load(Ordering::Relaxed),
            streams: *self.inner.streams.lock().unwrap_or_else(PoisonError::into_inner),
            ..DeviceStats::default()
        };
        match &self.executor {
            Executor::Cpu => host,
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => {
                let DeviceStats { host_pool, indexes_built, streams, .. } = host;
                DeviceStats { host_pool, indexes_built, streams, ..gpu.stats() }
            }
        }
    }

    /// Notes that the build of a point index was recorded.
    pub(crate) fn count_index(&self) {
        self.inner.indexes.fetch_add(1, Ordering::Relaxed);
    }

    /// Frees memory that is kept for reuse: all of it, or what was not used for long. What is in use stays, and so do
    /// the staging rings of a GPU.
    pub fn trim(&self, level: TrimLevel) {
        self.queue.cpu().pool.trim(level);
        #[cfg(feature = "gpu")]
        if let Executor::Gpu(gpu) = &self.executor {
            gpu.trim(level);
        }
    }

    /// Every piece of memory that is in use: what images, tables and results take that somebody still holds. Where a
    /// program should hold nothing, this tells what it does, since when, and where that was asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// let device = swath::Device::cpu()?;
    /// let cloud = device.points(&[[0.0; 3], [1.0; 3]])?;
    /// assert!(!device.leaks().is_empty());
    /// drop(cloud);
    /// device.synchronize()?;
    /// assert!(device.leaks().is_empty(), "{}", device.leaks());
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn leaks(&self) -> Leaks {
        let host = self.queue.cpu().pool.allocations();
        match &self.executor {
            Executor::Cpu => Leaks::new(host),
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => Leaks::new(gpu.allocations().into_iter().chain(host).collect()),
        }
    }

    /// Computes everything that was recorded and every pending image and tensor that is still held, and blocks until
    /// it is done.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`] if that fails.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn synchronize(&self) -> Result<(), Error> {
        let pending = std::mem::take(&mut *self.pending());
        let mut failed = None;
        for pending in pending {
            match pending.upgrade().map_or(Ok(()), |pending| pending.materialize()) {
                // Whoever cancelled their own work hears of it where they ask for its result.
                Ok(()) | Err(Error::Cancelled { .. }) => {}
                Err(error) => {
                    failed.get_or_insert(error);
                    self.register(pending);
                }
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        self.queue.synchronize()?;
        match &self.executor {
            Executor::Cpu => Ok(()),
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => gpu.synchronize(),
        }
    }

    /// A device that takes the place of this one, which is gone: the same again, or the CPU where an application
    /// handed it over or there is none any more.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn reopened(&self) -> Result<Self, Error> {
        let Some(options) = &self.inner.options else { return self.on_cpu() };
        let again = Self::with_options(options);
        again.or_else(|error| {
            log::warn!("no device like the one that was lost: {error}");
            self.on_cpu()
        })
    }

    /// The CPU in place of this device.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn on_cpu(&self) -> Result<Self, Error> {
        let options = self
            .inner
            .options
            .clone()
            .unwrap_or_else(|| DeviceOptions { threads: Some(self.inner.info.threads), ..DeviceOptions::default() });
        Self::cpu_with(&options)
    }

    /// Whether the device is gone.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn is_lost(&self) -> bool {
        match &self.executor {
            Executor::Cpu => false,
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => gpu.is_lost(),
        }
    }

    /// What is known of how bytes travel to it.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn transfer_capabilities(&self) -> TransferCapabilities {
        let mut capabilities = TransferCapabilities::new(self.inner.info.kind);
        capabilities.threads = self.inner.info.threads;
        #[cfg(feature = "gpu")]
        if let Executor::Gpu(gpu) = &self.executor {
            capabilities.unified = gpu.is_unified();
            capabilities.slot_bytes = crate::gpu::SLOT_BYTES;
        }
        capabilities
    }

    /// The job of this handle.
    pub(crate) fn job(&self) -> &Job {
        self.queue.job()
    }

    /// Notes what a stream has done.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn count_stream(&self, stream: StreamStats) {
        let mut streams = self.inner.streams.lock().unwrap_or_else(PoisonError::into_inner);
        *streams = streams.plus(stream);
    }

    /// Whether both are handles of one device, so that what is on one is on the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    pub(crate) fn executor(&self) -> &Executor {
        &self.executor
    }

    /// The queue of the CPU executor. On a GPU it serves what is still done on the host.
    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Registers something that [`Device::synchronize`] must compute if it still exists then.
    pub(crate) fn register(&self, new: Weak<dyn Pending>) {
        let mut pending = self.pending();
        // Amortised clean-up: the list never grows past twice what is alive.
        if pending.len() == pending.capacity() {
            pending.retain(|pending| pending.strong_count() > 0);
        }
        pending.push(new);
    }

    /// Reads the first so many bytes of each array back and hands them to `finish`.
    pub(crate) fn read<T>(
        &self,
        arrays: Vec<(Storage, usize)>,
        finish: impl FnOnce(Vec<Arc<HostBuffer>>) -> Result<T, Error> + Send + 'static,
    ) -> Readback<T> {
        Readback::of(self, arrays, finish)
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Vec<Weak<dyn Pending>>> {
        self.inner.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Device").field(&self.inner.info).finish()
    }
}

#[cfg(all(not(target_arch = "wasm32"), feature = "gpu"))]
use pollster::block_on as futures_block_on;

/// Without a GPU nothing ever waits.
#[cfg(all(not(target_arch = "wasm32"), not(feature = "gpu")))]
fn futures_block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    use futures::FutureExt;
    future.now_or_never().unwrap_or(Err(Error::WouldBlock { operation: "opening a device", advice: "use Device::cpu" }))
}

/// The host's side of a device, made before the GPU is looked for.
struct Host {
    cpu: Cpu,
}

impl Host {
    fn new(options: &DeviceOptions) -> Result<Self, Error> {
        #[cfg(all(feature = "parallel", not(target_arch = "wasm32")))]
        let workers = match &options.pool {
            Some(pool) => Workers::from_pool(pool.clone()),
            None => Workers::new(options.threads)?,
        };
        #[cfg(not(all(feature = "parallel", not(target_arch = "wasm32"))))]
        let workers = Workers::new(options.threads)?;
        // A limit is meant for the memory that work is done in.
        let most = options.memory_limit.filter(|_| options.choice == DeviceChoice::Cpu);
        let pool = HostPool::new(most, options.poison_memory);
        Ok(Self { cpu: Cpu { level: SimdLevel::capped(options.simd), workers, pool } })
    }

    fn device(
        self,
        #[cfg(feature = "gpu")] gpu: Option<Gpu>,
        choice: select::Choice,
        options: Option<&DeviceOptions>,
    ) -> Device {
        #[cfg(feature = "gpu")]
        let executor = gpu.map_or(Executor::Cpu, Executor::Gpu);
        #[cfg(not(feature = "gpu"))]
        let executor = Executor::Cpu;
        let info = DeviceInfo {
            is_gpu: !matches!(executor, Executor::Cpu),
            name: choice.name,
            kind: choice.kind,
            backend: choice.backend,
            driver: choice.driver,
            simd: SimdLevel::of(self.cpu.level),
            threads: self.cpu.workers.threads(),
            reason: choice.reason,
        };
        let inner = Inner {
            info,
            options: options.cloned(),
            pending: Mutex::default(),
            indexes: AtomicU64::default(),
            streams: Mutex::default(),
            host: self.cpu.pool.clone(),
        };
        Device { inner: Arc::new(inner), executor, queue: Queue::new(self.cpu) }
    }
}
