//! Groups of tasks that end well, badly, late or never.

use std::sync::mpsc::{self, Receiver};

use super::*;

/// Long enough that nothing is left but what never ends.
const MINUTE: Duration = Duration::from_secs(60);

/// A task that ends when it is cancelled.
fn obedient(token: &CancelToken) -> Result<(), Error> {
    loop {
        token.check()?;
        std::thread::yield_now();
    }
}

/// A task that does not look at its token, and ends when the sender of `release` is dropped.
fn deaf(release: Receiver<()>) -> impl FnOnce(&CancelToken) -> Result<(), Error> {
    move |_| {
        let _ = release.recv();
        Ok(())
    }
}

#[test]
fn drained_tasks_end_by_themselves() {
    let group = TaskGroup::new();
    let (send, receive) = mpsc::channel();
    group.spawn("reader", move |_| (0..100).try_for_each(|i| send.send(i).map_err(|_| Error::NoGround))).unwrap();
    group
        .spawn("adder", move |_| if receive.iter().sum::<i32>() == 4_950 { Ok(()) } else { Err(Error::NoFeatures) })
        .unwrap();
    let report = group.shutdown(Shutdown::Drain, MINUTE);
    assert_eq!(report, ShutdownReport { finished: vec!["reader".into(), "adder".into()], ..Default::default() });
}

#[test]
fn a_drain_cancels_when_nine_tenths_of_its_limit_are_over() {
    let group = TaskGroup::new();
    let (say, heard) = mpsc::channel();
    group
        .spawn("obedient", move |token| {
            let outcome = obedient(token);
            say.send(Instant::now()).map_err(|_| Error::NoGround)?;
            outcome
        })
        .unwrap();
    let start = Instant::now();
    // Whether the task ends in the tenth that is left depends on the machine.
    let _ = group.shutdown(Shutdown::Drain, Duration::from_millis(50));
    assert!(heard.recv_timeout(MINUTE).unwrap() - start >= Duration::from_millis(45));
    assert_eq!(group.shutdown(Shutdown::Drain, MINUTE).cancelled, ["obedient"]);
}

#[test]
fn cancelled_tasks_are_named_and_the_callers_token_is_left_alone() {
    let token = CancelToken::new();
    let group = TaskGroup::with_token(&token);
    group.spawn("first", obedient).unwrap();
    group.spawn("second", |token| obedient(&token.child())).unwrap();
    group.spawn("failing", |token| obedient(token).map_err(|_| Error::NoGround)).unwrap();
    let report = group.shutdown(Shutdown::Cancel, MINUTE);
    assert_eq!(report.cancelled, ["first", "second"]);
    assert_eq!((report.failed[0].name.as_str(), &report.failed[0].error), ("failing", &Error::NoGround));
    assert!(group.token().is_cancelled() && !token.is_cancelled());
}

#[test]
fn the_callers_token_cancels_the_group_and_the_group_cancels_all_tasks() {
    let token = CancelToken::new();
    let group = TaskGroup::with_token(&token);
    group.spawn("task", obedient).unwrap();
    token.cancel();
    // Forever: only the token ends the task.
    assert_eq!(group.shutdown(Shutdown::Drain, Duration::MAX).cancelled, ["task"]);
}

#[test]
fn a_task_that_ignores_its_token_is_left_and_named() {
    let group = TaskGroup::new();
    let (release, wait) = mpsc::channel();
    group.spawn("deaf", deaf(wait)).unwrap();
    for (how, limit) in [(Shutdown::Cancel, 0), (Shutdown::Drain, 0), (Shutdown::Cancel, 5), (Shutdown::Drain, 5)] {
        let report = group.shutdown(how, Duration::from_millis(limit));
        assert_eq!((report.left.as_slice(), report.is_complete()), (&["deaf".into()][..], false));
    }
    drop(release);
    let report = group.shutdown(Shutdown::Drain, MINUTE);
    assert_eq!((report.finished.as_slice(), report.is_complete()), (&["deaf".into()][..], true));
}

#[test]
fn a_panic_is_an_error_of_its_task_alone() {
    /// Panics once more when it is dropped.
    struct Nested;
    impl Drop for Nested {
        fn drop(&mut self) {
            panic!("on purpose, again");
        }
    }
    let group = TaskGroup::new();
    group.spawn("words", |_| panic!("on purpose")).unwrap();
    group.spawn("value", |_| std::panic::panic_any(Nested)).unwrap();
    group.spawn("good", |_| Ok(())).unwrap();
    let report = group.shutdown(Shutdown::Drain, MINUTE);
    let messages: Vec<_> = report.failed.iter().map(|failure| failure.error.to_string()).collect();
    let expected = ["on purpose", "no message"].map(|message| format!("a task of a group panicked: {message}"));
    assert_eq!(messages, expected);
    assert_eq!(report.finished, ["good"]);
}

#[test]
fn nothing_starts_after_shutdown() {
    let group = TaskGroup::new();
    assert_eq!(group.shutdown(Shutdown::Drain, MINUTE), ShutdownReport::default());
    let error = group.spawn("late", |_| Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "task \"late\" was not started: its group is shut down; make a new TaskGroup");
    assert_eq!(group.shutdown(Shutdown::Cancel, MINUTE), ShutdownReport::default());
}

#[test]
fn dropping_the_group_cancels_its_tasks_and_does_not_wait() {
    let group = TaskGroup::new();
    let (release, wait) = mpsc::channel();
    let (say, heard) = mpsc::channel();
    group.spawn("deaf", deaf(wait)).unwrap();
    group.spawn("obedient", move |token| say.send(obedient(token)).map_err(|_| Error::NoGround)).unwrap();
    drop(group);
    let outcome = heard.recv_timeout(MINUTE).unwrap();
    assert!(matches!(outcome, Err(Error::Cancelled { .. })), "{outcome:?}");
    drop(release);
}

#[test]
fn a_task_may_own_its_group_and_shut_it_down() {
    let (say, heard) = mpsc::channel();
    let group = Arc::new(TaskGroup::new());
    let own = group.clone();
    let task = move |_: &CancelToken| {
        let _ = say.send(own.shutdown(Shutdown::Cancel, Duration::ZERO));
        drop(own);
        Ok(())
    };
    group.spawn("owner", task).unwrap();
    drop(group);
    assert_eq!(heard.recv_timeout(MINUTE).unwrap().left, ["owner"]);
}

#[test]
fn any_name_will_do() {
    let group = TaskGroup::new();
    for name in ["", "a\0b", "same", "same"] {
        group.spawn(name, |_| Ok(())).unwrap();
    }
    assert_eq!(group.shutdown(Shutdown::Drain, MINUTE).finished, ["", "a\0b", "same", "same"]);
}
