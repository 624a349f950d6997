//! One readback on its way: which arrays, what of them has arrived, and who waits.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use super::writer::SMALL;
use crate::cpu::{HostBuffer, HostPool};
use crate::error::Error;
use crate::gpu::pool::Lease;
use crate::memory::within;

/// Shared by whoever waits and the queue that reads. The last to go gives everything back.
pub(super) struct Ticket {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// The arrays, until they are read or nobody wants them any more.
    sources: Vec<(Arc<Lease>, usize)>,
    arrived: Vec<Option<HostBuffer>>,
    /// Pieces that have not arrived.
    missing: usize,
    failed: Option<Error>,
    waker: Option<Waker>,
}

/// Bytes of one array of a ticket.
pub(super) struct Piece {
    pub(super) ticket: Arc<Ticket>,
    array: usize,
    pub(super) at: u64,
    pub(super) bytes: u64,
    /// How often it was read in vain.
    pub(super) failures: u32,
}

/// What a piece is read from.
pub(super) enum Source {
    /// An array.
    Array(Arc<Lease>),
    /// Nothing: it only waits for the device.
    Nothing,
    /// An array that nobody waits for any more.
    Unwanted,
}

impl Source {
    /// The array, if it is one.
    pub(super) fn lease(&self) -> Option<&Lease> {
        match self {
            Self::Array(lease) => Some(lease),
            Self::Nothing | Self::Unwanted => None,
        }
    }
}

impl Ticket {
    /// The first so many bytes of each array, and the pieces of at most `most` bytes, a multiple of 16, that they are read
    /// in. No bytes at all are one piece: it arrives when the device has done what was recorded before.
    pub(super) fn new(sources: Vec<(Arc<Lease>, usize)>, most: u64) -> (Arc<Self>, Vec<Piece>) {
        let lengths: Vec<_> = sources.iter().map(|(_, length)| *length as u64).collect();
        let ticket = Arc::new(Self {
            state: Mutex::new(State {
                arrived: lengths.iter().map(|_| None).collect(),
                sources,
                missing: 0,
                failed: None,
                waker: None,
            }),
            changed: Condvar::new(),
        });
        let piece = |array, at, bytes| Piece { ticket: ticket.clone(), array, at, bytes, failures: 0 };
        let mut pieces = Vec::new();
        for (array, length) in lengths.iter().enumerate() {
            for at in (0..*length).step_by(most as usize) {
                pieces.push(piece(array, at, most.min(length - at)));
            }
        }
        if pieces.is_empty() {
            pieces.push(piece(0, 0, 0));
        }
        ticket.state().missing = pieces.len();
        (ticket, pieces)
    }

    /// Lets go of the arrays: nobody waits any more.
    pub(super) fn give_up(&self) {
        let sources = std::mem::take(&mut self.state().sources);
        drop(sources);
    }

    /// No result will come, and why not.
    pub(super) fn fail(&self, error: &Error) {
        let waker = {
            let mut state = self.state();
            state.failed.get_or_insert_with(|| error.clone());
            state.waker.take()
        };
        self.wake(waker);
    }

    /// What has arrived, once it is all; the rest of what was leased goes back.
    pub(super) fn take(&self, host: &HostPool) -> Option<Result<Vec<Arc<HostBuffer>>, Error>> {
        let mut state = self.state();
        if let Some(error) = &state.failed {
            return Some(Err(error.clone()));
        }
        if state.missing > 0 {
            return None;
        }
        let arrived = std::mem::take(&mut state.arrived);
        drop(state);
        // Arrays without bytes have no piece.
        let buffer = |arrived: Option<HostBuffer>| match arrived {
            Some(buffer) => Ok(Arc::new(buffer)),
            None => host.lease::<u8>(0).map(Arc::new),
        };
        Some(arrived.into_iter().map(buffer).collect())
    }

    /// Blocks for a moment, or until something has arrived.
    pub(super) fn pause(&self, pause: Option<Duration>) {
        let state = self.state();
        match pause {
            Some(pause) if state.missing > 0 && state.failed.is_none() => {
                drop(self.changed.wait_timeout(state, pause));
            }
            _ => {
                drop(state);
                std::thread::yield_now();
            }
        }
    }

    /// Ready once it is settled; else a promise to wake.
    pub(super) fn poll_settled(&self, waker: &Waker) -> Poll<()> {
        let mut state = self.state();
        if state.missing == 0 || state.failed.is_some() {
            return Poll::Ready(());
        }
        state.waker = Some(waker.clone());
        Poll::Pending
    }

    /// Wakes who awaits it, to look again.
    pub(super) fn nudge(&self) {
        let waker = self.state().waker.take();
        self.wake(waker);
    }

    fn wake(&self, waker: Option<Waker>) {
        self.changed.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Piece {
    /// What it is read from.
    pub(super) fn source(&self) -> Source {
        let state = self.ticket.state();
        match state.sources.get(self.array) {
            _ if self.bytes == 0 => Source::Nothing,
            Some((lease, _)) => Source::Array(lease.clone()),
            None => Source::Unwanted,
        }
    }

    /// Bytes that it takes in a slot.
    pub(super) fn room(&self) -> u64 {
        self.bytes.next_multiple_of(16).max(16)
    }

    /// Its array, if that lies where the host can read it, and is large enough to be worth a map.
    pub(super) fn in_place(&self) -> Option<Arc<Lease>> {
        let state = self.ticket.state();
        let (lease, length) = state.sources.get(self.array)?;
        (lease.is_readable() && *length as u64 > SMALL).then(|| lease.clone())
    }

    /// Whether both are parts of one array that is asked for.
    pub(super) fn is_of_same_array(&self, other: &Self) -> bool {
        self.array == other.array && Arc::ptr_eq(&self.ticket, &other.ticket)
    }

    /// Moves its bytes to host memory; what comes back, if it was the last, is to be told without a lock or a slot in
    /// hand.
    #[must_use = "who waits must be told"]
    pub(super) fn arrive(self, bytes: &[u8], host: &HostPool) -> Option<Settled> {
        let mut state = self.ticket.state();
        let stored = match state.sources.get(self.array).map(|(_, length)| *length) {
            Some(length) if self.bytes > 0 => store(&mut state.arrived[self.array], length, self.at, bytes, host),
            _ => Ok(()),
        };
        state.missing -= 1;
        if let Err(error) = stored {
            state.failed.get_or_insert(error);
        }
        let is_settled = state.missing == 0 || state.failed.is_some();
        drop(state);
        is_settled.then_some(Settled(self.ticket))
    }

    /// It will not arrive.
    pub(super) fn give_up(&self, error: &Error) {
        self.ticket.fail(error);
        self.ticket.give_up();
    }
}

/// A ticket with nothing left to wait for.
pub(super) struct Settled(Arc<Ticket>);

impl Settled {
    /// Lets go of the arrays and wakes who waits.
    pub(super) fn tell(self) {
        self.0.give_up();
        self.0.nudge();
    }
}

fn store(buffer: &mut Option<HostBuffer>, length: usize, at: u64, bytes: &[u8], host: &HostPool) -> Result<(), Error> {
    let buffer = match buffer {
        Some(buffer) => buffer,
        None => buffer.insert(within("readback", || host.lease::<u8>(length))?),
    };
    buffer.as_mut_slice::<u8>()[at as usize..][..bytes.len()].copy_from_slice(bytes);
    Ok(())
}
