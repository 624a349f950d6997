//! How a group of tasks is shut down, and what came of each of them.

use std::fmt;

use crate::error::Error;

/// More names than these are counted, not printed.
const PRINTED_NAMES: usize = 8;

/// What happens to tasks that run when their [`TaskGroup`](super::TaskGroup) is shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// They may end by themselves. What is still running after nine tenths of the limit is cancelled, so that it has
    /// the last tenth, at most a second, to end.
    Drain,
    /// They are cancelled at once, and have the whole limit to end.
    Cancel,
}

/// What came of the tasks of a [`TaskGroup`](super::TaskGroup) when it was shut down, each list in the order in which the
/// tasks were started.
///
/// Its `Display` is a heading and a line for each list that is not empty. Of a long list it names the first eight.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "tasks may have failed, or may still be running"]
pub struct ShutdownReport {
    /// Tasks that ended well.
    pub finished: Vec<String>,
    /// Tasks that ended with an error of their own, or panicked.
    pub failed: Vec<TaskFailure>,
    /// Tasks that ended with [`Error::Cancelled`], whichever token stopped them.
    pub cancelled: Vec<String>,
    /// Tasks that were cancelled and had not ended when the limit was over. Their threads go on until they look at their
    /// token.
    pub left: Vec<String>,
}

/// A task that failed, and how.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TaskFailure {
    /// The task's name.
    pub name: String,
    /// What it returned; [`Error::CallerPanicked`] where it panicked.
    pub error: Error,
}

impl ShutdownReport {
    /// Notes a task by how it ended, or as left where it has not.
    pub(super) fn add(&mut self, name: String, outcome: Option<Result<(), Error>>) {
        match outcome {
            None => self.left.push(name),
            Some(Ok(())) => self.finished.push(name),
            Some(Err(Error::Cancelled { .. })) => self.cancelled.push(name),
            Some(Err(error)) => self.failed.push(TaskFailure { name, error }),
        }
    }

    /// Whether every task has ended, well or not.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.left.is_empty()
    }
}

impl fmt::Display for ShutdownReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ended = self.finished.len() + self.failed.len() + self.cancelled.len();
        let all = ended + self.left.len();
        match all {
            0 => f.write_str("there were no tasks")?,
            _ if ended < all => write!(f, "{ended} of {} ended in time", tasks(all))?,
            1 => f.write_str("the one task has ended")?,
            _ => write!(f, "all {all} tasks have ended")?,
        }
        line(f, "finished", self.finished.iter())?;
        line(f, "failed", self.failed.iter().map(|failure| format!("{} ({})", failure.name, failure.error)))?;
        line(f, "cancelled", self.cancelled.iter())?;
        line(f, "still running", self.left.iter())
    }
}

fn tasks(count: usize) -> String {
    format!("{count} task{}", if count == 1 { "" } else { "s" })
}

/// One list, on a line of its own.
fn line(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    names: impl ExactSizeIterator<Item = impl fmt::Display>,
) -> fmt::Result {
    let count = names.len();
    for (index, name) in names.take(PRINTED_NAMES).enumerate() {
        match index {
            0 => write!(f, "\n  {title}: {name}")?,
            _ => write!(f, ", {name}")?,
        }
    }
    match count.saturating_sub(PRINTED_NAMES) {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::CancelReason;

    fn report(outcomes: &[(&str, Option<Result<(), Error>>)]) -> ShutdownReport {
        let mut report = ShutdownReport::default();
        outcomes.iter().for_each(|(name, outcome)| report.add((*name).into(), outcome.clone()));
        report
    }

    #[test]
    fn a_task_is_listed_by_how_it_ended() {
        let cancelled = Error::Cancelled { reason: CancelReason::Deadline };
        let report = report(&[
            ("reader", Some(Ok(()))),
            ("decoder", Some(Err(Error::NoGround))),
            ("uploader", Some(Err(cancelled))),
            ("writer", Some(Ok(()))),
            ("sleeper", None),
        ]);
        assert_eq!(report.finished, ["reader", "writer"]);
        assert_eq!(report.failed, [TaskFailure { name: "decoder".into(), error: Error::NoGround }]);
        assert_eq!(
            (report.cancelled.as_slice(), report.left.as_slice()),
            (&["uploader".into()][..], &["sleeper".into()][..])
        );
        assert!(!report.is_complete());
        let text = format!(
            "4 of 5 tasks ended in time\n  finished: reader, writer\n  failed: decoder ({})\n  cancelled: uploader\n  \
             still running: sleeper",
            Error::NoGround
        );
        assert_eq!(report.to_string(), text);
    }

    #[test]
    fn short_reports_read_well() {
        let ended = |count| report(&["reader", "writer"].map(|name| (name, Some(Ok(()))))[..count]);
        assert_eq!(ended(0).to_string(), "there were no tasks");
        assert_eq!(ended(1).to_string(), "the one task has ended\n  finished: reader");
        assert_eq!(ended(2).to_string(), "all 2 tasks have ended\n  finished: reader, writer");
        assert!(ended(0).is_complete() && ended(2).is_complete());
        assert_eq!(report(&[("reader", None)]).to_string(), "0 of 1 task ended in time\n  still running: reader");
    }

    #[test]
    fn a_long_list_is_cut() {
        let text = |count: usize| {
            let names: Vec<_> = (0..count).map(|i| i.to_string()).collect();
            ShutdownReport { left: names, ..Default::default() }.to_string()
        };
        assert!(text(8).ends_with("still running: 0, 1, 2, 3, 4, 5, 6, 7"), "{}", text(8));
        assert!(text(1_000).ends_with("6, 7 and 992 more"), "{}", text(1_000));
    }
}
