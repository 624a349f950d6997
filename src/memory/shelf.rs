//! Idle buffers, sorted by capacity: the part of a pool that host and device memory have in common.

use std::collections::BTreeMap;

use super::PoolStats;

/// Idle buffers of one kind of memory, and the pool's statistics. The owner takes from it, creates on a miss, and
/// puts back what is no longer used.
pub(crate) struct Shelf<B> {
    idle: BTreeMap<u64, Vec<B>>,
    idle_limit: u64,
    stats: PoolStats,
}

impl<B> Shelf<B> {
    /// An empty shelf that keeps at most `idle_limit` bytes.
    pub(crate) fn new(idle_limit: u64) -> Self {
        Self { idle: BTreeMap::new(), idle_limit, stats: PoolStats::default() }
    }

    /// An idle buffer of the class, the most recently used first because it is warm. On a miss the caller creates a
    /// buffer of exactly that class and says so with [`Shelf::created`].
    pub(crate) fn take(&mut self, class: u64) -> Option<B> {
        self.stats.requests += 1;
        let stack = self.idle.get_mut(&class)?;
        let buffer = stack.pop()?;
        if stack.is_empty() {
            self.idle.remove(&class);
        }
        self.stats.hits += 1;
        self.stats.idle_buffers -= 1;
        self.stats.idle_bytes -= class;
        self.lend(class);
        Some(buffer)
    }

    /// Accounts a buffer of class `class` that the caller just created and lends out.
    pub(crate) fn created(&mut self, class: u64) {
        self.stats.created += 1;
        self.lend(class);
    }

    /// Takes back a lent buffer. Returns what must be freed because the shelf is full: the buffer itself.
    #[must_use = "what comes back must be dropped outside the pool's lock"]
    pub(crate) fn put(&mut self, class: u64, buffer: B) -> Option<B> {
        self.stats.live_buffers -= 1;
        self.stats.live_bytes -= class;
        if self.stats.idle_bytes + class > self.idle_limit {
            self.stats.evicted += 1;
            return Some(buffer);
        }
        self.stats.idle_buffers += 1;
        self.stats.idle_bytes += class;
        self.idle.entry(class).or_default().push(buffer);
        None
    }

    /// Empties the shelf; the caller drops what comes back outside the lock.
    #[must_use = "what comes back must be dropped outside the pool's lock"]
    pub(crate) fn clear(&mut self) -> Vec<B> {
        self.stats.evicted += self.stats.idle_buffers;
        self.stats.idle_buffers = 0;
        self.stats.idle_bytes = 0;
        std::mem::take(&mut self.idle).into_values().flatten().collect()
    }

    /// The statistics so far.
    pub(crate) fn stats(&self) -> PoolStats {
        self.stats
    }

    fn lend(&mut self, class: u64) {
        self.stats.live_buffers += 1;
        self.stats.live_bytes += class;
        self.stats.peak_bytes = self.stats.peak_bytes.max(self.stats.live_bytes + self.stats.idle_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_returned_buffer_serves_the_next_request_of_its_class() {
        let mut shelf = Shelf::new(1 << 20);
        assert_eq!(shelf.take(5_120), None);
        shelf.created(5_120);
        assert_eq!(shelf.put(5_120, "first"), None);
        assert_eq!(shelf.take(5_120), Some("first"));
        let stats = shelf.stats();
        assert_eq!((stats.requests, stats.hits, stats.created), (2, 1, 1));
        assert_eq!((stats.live_bytes, stats.idle_bytes), (5_120, 0));
    }

    #[test]
    fn a_full_shelf_hands_the_buffer_back_and_counts_it() {
        let mut shelf = Shelf::new(1_000);
        shelf.created(1_024);
        assert_eq!(shelf.put(1_024, "large"), Some("large"));
        assert_eq!(shelf.stats().evicted, 1);
        assert_eq!(shelf.stats().live_bytes, 0);
    }

    #[test]
    fn clearing_frees_everything_idle() {
        let mut shelf = Shelf::new(1 << 20);
        for name in ["a", "b"] {
            shelf.created(256);
            assert_eq!(shelf.put(256, name), None);
        }
        assert_eq!(shelf.clear(), ["a", "b"]);
        assert_eq!((shelf.stats().idle_bytes, shelf.stats().evicted), (0, 2));
    }
}
