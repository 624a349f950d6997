//! Results on their way to the host.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{Device, Executor, Storage};
use crate::cpu::{CpuRead, HostBuffer};
use crate::error::Error;
#[cfg(feature = "gpu")]
use crate::gpu::GpuRead;

/// What has arrived from each source, in order.
type Arrived = std::vec::IntoIter<Vec<Arc<HostBuffer>>>;
type Finish<T> = Box<dyn FnOnce(&mut Arrived) -> Result<T, Error> + Send>;

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
    sources: Vec<Source>,
    finish: Option<Finish<T>>,
}

enum Source {
    Failed(Error),
    Cpu(CpuRead),
    #[cfg(feature = "gpu")]
    Gpu(GpuRead),
    Arrived(Vec<Arc<HostBuffer>>),
}

impl Source {
    fn wait(self) -> Result<Vec<Arc<HostBuffer>>, Error> {
        match self {
            Self::Failed(error) => Err(error),
            Self::Cpu(read) => read.wait(),
            #[cfg(feature = "gpu")]
            Self::Gpu(read) => read.wait(),
            Self::Arrived(buffers) => Ok(buffers),
        }
    }

    /// Ready once it has arrived, and stays so.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let buffers = match self {
            Self::Failed(error) => return Poll::Ready(Err(error.clone())),
            Self::Cpu(read) => std::task::ready!(read.poll(cx))?,
            #[cfg(feature = "gpu")]
            Self::Gpu(read) => std::task::ready!(read.poll(cx))?,
            Self::Arrived(_) => return Poll::Ready(Ok(())),
        };
        *self = Self::Arrived(buffers);
        Poll::Ready(Ok(()))
    }
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
        let finish = move |arrived: &mut Arrived| finish(arrived.next().unwrap_or_default());
        Self { sources: vec![source], finish: Some(Box::new(finish)) }
    }

    /// A readback that fails: an operation could not be recorded.
    pub(crate) fn failed(error: Error) -> Self {
        Self { sources: vec![Source::Failed(error)], finish: None }
    }

    /// Blocks until the result is here.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`] if computing or reading failed;
    /// [`Error::WouldBlock`] for a GPU in the browser, and on a worker thread of the device itself; [`Error::Cancelled`]
    /// where the device's handle has a token that was.
    pub fn wait(self) -> Result<T, Error> {
        let arrived: Result<Vec<_>, _> = self.sources.into_iter().map(Source::wait).collect();
        finish(self.finish, arrived?)
    }
}

impl<T: 'static> Readback<T> {
    /// The same, turned into something else once it is here, by whoever waits for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Gray8, ImageView};
    ///
    /// let device = Device::cpu()?;
    /// let image = device.image(ImageView::<Gray8>::new(&[7, 9], 2, 1)?)?;
    /// let brightest = image.read().map(|image| image.as_slice().iter().copied().max());
    /// assert_eq!(brightest.wait()?, Some(9));
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn map<U>(self, into: impl FnOnce(T) -> U + Send + 'static) -> Readback<U> {
        let finish = self.finish.map(|finish| -> Finish<U> { Box::new(move |arrived| finish(arrived).map(into)) });
        Readback { sources: self.sources, finish }
    }

    /// This and another, perhaps of another device, as one: it is here once both are.
    pub fn zip<U: 'static>(self, other: Readback<U>) -> Readback<(T, U)> {
        let mut sources = self.sources;
        sources.extend(other.sources);
        let finish = self
            .finish
            .zip(other.finish)
            .map(|(one, other)| -> Finish<(T, U)> { Box::new(move |arrived| Ok((one(arrived)?, other(arrived)?))) });
        Readback { sources, finish }
    }
}

impl<T> Future for Readback<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut is_pending = false;
        for source in &mut self.sources {
            match source.poll(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => is_pending = true,
            }
        }
        if is_pending {
            return Poll::Pending;
        }
        let arrived: Result<Vec<_>, _> = std::mem::take(&mut self.sources).into_iter().map(Source::wait).collect();
        let conclude = self.finish.take();
        Poll::Ready(arrived.and_then(|arrived| finish(conclude, arrived)))
    }
}

fn finish<T>(finish: Option<Finish<T>>, arrived: Vec<Vec<Arc<HostBuffer>>>) -> Result<T, Error> {
    match finish {
        Some(finish) => finish(&mut arrived.into_iter()),
        None => {
            Err(Error::WouldBlock { operation: "polling a Readback that has given its result", advice: "read again" })
        }
    }
}
