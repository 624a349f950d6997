//! Tests of what must not hang fail where it does.

use std::sync::mpsc;
use std::time::Duration;

/// Longer than any honest answer takes, and than the library's own patience.
const HANG: Duration = Duration::from_secs(60);

/// What `body` gives, or a failure if it hangs.
pub fn in_time<T: Send + 'static>(what: &str, body: impl FnOnce() -> T + Send + 'static) -> T {
    within(HANG, what, body)
}

/// The same with a time of one's own, a generous one.
pub fn within<T: Send + 'static>(time: Duration, what: &str, body: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(body()));
    receiver.recv_timeout(time).unwrap_or_else(|_| panic!("{what} hangs, or panicked"))
}
