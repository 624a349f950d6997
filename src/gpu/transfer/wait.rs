//! Waiting for the device by looking at it again and again.
//!
//! Why not `PollType::Wait` with a timeout: when that runs out while another thread polls or submits, wgpu-core 30.0
//! may panic on an assertion of its own (<https://github.com/gfx-rs/wgpu/pull/9958>, not in a release yet), and a
//! wait without a timeout would neither see a device that is gone nor a caller who has changed their mind.

use std::time::{Duration, Instant};

/// For so long looks follow each other without a pause: a small readback takes no longer.
const AT_ONCE: Duration = Duration::from_micros(100);
/// Pauses grow to this.
const LONGEST: Duration = Duration::from_millis(1);

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
