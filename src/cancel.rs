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
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    /// Two of three generations, siblings of the third, and which of them stop when one does.
    #[test]
    fn cancelling_goes_down_and_never_up_or_sideways() {
        for (cancelled, stopped) in [(0, [true, true, true, true]), (1, [false, true, true, true])]
            .into_iter()
            .chain([(2, [false, false, true, false]), (3, [false, false, false, true])])
        {
            let grandparent = CancelToken::new();
            let parent = grandparent.child();
            let family = [grandparent, parent.clone(), parent.child(), parent.child()];
            assert!(family.iter().all(|token| token.check().is_ok()));
            family[cancelled].cancel();
            family[cancelled].cancel();
            assert_eq!(family.each_ref().map(CancelToken::is_cancelled), stopped, "member {cancelled} was cancelled");
        }
    }

    #[test]
    fn a_child_of_what_was_cancelled_is_cancelled() {
        let token = CancelToken::new();
        token.cancel();
        assert!(token.child().is_cancelled());
        assert!(token.child_with_timeout(HOUR).is_cancelled());
    }

    #[test]
    fn a_child_outlives_the_handle_of_its_parent_and_still_obeys_its_grandparent() {
        let grandparent = CancelToken::new();
        let child = grandparent.child().child();
        assert!(!child.is_cancelled());
        grandparent.cancel();
        assert!(child.is_cancelled());
    }

    #[test]
    fn clones_share_state_and_other_threads_see_it() {
        let (token, flag) = (CancelToken::new(), AtomicBool::new(false));
        let clone = token.clone();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !clone.is_cancelled() {
                    std::thread::yield_now();
                }
                assert!(flag.load(Ordering::Relaxed), "what was written before the cancel is seen");
            });
            flag.store(true, Ordering::Relaxed);
            token.cancel();
        });
    }

    #[test]
    fn the_earliest_deadline_holds() {
        let now = Instant::now();
        let token = CancelToken::with_deadline(now + HOUR);
        assert_eq!(token.deadline(), Some(now + HOUR));
        assert_eq!(token.child().deadline(), Some(now + HOUR));
        assert_eq!(token.child_with_timeout(2 * HOUR).deadline(), Some(now + HOUR));
        let earlier = token.child_with_timeout(HOUR / 2);
        assert!(earlier.deadline() < token.deadline());
        assert_eq!(earlier.child().child_with_timeout(HOUR).deadline(), earlier.deadline());
        assert_eq!(CancelToken::new().deadline(), None);
    }

    #[test]
    fn a_deadline_that_passed_cancels_the_token_and_its_children_only() {
        let parent = CancelToken::with_timeout(HOUR);
        let late = parent.child_with_timeout(Duration::ZERO);
        for token in [&late, &late.child(), &CancelToken::with_deadline(Instant::now())] {
            assert_eq!(token.check(), Err(Error::Cancelled { reason: CancelReason::Deadline }));
        }
        parent.check().unwrap();
        late.cancel();
        assert_eq!(late.check(), Err(Error::Cancelled { reason: CancelReason::Token }), "by hand is said first");
    }

    #[test]
    fn a_time_beyond_the_clock_never_ends() {
        let token = CancelToken::with_timeout(Duration::MAX);
        assert_eq!((token.deadline(), token.is_cancelled()), (None, false));
        assert_eq!(CancelToken::with_timeout(HOUR).child_with_timeout(Duration::MAX).deadline().map(|_| ()), Some(()));
    }

    #[test]
    fn nothing_cancels_what_never_is_but_its_children() {
        const NEVER: CancelToken = CancelToken::never();
        NEVER.cancel();
        let child = NEVER.child();
        assert!(!NEVER.can_cancel() && !NEVER.is_cancelled() && child.can_cancel());
        child.cancel();
        assert_eq!((NEVER.check(), child.is_cancelled()), (Ok(()), true));
    }

    #[test]
    fn a_default_token_can_be_cancelled() {
        let token = CancelToken::default();
        assert!(token.can_cancel() && !token.is_cancelled());
        token.cancel();
        assert!(token.is_cancelled());
    }

    #[test]
    fn errors_and_debug_output_say_why() {
        let token = CancelToken::new();
        token.cancel();
        let message = "the work was cancelled by its token; make a new token to run it again";
        assert_eq!(token.check().unwrap_err().to_string(), message);
        let message = "the work was cancelled because its deadline had passed; give it more time to run it again";
        assert_eq!(CancelToken::with_timeout(Duration::ZERO).check().unwrap_err().to_string(), message);
        assert_eq!(format!("{token:?}"), "CancelToken { cancelled: Some(Token), deadline: None }");
        assert_eq!(format!("{:?}", CancelToken::never()), "CancelToken(never)");
    }

    #[test]
    fn a_long_line_of_ancestors_is_freed() {
        let first = CancelToken::new();
        let mut last = first.child();
        for _ in 0..1_000_000 {
            last = last.child();
        }
        first.cancel();
        assert!(last.is_cancelled());
        drop(first);
        drop(last);
    }
}
