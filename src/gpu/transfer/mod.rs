//! Bytes between host and device.
//!
//! An upload goes through the queue's own staging memory, into a lease that no open encoder uses (the recorder keeps
//! those alive), so it is ordered correctly although the queue runs uploads before everything recorded.
//!
//! A readback is a recorded copy into a mapped lease, a submission, and a map whose callback only marks it as done and
//! wakes who waits. Whoever waits copies the bytes out and gives the lease back. Somebody must poll the device for
//! callbacks to run: `wait` does so itself, `.await` starts the poller thread.

mod poller;
mod readback;
mod wait;

pub(super) use poller::Poller;
pub(crate) use readback::GpuRead;
pub(super) use wait::Pauses;
