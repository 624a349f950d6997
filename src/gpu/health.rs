//! Whether a device is still there. Loss is quiet in `wgpu`: most calls go on without an error, and only the callback
//! of a device that we made ourselves, or a failed map, tells.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::scope::{Later, scoped};
use crate::error::Error;

/// Alive until somebody says why not.
#[derive(Clone, Default)]
pub(crate) struct Health(Arc<State>);

#[derive(Default)]
struct State {
    reason: OnceLock<String>,
    is_watched: AtomicBool,
}

impl Health {
    /// Records the loss; the first reason stays.
    pub(crate) fn lose(&self, reason: String) {
        // The first reason is the cause, later ones are consequences.
        let _ = self.0.reason.set(reason);
    }

    /// Records the loss and gives the error that says so.
    pub(crate) fn lost(&self, reason: String) -> Error {
        self.lose(reason.clone());
        self.check().err().unwrap_or(Error::DeviceLost { reason })
    }

    /// `Error::DeviceLost` once the device is gone.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.0.reason.get() {
            Some(reason) => Err(Error::DeviceLost { reason: reason.clone() }),
            None => Ok(()),
        }
    }

    /// Whether a poll of the device finds out that it is gone.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn is_watched(&self) -> bool {
        self.0.is_watched.load(Ordering::Relaxed)
    }

    /// Watches a device that Swath made. The two callbacks are single slots, so a device that belongs to the
    /// application is left alone.
    pub(crate) fn watch(&self, device: &wgpu::Device) {
        self.0.is_watched.store(true, Ordering::Relaxed);
        let health = self.clone();
        device.set_device_lost_callback(move |reason, message| {
            // Dropping the last handle is no loss.
            if reason != wgpu::DeviceLostReason::Destroyed || !message.contains("dropped") {
                health.lose(if message.is_empty() { format!("{reason:?}") } else { message });
            }
        });
        // The default handler panics. Every call of ours runs in an error scope, so what arrives here was raised by
        // the driver outside any call.
        device.on_uncaptured_error(Arc::new(|error: wgpu::Error| log::error!("uncaptured GPU error: {error}")));
    }
}

/// Whether a device is gone: it makes buffers then, but they have no memory.
pub(super) fn is_gone(device: &wgpu::Device) -> bool {
    let outcome = scoped(device, &Later::default(), || {
        let probe = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("swath probe"),
            size: 16,
            usage: wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: true,
        });
        probe.slice(..).get_mapped_range_mut().is_ok()
    });
    cfg!(not(target_arch = "wasm32")) && matches!(outcome, Ok(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_is_kept() {
        let health = Health::default();
        assert_eq!(health.check(), Ok(()));
        health.lose("unplugged".into());
        health.lose("timeout".into());
        assert_eq!(health.check(), Err(Error::DeviceLost { reason: "unplugged".into() }));
    }
}
