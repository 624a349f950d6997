//! Tokens, their families and their deadlines.

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
