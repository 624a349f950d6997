//! The threads that a CPU kernel runs on: one pool for the life of a device, or the calling thread alone.

#[cfg(all(feature = "parallel", not(target_arch = "wasm32")))]
use std::sync::Arc;

use crate::error::Error;

/// Worker threads. Clones share them.
#[derive(Clone)]
pub(crate) struct Workers {
    #[cfg(all(feature = "parallel", not(target_arch = "wasm32")))]
    pool: Arc<rayon::ThreadPool>,
}

#[cfg(all(feature = "parallel", not(target_arch = "wasm32")))]
impl Workers {
    /// Whether [`Workers::spawn`] runs beside the caller.
    pub(crate) const IN_BACKGROUND: bool = true;

    /// A pool of `threads` workers; `None` takes one for each CPU this process may use.
    pub(crate) fn new(threads: Option<usize>) -> Result<Self, Error> {
        let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("swath-{index}"))
            .build()
            .map_err(|error| Error::Workers { threads, message: error.to_string() })?;
        Ok(Self { pool: Arc::new(pool) })
    }

    /// Runs on a pool that the application owns.
    pub(crate) fn from_pool(pool: Arc<rayon::ThreadPool>) -> Self {
        Self { pool }
    }

    /// How many threads there are.
    pub(crate) fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Calls `body` with every index below `count`, in parallel and in no particular order; returns when all are done.
    pub(crate) fn for_each(&self, count: usize, body: impl Fn(usize) + Sync + Send) {
        use rayon::prelude::*;
        if count <= 1 || self.threads() == 1 {
            (0..count).for_each(body);
        } else {
            self.pool.install(|| (0..count).into_par_iter().for_each(body));
        }
    }

    /// Calls `body` with the index and contents of every run of `chunk` values (the last may be shorter), in
    /// parallel; returns when all are done.
    pub(crate) fn for_each_chunk<T: Send>(
        &self,
        values: &mut [T],
        chunk: usize,
        body: impl Fn(usize, &mut [T]) + Sync + Send,
    ) {
        use rayon::prelude::*;
        if values.len() <= chunk || self.threads() == 1 {
            values.chunks_mut(chunk).enumerate().for_each(|(index, values)| body(index, values));
        } else {
            self.pool
                .install(|| values.par_chunks_mut(chunk).enumerate().for_each(|(index, values)| body(index, values)));
        }
    }

    /// Starts `task` on a worker and returns at once.
    pub(crate) fn spawn(&self, task: impl FnOnce() + Send + 'static) {
        self.pool.spawn(task);
    }

    /// Whether the calling thread is one of the workers.
    pub(crate) fn is_worker(&self) -> bool {
        self.pool.current_thread_index().is_some()
    }
}

#[cfg(not(all(feature = "parallel", not(target_arch = "wasm32"))))]
impl Workers {
    /// Whether [`Workers::spawn`] runs beside the caller.
    pub(crate) const IN_BACKGROUND: bool = false;

    /// The calling thread, whatever number is asked for: this build has no thread pool.
    pub(crate) fn new(_threads: Option<usize>) -> Result<Self, Error> {
        Ok(Self {})
    }

    /// One: the calling thread.
    pub(crate) fn threads(&self) -> usize {
        1
    }

    /// Calls `body` with every index below `count`.
    pub(crate) fn for_each(&self, count: usize, body: impl Fn(usize)) {
        (0..count).for_each(body);
    }

    /// Calls `body` with the index and contents of every run of `chunk` values (the last may be shorter).
    pub(crate) fn for_each_chunk<T>(&self, values: &mut [T], chunk: usize, body: impl Fn(usize, &mut [T])) {
        values.chunks_mut(chunk).enumerate().for_each(|(index, values)| body(index, values));
    }

    /// Runs `task`.
    pub(crate) fn spawn(&self, task: impl FnOnce()) {
        task();
    }

    /// Never: there are no workers.
    pub(crate) fn is_worker(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn every_index_and_chunk_is_visited_once() {
        let workers = Workers::new(Some(3)).unwrap();
        for count in [0, 1, 2, 1_000] {
            let visits: Vec<_> = (0..count).map(|_| AtomicUsize::new(0)).collect();
            workers.for_each(count, |index| {
                visits[index].fetch_add(1, Ordering::Relaxed);
            });
            assert!(visits.iter().all(|visit| visit.load(Ordering::Relaxed) == 1));

            let mut values = vec![0; count];
            workers.for_each_chunk(&mut values, 7, |index, values| {
                values.iter_mut().enumerate().for_each(|(offset, value)| *value += index * 7 + offset);
            });
            assert!(values.into_iter().eq(0..count));
        }
    }
}
