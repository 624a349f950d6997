//! How far a long call has come.

/// How far a long call has come, as told to the function that it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Points, or items of a stream, that are done.
    pub done: u64,
    /// Those that there are, as far as is known.
    pub total: u64,
}

impl Progress {
    pub(crate) fn new(done: u64, total: u64) -> Self {
        Self { done, total }
    }
}
