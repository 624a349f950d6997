//! The results of a stream, in the order of its items.

use std::iter::FusedIterator;
use std::time::Instant;

use super::flight::{Flights, Item, Landing};
use super::options::{OnError, StreamOptions};
use crate::device::{Device, Readback};
use crate::error::Error;
use crate::memory::{StreamStats, TransferLoad, TransferPlan, TransferThresholds};
use crate::progress::Progress;

/// The results of a stream, one for each item, in order: an iterator. Dropping it gives up what is still on its way.
///
/// Made by [`Stream::run`](crate::Stream::run).
pub struct StreamResults<I: Iterator, T, F> {
    device: Device,
    options: StreamOptions,
    thresholds: TransferThresholds,
    items: I,
    expected: usize,
    sent: usize,
    delivered: usize,
    flights: Flights<I::Item, T, F>,
    plan: Option<TransferPlan>,
    /// The most items in flight, once memory ran out with more.
    most: usize,
    began: Instant,
    is_over: bool,
}

impl<I, T, F> StreamResults<I, T, F>
where
    I: Iterator,
    F: Fn(&Device, &I::Item) -> Result<Readback<T>, Error>,
{
    pub(super) fn new(
        device: Device,
        options: StreamOptions,
        thresholds: TransferThresholds,
        items: I,
        flights: Flights<I::Item, T, F>,
    ) -> Self {
        let (least, most) = items.size_hint();
        let mut results = Self {
            device,
            options,
            thresholds,
            items,
            // Where nobody knows how many there are, there may be many.
            expected: most.unwrap_or(least.max(thresholds.min_batch)),
            sent: 0,
            delivered: 0,
            flights,
            plan: None,
            most: usize::MAX,
            began: Instant::now(),
            is_over: false,
        };
        if let Some(load) = results.options.load {
            results.decide(load);
        }
        results
    }

    /// How items travel, and why: decided once, from [`StreamOptions::load`] or when the first item has been measured.
    pub fn plan(&self) -> Option<&TransferPlan> {
        self.plan.as_ref()
    }

    /// Bytes sent to devices and read back from them for this stream so far, those for items that had to be sent again
    /// included. On the CPU none are moved.
    pub fn bytes_moved(&self) -> (u64, u64) {
        self.flights.bytes()
    }

    fn decide(&mut self, load: TransferLoad) {
        let plan = TransferPlan::decide(&load, &self.device.transfer_capabilities(), &self.thresholds);
        log::debug!("a stream of {plan}");
        self.plan = Some(plan);
    }

    fn depth(&self) -> usize {
        let planned = || self.plan.as_ref().map_or(1, TransferPlan::depth);
        self.options.depth.unwrap_or_else(planned).min(self.most).max(1)
    }

    /// Sends items until as many are on their way as may be.
    fn fill(&mut self) {
        while self.flights.len() < self.depth() {
            let item = self.flights.next_again().or_else(|| {
                let index = self.sent;
                let value = self.items.next()?;
                self.sent += 1;
                Some(Item { index, value })
            });
            let Some(item) = item else { return };
            self.flights.send(item);
        }
    }

    fn deliver(&mut self, index: usize, result: Result<T, Error>) -> Result<T, Error> {
        self.delivered += 1;
        if self.plan.is_none() {
            let (up, down) = self.flights.bytes();
            let sent = self.delivered.max(self.sent) as u64;
            self.decide(TransferLoad::uniform(self.expected.max(self.sent), up / sent, down / sent));
        }
        if let Some(report) = &self.options.progress {
            let (least, most) = self.items.size_hint();
            let total = self.sent + most.unwrap_or(least);
            report(Progress::new(self.delivered as u64, total as u64));
        }
        if result.is_err() && self.options.on_error == OnError::Stop {
            self.end();
        }
        result.map_err(|error| Error::Item { index, error: Box::new(error) })
    }

    fn end(&mut self) {
        self.is_over = true;
        self.flights.clear();
    }
}

impl<I: Iterator, T, F> StreamResults<I, T, F> {
    /// What the stream has done so far.
    pub fn stats(&self) -> StreamStats {
        StreamStats {
            streams: 1,
            items: self.delivered as u64,
            elapsed: self.began.elapsed(),
            in_flight: self.flights.in_flight,
            devices_lost: self.flights.losses,
        }
    }
}

impl<I: Iterator, T, F> Drop for StreamResults<I, T, F> {
    fn drop(&mut self) {
        self.device.count_stream(self.stats());
    }
}

impl<I: Iterator, T, F> std::fmt::Debug for StreamResults<I, T, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamResults").field("plan", &self.plan).field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl<I, T, F> Iterator for StreamResults<I, T, F>
where
    I: Iterator,
    F: Fn(&Device, &I::Item) -> Result<Readback<T>, Error>,
{
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            if let Err(error) = self.flights.check() {
                self.end();
                return Some(Err(error));
            }
            self.fill();
            match self.flights.land() {
                None => self.is_over = true,
                Some(Landing::Result { index, result }) => return Some(self.deliver(index, result)),
                Some(Landing::Again { most }) => self.most = self.most.min(most),
                Some(Landing::End(error)) => {
                    self.end();
                    return Some(Err(error));
                }
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.is_over {
            return (0, Some(0));
        }
        let pending = self.sent - self.delivered;
        let (_, most) = self.items.size_hint();
        (0, most.and_then(|most| most.checked_add(pending)?.checked_add(1)))
    }
}

impl<I, T, F> FusedIterator for StreamResults<I, T, F>
where
    I: Iterator,
    F: Fn(&Device, &I::Item) -> Result<Readback<T>, Error>,
{
}
