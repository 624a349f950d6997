//! Items that go through a device one after the other, several of them in flight, and come out in order.

use super::flight::Flights;
use super::options::StreamOptions;
use super::results::StreamResults;
use crate::device::{Device, Readback};
use crate::error::Error;
use crate::memory::TransferThresholds;

/// A way to send items through a device; made by [`Device::stream`].
#[derive(Debug, Clone)]
pub struct Stream {
    device: Device,
    options: StreamOptions,
    thresholds: TransferThresholds,
}

impl Device {
    /// A stream of items through this device: see [`Stream::run`].
    ///
    /// * `SWATH_STREAM_MIN_BATCH`: items from which on transfers may overlap (default 8).
    /// * `SWATH_STREAM_MIN_MB`: megabytes, up and down together, from which on they may (default 100).
    /// * `SWATH_STREAM_DEPTH`: items in flight at a time, 1 to 4 (default 4).
    ///
    /// # Errors
    /// [`Error::Environment`] for a wrong value of one of them; they are not looked at where the options have thresholds.
    pub fn stream(&self, options: StreamOptions) -> Result<Stream, Error> {
        let thresholds = match options.thresholds {
            Some(thresholds) => thresholds,
            None => TransferThresholds::from_env()?,
        };
        Ok(Stream { device: self.clone(), options, thresholds })
    }
}

impl Stream {
    /// Sends every item through `work`, and gives the results in the items' order, as they are taken from the iterator.
    ///
    /// `work` gets a device and an item, records what is to be done and returns the readback; it does not wait for it.
    /// While the caller has the result of one item, the next are on their way: as many as the
    /// [plan](StreamResults::plan) says. Items are drawn from `items` only as fast as results are taken, and kept until
    /// theirs is delivered.
    ///
    /// **`work` may run more than once for an item**, with a fresh device or the CPU when the device is lost, and after
    /// memory ran out with fewer items in flight. So it uses the device that it is given, and nothing that it has
    /// captured from another: where it does, the stream ends with [`Error::DeviceLost`] once that is gone. Every item is
    /// delivered exactly once.
    ///
    /// # Errors
    /// Of each result: [`Error::Item`] with the index and the error of its item: [`Error::OutOfMemory`] where that item
    /// alone is too much, [`Error::CallerPanicked`] where `work` panicked, or what `work` or its readback gave. [`Error::Cancelled`]
    /// where the stream was stopped, [`Error::DeviceLost`] where it cannot go on: both end it.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, ImageView, Rgb8, StreamOptions};
    ///
    /// let device = Device::cpu()?;
    /// let photos = (0..100_u8).map(|gray| vec![gray; 64 * 48 * 3]);
    /// let results = device.stream(StreamOptions::default())?.run(photos, |device, photo| {
    ///     Ok(device.image(ImageView::<Rgb8>::new(photo, 64, 48)?)?.grayscale()?.read())
    /// });
    /// for (index, gray) in results.enumerate() {
    ///     assert_eq!(usize::from(gray?.as_slice()[0]), index);
    /// }
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn run<I, T, F>(self, items: I, work: F) -> StreamResults<I::IntoIter, T, F>
    where
        I: IntoIterator,
        F: Fn(&Device, &I::Item) -> Result<Readback<T>, Error>,
    {
        let Self { device, options, thresholds } = self;
        let job = match &options.cancel {
            Some(cancel) => device.job().with_cancel(cancel.clone()),
            None => device.job().clone(),
        };
        let flights = Flights::new(device.clone(), job, work);
        StreamResults::new(device, options, thresholds, items.into_iter(), flights)
    }
}
