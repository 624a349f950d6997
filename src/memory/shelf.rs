//! Which buffer serves which request: the policy that the pools of host and device memory share.

use std::collections::{BTreeMap, VecDeque};

use super::ledger::{Allocation, LeaseId, Ledger, Lent};
use super::statistics::PoolStats;

/// An idle buffer that was not used for so many ticks is stale.
const STALE_AFTER: u64 = 1 << 12;
/// How many times the most that was in use lately may lie idle: sizes that take turns, as those of photographs do, each
/// keep buffers of their own.
const IDLE_PER_PEAK: u64 = 4;
/// What a tick leaves of the most that was in use: after some two hundred a tenth.
const DECAY: f64 = 0.99;

/// What is freed on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrimLevel {
    /// Buffers that have not been used for a long time: for 4,096 submissions of a GPU, or as many requests for host
    /// memory.
    Stale,
    /// All that is not in use.
    Idle,
}

/// How much a pool may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolLimits {
    /// Bytes in all; none for as many as there are.
    pub(crate) most: Option<u64>,
    /// Idle bytes that may be kept however little was in use lately.
    pub(crate) idle: u64,
}

/// How a request is served.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Served<B> {
    /// By an idle buffer.
    Idle(LeaseId, B),
    /// By one that the caller creates, of exactly the class that it asked for, after it has dropped these; or takes back
    /// by [`Shelf::abandon`].
    Create(LeaseId, Vec<B>),
    /// Not at all: it would be more than the pool may hold.
    Full,
}

struct Idle<B> {
    buffer: B,
    since: u64,
}

struct Returned<B> {
    buffer: B,
    key: (u8, u64),
    epoch: u64,
}

/// The buffers of a pool that nobody uses, and an account of all that somebody does. Its owner creates and drops
/// buffers, outside the lock that it keeps this in.
///
/// Time is counted in ticks. Work that uses buffers belongs to an epoch, the number of its submission, from 1; a buffer
/// comes back either free of any, or with that of recorded work that still needs it.
pub(crate) struct Shelf<B> {
    limits: PoolLimits,
    /// By kind and class; the buffer that was used last is at the back.
    idle: BTreeMap<(u8, u64), VecDeque<Idle<B>>>,
    pending: Vec<Returned<B>>,
    ledger: Ledger,
    submitted: u64,
    now: u64,
    recent_peak: f64,
    stats: PoolStats,
}

impl<B> Shelf<B> {
    /// An empty shelf.
    pub(crate) fn new(limits: PoolLimits) -> Self {
        Self {
            limits,
            idle: BTreeMap::new(),
            pending: Vec::new(),
            ledger: Ledger::default(),
            submitted: 0,
            now: 0,
            recent_peak: 0.0,
            stats: PoolStats::default(),
        }
    }

    /// A buffer, the most recently used first because it is warm.
    pub(crate) fn take(&mut self, lent: Lent) -> Served<B> {
        let (key, requested) = ((lent.kind, lent.class), lent.requested);
        self.stats.requests += 1;
        self.stats.largest_request = self.stats.largest_request.max(requested);
        let found = self.idle.get_mut(&key).and_then(VecDeque::pop_back);
        if let Some(idle) = found {
            self.stats.hits += 1;
            self.count_idle(&[key.1], false);
            return Served::Idle(self.lend(lent), idle.buffer);
        }
        let Some(freed) = self.make_room(key.1) else { return Served::Full };
        self.stats.created += 1;
        Served::Create(self.lend(lent), freed)
    }

    /// Takes back what could not be created.
    pub(crate) fn abandon(&mut self, id: LeaseId) {
        if let Some(lent) = self.strike(id) {
            self.stats.created -= 1;
            self.stats.granted_bytes -= lent.class;
            self.stats.requested_bytes -= lent.requested;
        }
    }

    /// Takes back a buffer. What comes back is to be freed.
    #[must_use = "what comes back must be dropped outside the pool's lock"]
    pub(crate) fn put(&mut self, id: LeaseId, buffer: B, epoch: u64) -> Vec<B> {
        let Some(lent) = self.strike(id) else { return vec![buffer] };
        let key = (lent.kind, lent.class);
        if epoch > self.submitted {
            self.stats.pending_buffers += 1;
            self.stats.pending_bytes += lent.class;
            self.pending.push(Returned { buffer, key, epoch });
            return Vec::new();
        }
        self.lay_down(key, buffer);
        self.freed_beyond_limit()
    }

    /// Strikes out a buffer that its owner frees instead of giving it back.
    #[cfg(feature = "gpu")]
    pub(crate) fn discard(&mut self, id: LeaseId) {
        if self.strike(id).is_some() {
            self.stats.evicted += 1;
        }
    }

    /// Work up to this epoch was submitted: what it used serves requests again, because a queue's order makes that safe.
    #[must_use = "what comes back must be dropped outside the pool's lock"]
    #[cfg_attr(not(any(test, feature = "gpu")), expect(dead_code, reason = "host memory belongs to no submission"))]
    pub(crate) fn submitted(&mut self, epoch: u64) -> Vec<B> {
        self.submitted = self.submitted.max(epoch);
        for returned in std::mem::take(&mut self.pending) {
            if returned.epoch > self.submitted {
                self.pending.push(returned);
                continue;
            }
            self.stats.pending_buffers -= 1;
            self.stats.pending_bytes -= returned.key.1;
            self.lay_down(returned.key, returned.buffer);
        }
        self.tick()
    }

    /// Lets time pass.
    #[must_use = "what comes back must be dropped outside the pool's lock"]
    pub(crate) fn tick(&mut self) -> Vec<B> {
        self.now += 1;
        self.recent_peak = (self.recent_peak * DECAY).max(self.stats.live_bytes as f64);
        let mut freed = self.freed_beyond_limit();
        // Looking for stale buffers takes a while, and they are in no hurry.
        if self.now.is_multiple_of(STALE_AFTER / 8) {
            freed.extend(self.trim(TrimLevel::Stale));
        }
        freed
    }

    /// Frees what is not in use.
    #[must_use = "what comes back must be dropped outside the pool's lock"]
    pub(crate) fn trim(&mut self, level: TrimLevel) -> Vec<B> {
        let oldest = match level {
            TrimLevel::Stale => self.now.saturating_sub(STALE_AFTER),
            TrimLevel::Idle => u64::MAX,
        };
        let mut freed = Vec::new();
        let mut classes = Vec::new();
        for (key, stack) in &mut self.idle {
            let stale = stack.iter().take_while(|idle| idle.since < oldest).count();
            classes.extend(std::iter::repeat_n(key.1, stale));
            freed.extend(stack.drain(..stale).map(|idle| idle.buffer));
        }
        self.idle.retain(|_, stack| !stack.is_empty());
        self.count_idle(&classes, true);
        freed
    }

    /// Says what a buffer is for, once that is known.
    #[cfg(feature = "gpu")]
    pub(crate) fn name(&mut self, id: LeaseId, label: &'static str) {
        self.ledger.name(id, label);
    }

    /// The statistics so far.
    pub(crate) fn stats(&self) -> PoolStats {
        self.stats
    }

    /// What is lent out, oldest first.
    pub(crate) fn allocations(&self, space: &'static str) -> Vec<Allocation> {
        self.ledger.allocations(space)
    }

    /// Counts a request that found the memory used up and was served in the end, or not.
    pub(crate) fn count_shortage(&mut self) {
        self.stats.shortages += 1;
    }

    fn lend(&mut self, lent: Lent) -> LeaseId {
        self.stats.live_buffers += 1;
        self.stats.live_bytes += lent.class;
        self.stats.granted_bytes += lent.class;
        self.stats.requested_bytes += lent.requested;
        self.stats.peak_bytes = self.stats.peak_bytes.max(self.stats.reserved_bytes());
        self.recent_peak = self.recent_peak.max(self.stats.live_bytes as f64);
        self.ledger.enter(lent)
    }

    fn strike(&mut self, id: LeaseId) -> Option<Lent> {
        let lent = self.ledger.strike(id)?;
        self.stats.live_buffers -= 1;
        self.stats.live_bytes -= lent.class;
        Some(lent)
    }

    fn lay_down(&mut self, key: (u8, u64), buffer: B) {
        self.stats.idle_buffers += 1;
        self.stats.idle_bytes += key.1;
        self.idle.entry(key).or_default().push_back(Idle { buffer, since: self.now });
    }

    /// Frees as little as makes room for so many more bytes; none where that is not enough.
    fn make_room(&mut self, bytes: u64) -> Option<Vec<B>> {
        let Some(most) = self.limits.most else { return Some(Vec::new()) };
        let busy = self.stats.live_bytes + self.stats.pending_bytes;
        let idle = most.checked_sub(busy)?.checked_sub(bytes)?;
        Some(self.freed_beyond(idle))
    }

    fn freed_beyond_limit(&mut self) -> Vec<B> {
        let limit = self.limits.idle.max((self.recent_peak as u64).saturating_mul(IDLE_PER_PEAK));
        self.freed_beyond(limit)
    }

    /// Frees idle buffers, those first that were not used for longest, until so many bytes are left.
    fn freed_beyond(&mut self, limit: u64) -> Vec<B> {
        let mut freed = Vec::new();
        while self.stats.idle_bytes > limit {
            let oldest = self.idle.iter().filter_map(|(key, stack)| stack.front().map(|idle| (idle.since, *key))).min();
            let Some((_, key)) = oldest else { break };
            let Some(idle) = self.idle.get_mut(&key).and_then(VecDeque::pop_front) else { break };
            freed.push(idle.buffer);
            self.count_idle(&[key.1], true);
            self.idle.retain(|_, stack| !stack.is_empty());
        }
        freed
    }

    /// Counts idle buffers that are idle no longer.
    fn count_idle(&mut self, classes: &[u64], are_freed: bool) {
        self.stats.idle_buffers -= classes.len() as u64;
        self.stats.idle_bytes -= classes.iter().sum::<u64>();
        if are_freed {
            self.stats.evicted += classes.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests;
