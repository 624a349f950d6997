//! A thread that polls the device while somebody awaits a readback. It starts with the first await, sleeps when nobody
//! waits, and is joined when the device goes.

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;

use super::ticket::Ticket;
use super::wait::Pauses;
use crate::cancel::CancelToken;
use crate::gpu::{Gpu, WeakGpu};

#[derive(Default)]
struct State {
    awaited: usize,
    /// Who is to be told when their job is cancelled.
    cancellable: Vec<(Weak<Ticket>, CancelToken)>,
    stopping: bool,
}

impl State {
    /// Those whose job was cancelled, each once.
    fn cancelled(&mut self) -> Vec<Arc<Ticket>> {
        let mut cancelled = Vec::new();
        self.cancellable.retain(|(ticket, token)| match ticket.upgrade() {
            Some(ticket) if token.is_cancelled() => {
                cancelled.push(ticket);
                false
            }
            ticket => ticket.is_some(),
        });
        cancelled
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// The thread, once somebody has awaited.
#[derive(Default)]
pub(crate) struct Poller {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Poller {
    /// Polls until the returned guard is dropped. In the browser the device polls itself.
    pub(super) fn watch(&self, gpu: &Gpu, ticket: &Arc<Ticket>) -> Watch {
        {
            let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.awaited += 1;
            if gpu.job().cancel().can_cancel() {
                state.cancellable.push((Arc::downgrade(ticket), gpu.job().cancel().clone()));
            }
        }
        self.shared.changed.notify_one();
        if cfg!(not(target_arch = "wasm32")) {
            let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
            if thread.is_none() {
                let (device, gpu, shared) = (gpu.device().clone(), gpu.downgrade(), self.shared.clone());
                *thread = Some(std::thread::spawn(move || run(&device, &gpu, &shared)));
            }
        }
        Watch(self.shared.clone())
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner).stopping = true;
        self.shared.changed.notify_one();
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // The last handle may go inside a waker that the poller itself is running; a thread cannot join itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            // A panic of the poller was a waker's, and was reported by the panic hook.
            let _ = thread.join();
        }
    }
}

/// Keeps the poller awake.
pub(crate) struct Watch(Arc<Shared>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).awaited -= 1;
    }
}

fn run(device: &wgpu::Device, gpu: &WeakGpu, shared: &Shared) {
    let mut pauses = Pauses::new();
    loop {
        let cancelled = {
            let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            while state.awaited == 0 && !state.stopping {
                state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                pauses = Pauses::new();
            }
            if state.stopping {
                return;
            }
            state.cancelled()
        };
        cancelled.iter().for_each(|ticket| ticket.nudge());
        // Errors show in the readback's own state.
        let _ = device.poll(wgpu::PollType::Poll);
        if gpu.upgrade().is_some_and(|gpu| gpu.reads().drive(&gpu)) {
            pauses = Pauses::new();
        }
        pauses.pause();
    }
}
