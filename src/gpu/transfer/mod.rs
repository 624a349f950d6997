//! Bytes between host and device, through two staging rings that last as long as the device.
//!
//! An upload is a [`Writer`] that fills slots of the [`UploadRing`]. What it writes is copied by the next submission,
//! before everything else in it, to a lease that nothing recorded uses yet: so no recorded work sees it too early, and
//! none too late.
//!
//! Where host and device share memory a larger upload is written to its lease itself, and a larger array read where it
//! lies.
//!
//! A readback is a ticket whose pieces queue for slots of the [`Reads`] ring. Callbacks of `wgpu` only leave word that a slot
//! is mapped; whoever waits, awaits or polls moves its bytes to host memory and sends the next pieces on their way. Somebody
//! must poll the device for callbacks to run: `wait` does so itself, `.await` starts the poller thread.

mod in_place;
mod poller;
mod readback;
mod reads;
mod ticket;
mod upload;
mod wait;
mod writer;

use std::sync::mpsc::{Receiver, Sender};

pub(super) use in_place::InPlace;
pub(super) use poller::Poller;
pub(crate) use readback::GpuRead;
pub(super) use reads::Reads;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use upload::SLOT_BYTES;
pub(super) use upload::UploadRing;
pub(super) use wait::Pauses;
pub(crate) use writer::Writer;
pub(super) use writer::{SMALL, share};

/// Callbacks leave word here that the slot with a number is mapped, or cannot be.
type Word = (Sender<(u64, bool)>, Receiver<(u64, bool)>);

#[cfg(test)]
mod tests;
