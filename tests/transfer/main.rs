//! Device memory and what travels to and from it: pools, staging rings, readbacks, leaks, faults, cancellation, and many
//! threads at once.
//!
//! What the library says of itself is held to what it cannot know: `wgpu`'s own counters, the test's own list of what it
//! holds, threads and memory as the system counts them. `SWATH_TEST_LONG=1` makes `soak` run for as long as it takes to
//! see memory grow:
//!
//! ```text
//! SWATH_TEST_LONG=1 cargo test --test transfer soak -- --nocapture
//! ```
#![cfg(feature = "gpu")]

#[path = "../support/mod.rs"]
mod support;

mod awaiting;
mod cancelling;
mod devices;
mod faults;
mod leaks;
mod patience;
mod poison;
mod poller;
mod pool;
mod readbacks;
mod soak;
mod steady;
