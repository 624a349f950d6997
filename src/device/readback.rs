//! Results on their way to the host.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{Device, Executor, Storage};
use crate::cpu::{CpuRead, HostBuffer};
use crate::error::Error;
#[cfg(feature = "gpu")]
use crate::gpu::GpuRead;

type Finish<T> = Box<dyn FnOnce(Vec<Arc<HostBuffer>>) -> Result<T, Error> + Send>;

/// A result that is being computed and read back: wait for it, or await it on any executor.
///
/// Asking for it has already started the work. Dropping it gives its memory back.
///
/// # Examples
///
/// ```
/// use swath::{Device, ImageView, Rgb8};
///
/// let device = Device::cpu()?;
/// let image = device.image(ImageView::<Rgb8>::new(&[255, 0, 0], 1, 1)?)?;
/// let gray = image.grayscale()?.read();
/// assert_eq!(gray.wait()?.as_slice(), [76]);
/// # Ok::<(), swath::Error>(())
/// ```
#[must_use = "a result arrives only when it is waited for or awaited"]
pub struct Readback<T> {
    source: Source,
    finish: Option<Finish<T>>,
}

enum Source {
    Failed(Error),
    Cpu(CpuRead),
    #[cfg(feature = "gpu")]
    Gpu(GpuRead),
}

impl<T> Readback<T> {
    pub(super) fn of(
        device: &Device,
        arrays: Vec<(Storage, usize)>,
        finish: impl FnOnce(Vec<Arc<HostBuffer>>) -> Result<T, Error> + Send + 'static,
    ) -> Self {
        let source = match device.executor() {
            Executor::Cpu => Source::Cpu(
                device.queue().read(arrays.into_iter().map(|(storage, _)| storage.deferred().clone()).collect()),
            ),
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => {
                let arrays: Vec<_> =
                    arrays.into_iter().map(|(storage, bytes)| (storage.lease().clone(), bytes)).collect();
                gpu.read(&arrays).map_or_else(Source::Failed, Source::Gpu)
            }
        };
        Self { source, finish: Some(Box::new(finish)) }
    }

    /// A readback that fails: an operation could not be recorded.
    pub(crate) fn failed(error: Error) -> Self {
        Self { source: Source::Failed(error), finish: None }
    }

    /// Blocks until the result is here.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`] if computing or reading failed;
    /// [`Error::WouldBlock`] for a GPU in the browser, and on a worker thread of the device itself.
    pub fn wait(self) -> Result<T, Error> {
        let buffers = match self.source {
            Source::Failed(error) => return Err(error),
            Source::Cpu(read) => read.wait()?,
            #[cfg(feature = "gpu")]
            Source::Gpu(read) => read.wait()?,
        };
        finish(self.finish, buffers)
    }
}

impl<T> Future for Readback<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let buffers = match &mut self.source {
            Source::Failed(error) => Err(error.clone()),
            Source::Cpu(read) => std::task::ready!(read.poll(cx)),
            #[cfg(feature = "gpu")]
            Source::Gpu(read) => std::task::ready!(read.poll(cx)),
        };
        let conclude = self.finish.take();
        Poll::Ready(buffers.and_then(|buffers| finish(conclude, buffers)))
    }
}

fn finish<T>(finish: Option<Finish<T>>, buffers: Vec<Arc<HostBuffer>>) -> Result<T, Error> {
    match finish {
        Some(finish) => finish(buffers),
        None => {
            Err(Error::WouldBlock { operation: "polling a Readback that has given its result", advice: "read again" })
        }
    }
}
