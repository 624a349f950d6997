//! How a stream behaves.

use std::fmt;
use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::memory::{TransferLoad, TransferThresholds};
use crate::progress::Progress;

/// What a stream does when an item fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnError {
    /// Gives the error and ends.
    #[default]
    Stop,
    /// Gives the error in the item's place and goes on with the next.
    Continue,
}

/// Options of [`Device::stream`](crate::Device::stream). The default lets the plan decide and stops at the first error.
///
/// # Examples
///
/// ```
/// use swath::{OnError, StreamOptions, TransferLoad};
///
/// let options = StreamOptions {
///     load: Some(TransferLoad::uniform(500, 3 << 20, 1 << 20)), // 500 items of 3 MiB up and 1 MiB down
///     on_error: OnError::Continue,
///     ..StreamOptions::default()
/// }
/// .on_progress(|progress| eprintln!("{} of {}", progress.done, progress.total));
/// assert_eq!(options.depth, None);
/// ```
#[derive(Clone, Default)]
pub struct StreamOptions {
    /// Items in flight at a time, at least 1. Default: as the plan has it, 1 to 4.
    pub depth: Option<usize>,
    /// The bytes of the whole stream, where they are known. Default: the first item is measured, by itself, and all are
    /// taken to be like it.
    pub load: Option<TransferLoad>,
    /// What a stream needs for transfers to overlap. Default: what the `SWATH_STREAM_*` variables say.
    pub thresholds: Option<TransferThresholds>,
    /// What to do when an item fails. Default: [`OnError::Stop`].
    pub on_error: OnError,
    /// Stops the stream. Default: only the device's own token, if it has one.
    pub cancel: Option<CancelToken>,
    /// Told after every item that is delivered; see [`on_progress`](Self::on_progress). Default: nobody.
    pub progress: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
}

impl StreamOptions {
    /// Calls `report` after every item that is delivered, on the thread that takes it.
    #[must_use]
    pub fn on_progress(self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self { progress: Some(Arc::new(report)), ..self }
    }
}

impl fmt::Debug for StreamOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamOptions")
            .field("depth", &self.depth)
            .field("load", &self.load)
            .field("thresholds", &self.thresholds)
            .field("on_error", &self.on_error)
            .field("cancel", &self.cancel)
            .finish_non_exhaustive()
    }
}
