//! What one handle of a device works for: who may cancel it, and how many bytes it has moved.
#![cfg_attr(target_arch = "wasm32", allow(dead_code, reason = "only streams count, and there are none in a browser"))]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cancel::CancelToken;
use crate::error::Error;

/// Passed from a device's handle to everything that is made through it. Clones are one job.
#[derive(Clone)]
pub(crate) struct Job {
    cancel: CancelToken,
    moved: Option<Arc<Moved>>,
}

/// Bytes that a job has moved.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    up: AtomicU64,
    down: AtomicU64,
}

impl Job {
    /// One that nobody cancels or counts.
    pub(crate) const fn nobodys() -> Self {
        Self { cancel: CancelToken::never(), moved: None }
    }

    /// One that a token cancels as well.
    pub(crate) fn with_cancel(&self, cancel: CancelToken) -> Self {
        Self { cancel, moved: self.moved.clone() }
    }

    /// One that counts its bytes.
    pub(crate) fn counted(&self, moved: Arc<Moved>) -> Self {
        Self { cancel: self.cancel.clone(), moved: Some(moved) }
    }

    /// Who may cancel it.
    pub(crate) fn cancel(&self) -> &CancelToken {
        &self.cancel
    }

    /// [`Error::Cancelled`] once it is.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.cancel.check()
    }

    /// Counts an upload.
    #[cfg(feature = "gpu")]
    pub(crate) fn count_up(&self, bytes: u64) {
        if let Some(moved) = &self.moved {
            moved.up.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Counts a readback.
    #[cfg(feature = "gpu")]
    pub(crate) fn count_down(&self, bytes: u64) {
        if let Some(moved) = &self.moved {
            moved.down.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

impl Moved {
    /// Bytes uploaded and read back so far.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        (self.up.load(Ordering::Relaxed), self.down.load(Ordering::Relaxed))
    }
}
