//! Items on their way through a device, oldest first, and what happens when it is lost under them.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::device::{Device, Readback};
use crate::error::{Error, panic_message};
use crate::job::{Job, Moved};
use crate::memory::TrimLevel;

/// After so many losses without a result between them, the CPU takes over.
const LOSSES: u32 = 3;

/// An item with its place in the stream.
pub(super) struct Item<I> {
    pub(super) index: usize,
    pub(super) value: I,
}

/// An item on its way.
struct Flight<I, T> {
    item: Item<I>,
    readback: Result<Readback<T>, Error>,
    began: Instant,
    /// Whether nothing else was on its way.
    began_alone: bool,
}

/// What came of the oldest item.
pub(super) enum Landing<T> {
    /// Its result.
    Result { index: usize, result: Result<T, Error> },
    /// Nothing: items are to be sent again, at most so many at a time.
    Again { most: usize },
    /// The stream cannot go on.
    End(Error),
}

/// Items on their way, and those that are to be sent again.
pub(super) struct Flights<I, T, F> {
    device: Device,
    job: Job,
    moved: Arc<Moved>,
    work: F,
    flying: VecDeque<Flight<I, T>>,
    again: VecDeque<Item<I>>,
    losses_in_a_row: u32,
    pub(super) losses: u64,
    pub(super) in_flight: Duration,
}

impl<I, T, F> Flights<I, T, F>
where
    F: Fn(&Device, &I) -> Result<Readback<T>, Error>,
{
    /// None yet.
    pub(super) fn new(device: Device, job: Job, work: F) -> Self {
        let moved = Arc::new(Moved::default());
        let job = job.counted(moved.clone());
        Self {
            device: device.with_job(job.clone()),
            job,
            moved,
            work,
            flying: VecDeque::new(),
            again: VecDeque::new(),
            losses_in_a_row: 0,
            losses: 0,
            in_flight: Duration::ZERO,
        }
    }

    /// How many are on their way.
    pub(super) fn len(&self) -> usize {
        self.flying.len()
    }

    /// An error once the stream is cancelled.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.job.check()
    }

    /// Gives up what is on its way.
    pub(super) fn clear(&mut self) {
        self.flying.clear();
        self.again.clear();
    }

    /// Bytes moved so far, up and down.
    pub(super) fn bytes(&self) -> (u64, u64) {
        self.moved.bytes()
    }

    /// The next item that is to be sent again.
    pub(super) fn next_again(&mut self) -> Option<Item<I>> {
        self.again.pop_front()
    }

    /// Sends an item on its way.
    pub(super) fn send(&mut self, item: Item<I>) {
        let (began, began_alone) = (Instant::now(), self.flying.is_empty());
        let readback = self.call(&item.value);
        self.flying.push_back(Flight { item, readback, began, began_alone });
    }

    /// Waits for the oldest item; none where nothing is on its way.
    pub(super) fn land(&mut self) -> Option<Landing<T>> {
        let Flight { item, readback, began, began_alone } = self.flying.pop_front()?;
        Some(match readback.and_then(Readback::wait) {
            Err(Error::OutOfMemory { .. }) if !began_alone || !self.flying.is_empty() => {
                let in_flight = self.flying.len() + 1;
                self.call_back(item);
                Landing::Again { most: (in_flight / 2).max(1) }
            }
            Err(error @ Error::DeviceLost { .. }) => self.go_on_after(error, item),
            Err(error @ Error::Cancelled { .. }) if self.job.check().is_err() => Landing::End(error),
            result => {
                self.losses_in_a_row = 0;
                self.in_flight += began.elapsed();
                Landing::Result { index: item.index, result }
            }
        })
    }

    fn call(&self, item: &I) -> Result<Readback<T>, Error> {
        let called = catch_unwind(AssertUnwindSafe(|| (self.work)(&self.device, item)));
        called.unwrap_or_else(|panic| {
            let message = panic_message(panic.as_ref()).to_owned();
            Err(Error::CallerPanicked { what: "the work of a stream", message })
        })
    }

    /// Goes on with another device, if it is the stream's that was lost.
    fn go_on_after(&mut self, loss: Error, item: Item<I>) -> Landing<T> {
        if !self.device.is_lost() {
            // The device at hand is well, so the item needs something of one that is gone, and will for ever.
            return Landing::End(loss);
        }
        self.losses += 1;
        self.losses_in_a_row += 1;
        self.call_back(item);
        let next = if self.losses_in_a_row < LOSSES { self.device.reopened() } else { self.device.on_cpu() };
        match next {
            Ok(next) => {
                log::warn!("{loss}; a stream goes on with {}", next.info());
                self.device = next.with_job(self.job.clone());
                Landing::Again { most: usize::MAX }
            }
            Err(error) => Landing::End(error),
        }
    }

    /// Gives up what is on its way, to be sent again after the oldest.
    fn call_back(&mut self, oldest: Item<I>) {
        while let Some(flight) = self.flying.pop_back() {
            self.again.push_front(flight.item);
        }
        self.again.push_front(oldest);
        // What was given up may lie idle now, in sizes that nobody will ask for.
        self.device.trim(TrimLevel::Idle);
    }
}
