//! Every test ends with no memory in use: a device of its own is looked at when its thread ends, the shared ones when
//! no test is using them any more.

use std::cell::RefCell;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use swath::Device;

use super::executors;

/// A worker may drop the last handle of something a moment after its result was read.
const MOMENT: Duration = Duration::from_secs(10);

/// Threads that use the shared devices.
static SHARING: Mutex<usize> = Mutex::new(0);

thread_local! {
    static USES: RefCell<Uses> = const { RefCell::new(Uses { shares: false, own: Vec::new() }) };
}

/// What one test uses; dropped when its thread ends.
struct Uses {
    shares: bool,
    own: Vec<(String, Device)>,
}

/// Notes that the test on this thread uses the shared devices.
pub fn share() {
    USES.with_borrow_mut(|uses| {
        if !std::mem::replace(&mut uses.shares, true) {
            *sharing() += 1;
        }
    });
}

/// Notes a device that only the test on this thread uses.
pub fn watch(name: &str, device: &Device) {
    USES.with_borrow_mut(|uses| uses.own.push((name.to_owned(), device.clone())));
}

impl Drop for Uses {
    fn drop(&mut self) {
        let own = std::mem::take(&mut self.own);
        // Thread-locals that a device needs may be gone already, so another thread looks.
        on_another_thread(move || own.iter().for_each(|(name, device)| look(name, device)));
        if self.shares {
            let mut sharing = sharing();
            *sharing -= 1;
            if *sharing == 0 {
                on_another_thread(|| executors::opened().iter().for_each(|one| look(&one.name, &one.device)));
            }
        }
    }
}

fn on_another_thread(body: impl FnOnce() + Send + 'static) {
    if std::thread::spawn(body).join().is_err() {
        give_up("looking for memory in use failed, as printed above");
    }
}

/// Ends the process if the device holds memory that no test can be using.
fn look(name: &str, device: &Device) {
    let start = Instant::now();
    // A device that was lost has nothing to wait for.
    while device.synchronize().is_ok() && !device.leaks().is_empty() {
        if start.elapsed() > MOMENT {
            give_up(&format!("{name}: a test has ended, and of what it made there is still\n{}", device.leaks()));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Nothing that happens when a thread ends can fail a test, so the whole run fails.
fn give_up(message: &str) -> ! {
    // Past the test runner, which keeps what a test prints.
    let _ = writeln!(std::io::stderr(), "\n{message}");
    std::process::exit(101);
}

fn sharing() -> MutexGuard<'static, usize> {
    SHARING.lock().unwrap_or_else(PoisonError::into_inner)
}
