//! Named tasks on threads of their own that are stopped together and accounted for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Shutdown, ShutdownReport};
use crate::cancel::CancelToken;
use crate::error::{Error, panic_message};

/// The most that a drain leaves to tasks between cancelling them and its limit.
const LONGEST_GRACE: Duration = Duration::from_secs(1);

/// Tasks with names, each on a thread of its own, that are shut down together.
///
/// Each task gets a token: a child of the group's [`token`](Self::token), which it looks at between the parts of its
/// work. One task that fails does not stop the others; where it should, give it a clone of the group's token to cancel.
/// The group keeps the name and the outcome of each task that it ever started.
///
/// Dropping the group cancels its tasks and does not wait for them.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
/// use std::time::Duration;
/// use swath::{Shutdown, TaskGroup};
///
/// let group = TaskGroup::new();
/// let (tiles, arrived) = mpsc::channel();
/// group.spawn("reader", move |token| {
///     for tile in 0..3 {
///         token.check()?;
///         let _ = tiles.send(tile);
///     }
///     Ok(())
/// })?;
/// assert_eq!(arrived.iter().collect::<Vec<_>>(), [0, 1, 2]);
///
/// let report = group.shutdown(Shutdown::Drain, Duration::from_secs(60));
/// assert_eq!(report.to_string(), "the one task has ended\n  finished: reader");
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Debug)]
pub struct TaskGroup {
    token: CancelToken,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    closed: bool,
    running: usize,
    /// Every task ever started, in that order.
    tasks: Vec<Task>,
}

#[derive(Debug)]
struct Task {
    name: String,
    outcome: Option<Result<(), Error>>,
}

impl TaskGroup {
    /// A group without tasks, which nothing but itself cancels.
    #[must_use]
    pub fn new() -> Self {
        Self::with_token(&CancelToken::never())
    }

    /// A group without tasks that is also cancelled by `token`. The group's own token is a child of it, so that a group
    /// that is cancelled or dropped leaves `token` alone.
    #[must_use]
    pub fn with_token(token: &CancelToken) -> Self {
        Self { token: token.child(), shared: Arc::default() }
    }

    /// The token that all tasks of the group obey. Cancelling it stops them, and does not close the group.
    #[must_use]
    pub fn token(&self) -> &CancelToken {
        &self.token
    }

    /// Starts a task on a thread of its own and returns at once. Several tasks may have one name.
    ///
    /// In a group whose token is cancelled a task starts all the same, and finds its token so.
    ///
    /// # Errors
    /// [`Error::TaskNotStarted`] where the group is shut down or shutting down, or the system has no more threads.
    pub fn spawn(
        &self,
        name: impl Into<String>,
        task: impl FnOnce(&CancelToken) -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        let (name, token, shared) = (name.into(), self.token.child(), self.shared.clone());
        // The lock lasts until the task is listed: it may end at once, and looks for its entry then.
        let mut state = self.shared.state();
        if state.closed {
            let reason = "its group is shut down; make a new TaskGroup".into();
            return Err(Error::TaskNotStarted { name, reason });
        }
        let index = state.tasks.len();
        // A thread's name may not hold a zero.
        let thread = std::thread::Builder::new().name(name.replace('\0', " "));
        let started = thread.spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(|| task(&token)));
            let outcome = match &result {
                Ok(outcome) => outcome.clone(),
                Err(panic) => {
                    let message = panic_message(panic.as_ref()).to_owned();
                    Err(Error::CallerPanicked { what: "a task of a group", message })
                }
            };
            // What a task panicked with is dropped after this, as dropping it may panic.
            shared.end(index, outcome);
        });
        match started {
            Ok(_detached) => {
                state.tasks.push(Task { name, outcome: None });
                state.running += 1;
                Ok(())
            }
            Err(error) => {
                let reason = format!("the system refused a thread ({error}); end other tasks first");
                Err(Error::TaskNotStarted { name, reason })
            }
        }
    }

    /// Closes the group to new tasks, waits until those that run have ended, but no longer than `limit`, and reports on
    /// every task that the group ever had.
    ///
    /// [`Shutdown`] says when tasks are cancelled; afterwards the group's token is, in either case. A task that does not look at its token is named in
    /// [`left`](ShutdownReport::left); its thread is not stopped, as no thread can be. Shutting down again waits for
    /// those that were left and reports anew. A task that shuts down its own group is waited for in vain.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use swath::{Shutdown, TaskGroup};
    ///
    /// let group = TaskGroup::new();
    /// group.spawn("watcher", |token| {
    ///     loop {
    ///         token.check()?;
    ///         std::thread::sleep(Duration::from_millis(1));
    ///     }
    /// })?;
    /// let report = group.shutdown(Shutdown::Cancel, Duration::from_secs(60));
    /// assert_eq!(report.cancelled, ["watcher"]);
    /// assert!(report.is_complete());
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn shutdown(&self, how: Shutdown, limit: Duration) -> ShutdownReport {
        let start = Instant::now();
        self.shared.state().closed = true;
        if how == Shutdown::Drain {
            let grace = (limit / 10).min(LONGEST_GRACE);
            drop(self.shared.wait_until(start.checked_add(limit - grace)));
        }
        self.token.cancel();
        let state = self.shared.wait_until(start.checked_add(limit));
        let mut report = ShutdownReport::default();
        state.tasks.iter().for_each(|task| report.add(task.name.clone(), task.outcome.clone()));
        report
    }
}

impl Default for TaskGroup {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TaskGroup {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, index: usize, outcome: Result<(), Error>) {
        let mut state = self.state();
        state.tasks[index].outcome = Some(outcome);
        state.running -= 1;
        drop(state);
        self.ended.notify_all();
    }

    /// Waits until no task is running or `deadline` has passed; forever, where the clock cannot hold the deadline.
    fn wait_until(&self, deadline: Option<Instant>) -> MutexGuard<'_, State> {
        let mut state = self.state();
        while state.running > 0 {
            state = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => self.ended.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => break,
                Some(rest) => self.ended.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
        state
    }
}

#[cfg(test)]
mod tests;
