//! Cancellation and deadlines: one token tells any number of calls and threads to stop.
//!
//! A token is looked at, never waited for: long work looks between its parts and ends with [`Error::Cancelled`]. Nothing
//! is interrupted, so nothing is left half done, and no thread or timer stands behind a deadline.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(not(target_arch = "wasm32"))]
use std::time::{Duration, Instant};

use crate::error::{CancelReason, Error};

/// Tells work to stop, by hand or at a deadline. Clones are one token; a [`child`](Self::child) also stops by itself.
///
/// A look costs one atomic load for the token and for each of its ancestors, and a look at the clock where any of them
/// has a deadline. What was cancelled stays so: make a new token to run the work again.
///
/// # Examples
///
/// ```
/// use swath::{CancelReason, CancelToken, Error};
///
/// let survey = CancelToken::new();
/// let (first_tile, second_tile) = (survey.child(), survey.child());
///
/// first_tile.cancel();
/// assert_eq!(first_tile.check(), Err(Error::Cancelled { reason: CancelReason::Token }));
/// assert!(!survey.is_cancelled() && !second_tile.is_cancelled());
///
/// survey.cancel();
/// assert!(second_tile.is_cancelled());
/// ```
#[derive(Clone)]
pub struct CancelToken(Option<Arc<Node>>);

struct Node {
    cancelled: AtomicBool,
    parent: Option<Arc<Node>>,
    /// The earliest of the token's own deadline and those of its ancestors, which never change.
    #[cfg(not(target_arch = "wasm32"))]
    deadline: Option<Instant>,
}

impl CancelToken {
    /// A token that stops when it is [cancelled](Self::cancel), and at no other time.
    #[must_use]
    pub fn new() -> Self {
        Self::never().child()
    }

    /// A token that nothing cancels. It takes no memory, and looking at it costs nothing.
    pub(crate) const fn never() -> Self {
        Self(None)
    }

    /// A token that also stops when its time is over, counted from now. A time that the clock cannot hold never is.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn with_timeout(timeout: Duration) -> Self {
        Self::never().child_with_timeout(timeout)
    }

    /// A token that also stops at `deadline`; one that has passed is a token that has stopped.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn with_deadline(deadline: Instant) -> Self {
        Self::never().child_until(Some(deadline))
    }

    /// A token that stops when this one does, or by itself: cancelling it does not touch this one.
    #[must_use]
    pub fn child(&self) -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        return self.child_until(None);
        #[cfg(target_arch = "wasm32")]
        Self(Some(Arc::new(Node { cancelled: AtomicBool::new(false), parent: self.0.clone() })))
    }

    /// A [`child`](Self::child) that also stops when its time is over, counted from now. It does not outlive its parent:
    /// the earlier deadline holds.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use swath::CancelToken;
    ///
    /// let hour = CancelToken::with_timeout(Duration::from_secs(3_600));
    /// assert_eq!(hour.child_with_timeout(Duration::from_secs(7_200)).deadline(), hour.deadline());
    /// assert!(hour.child_with_timeout(Duration::ZERO).is_cancelled());
    /// assert!(!hour.is_cancelled());
    /// ```
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn child_with_timeout(&self, timeout: Duration) -> Self {
        self.child_until(Instant::now().checked_add(timeout))
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn child_until(&self, own: Option<Instant>) -> Self {
        let deadline = own.into_iter().chain(self.deadline()).min();
        Self(Some(Arc::new(Node { cancelled: AtomicBool::new(false), parent: self.0.clone(), deadline })))
    }

    /// Stops everything that looks at this token, its clones and its children. Doing so again changes nothing.
    pub fn cancel(&self) {
        if let Some(node) = &self.0 {
            // Who sees the token cancelled also sees what was written before.
            node.cancelled.store(true, Ordering::Release);
        }
    }

    /// Whether to stop: the token or an ancestor was cancelled, or a deadline has passed.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.reason().is_some()
    }

    /// An error where the token [is cancelled](Self::is_cancelled), to be passed on by `?` between two parts of the work.
    ///
    /// # Errors
    /// [`Error::Cancelled`] says whether a token was cancelled or a deadline has passed; the former, where both hold.
    pub fn check(&self) -> Result<(), Error> {
        self.reason().map_or(Ok(()), |reason| Err(Error::Cancelled { reason }))
    }

    /// The earliest of the token's own deadline and those of its ancestors; `None` where there is none.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.0.as_ref().and_then(|node| node.deadline)
    }

    /// Whether anything could ever cancel this token; waiting in slices is in vain where nothing can.
    pub(crate) fn can_cancel(&self) -> bool {
        self.0.is_some()
    }

    fn reason(&self) -> Option<CancelReason> {
        let mut next = self.0.as_deref();
        while let Some(node) = next {
            if node.cancelled.load(Ordering::Acquire) {
                return Some(CancelReason::Token);
            }
            next = node.parent.as_deref();
        }
        #[cfg(not(target_arch = "wasm32"))]
        if self.deadline().is_some_and(|deadline| deadline <= Instant::now()) {
            return Some(CancelReason::Deadline);
        }
        None
    }
}

/// As [`CancelToken::new`].
impl Default for CancelToken {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.can_cancel() {
            return f.write_str("CancelToken(never)");
        }
        let mut token = f.debug_struct("CancelToken");
        token.field("cancelled", &self.reason());
        #[cfg(not(target_arch = "wasm32"))]
        token.field("deadline", &self.deadline());
        token.finish()
    }
}

impl Drop for Node {
    /// Frees ancestors that nobody else holds one by one: a long line of them would overflow the stack.
    fn drop(&mut self) {
        let mut parent = self.parent.take();
        while let Some(mut node) = parent.and_then(Arc::into_inner) {
            parent = node.parent.take();
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
