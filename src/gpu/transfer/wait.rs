//! Waiting for the device by looking at it again and again.
//!
//! Why not `PollType::Wait` with a timeout: when that runs out while another thread polls or submits, wgpu-core 30.0
//! may panic on an assertion of its own (<https://github.com/gfx-rs/wgpu/pull/9958>, not in a release yet), and a
//! wait without a timeout would neither see a device that is gone nor a caller who has changed their mind.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::gpu::Gpu;

/// For so long looks follow each other without a pause: a small readback, or a slot of a large one, takes no longer.
const AT_ONCE: Duration = Duration::from_micros(300);
/// Pauses grow to this.
const LONGEST: Duration = Duration::from_millis(1);
/// A device that has nothing left to do, yet has not delivered for this long, will not.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pauses between looks: a sixteenth of the time waited so far, so that a wait is hardly longer than it must be.
pub(in crate::gpu) struct Pauses {
    began: Instant,
}

impl Pauses {
    /// From now on.
    pub(in crate::gpu) fn new() -> Self {
        Self { began: Instant::now() }
    }

    /// How long to pause now; not at all at first.
    pub(in crate::gpu) fn next(&self) -> Option<Duration> {
        let waited = self.began.elapsed();
        (waited > AT_ONCE).then(|| (waited / 16).min(LONGEST))
    }

    /// Pauses.
    pub(in crate::gpu) fn pause(&self) {
        match self.next() {
            None => std::thread::yield_now(),
            Some(pause) => std::thread::sleep(pause),
        }
    }

    /// How long has been waited.
    pub(in crate::gpu) fn waited(&self) -> Duration {
        self.began.elapsed()
    }
}

/// One wait for a device to do something, of any number of looks.
pub(super) struct Wait<'a> {
    gpu: &'a Gpu,
    what: &'static str,
    pauses: Pauses,
    idle_since: Option<Instant>,
}

impl<'a> Wait<'a> {
    /// From now on.
    pub(super) fn new(gpu: &'a Gpu, what: &'static str) -> Self {
        Self { gpu, what, pauses: Pauses::new(), idle_since: None }
    }

    /// Looks at the device once, and says how long to pause before the next look.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], also when the device has nothing to do and still does not deliver; [`Error::Cancelled`].
    pub(super) fn look(&mut self) -> Result<Option<Duration>, Error> {
        self.gpu.check()?;
        match self.gpu.device().poll(wgpu::PollType::Poll) {
            Ok(status) if status.is_queue_empty() => {
                if self.idle_since.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                    return Err(self.gpu.health().lost(format!("the queue is empty, but {} never ended", self.what)));
                }
            }
            _ => self.idle_since = None,
        }
        Ok(self.pauses.next())
    }

    /// Something has happened, so the next may soon: pauses are short again.
    pub(super) fn restart(&mut self) {
        self.pauses = Pauses::new();
        self.idle_since = None;
    }

    /// Looks at the device once and pauses.
    ///
    /// # Errors
    /// As [`Wait::look`]; [`Error::Timeout`] once all looks together took longer than the device's patience.
    pub(super) fn pause(&mut self) -> Result<(), Error> {
        let limit = self.gpu.patience();
        if self.pauses.waited() > limit {
            return Err(Error::Timeout { what: self.what, limit });
        }
        self.look()?;
        self.pauses.pause();
        Ok(())
    }
}
