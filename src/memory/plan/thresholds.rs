//! From which load on transfers may overlap, and how far.

use std::fmt;

use super::Bytes;
use crate::environment::{self, WholeNumber, parsed};
use crate::error::Error;

/// Bytes of a megabyte, as in `SWATH_STREAM_MIN_MB`.
const MEGABYTE: u64 = 1_000_000;

/// More items, or megabytes, than this are a slip of the pen.
const MOST: u64 = 1_000_000;

const MOST_DEPTH: u64 = TransferThresholds::MOST_DEPTH as u64;

/// From which load on transfers may overlap, and how far. A load below both the items and the bytes goes one item after
/// the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferThresholds {
    /// Items from which on transfers may overlap, whatever their bytes. Default: 8.
    pub min_batch: usize,
    /// Bytes up and down, all items together, from which on transfers may overlap, however few items. Default:
    /// 100,000,000.
    pub min_bytes: u64,
    /// The most items in flight; counts as 1 to 4, and 1 overlaps nothing. Each takes a slot of up to 8 MiB in each
    /// direction. Default: 4.
    pub depth: usize,
}

impl TransferThresholds {
    pub(super) const MOST_DEPTH: usize = 4;

    /// The defaults, and what the environment says instead; a variable that is unset or empty says nothing:
    ///
    /// * `SWATH_STREAM_MIN_BATCH`: [`min_batch`](Self::min_batch), from 1 to 1,000,000.
    /// * `SWATH_STREAM_MIN_MB`: [`min_bytes`](Self::min_bytes) in megabytes of 1,000,000 bytes, from 0 to 1,000,000.
    /// * `SWATH_STREAM_DEPTH`: [`depth`](Self::depth), from 1 to 4.
    ///
    /// # Errors
    /// [`Error::Environment`] names the variable, its value and the values that it takes.
    ///
    /// # Examples
    ///
    /// ```
    /// let thresholds = swath::TransferThresholds::from_env()?;
    /// assert!((1..=4).contains(&thresholds.depth));
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(environment::variable)
    }

    pub(super) fn from_variables(read: impl Fn(&'static str) -> Option<String>) -> Result<Self, Error> {
        let mut thresholds = Self::default();
        if let Some(WholeNumber(items)) = parsed::<WholeNumber<1, MOST>>("SWATH_STREAM_MIN_BATCH", &read)? {
            thresholds.min_batch = items as usize;
        }
        if let Some(WholeNumber(megabytes)) = parsed::<WholeNumber<0, MOST>>("SWATH_STREAM_MIN_MB", &read)? {
            thresholds.min_bytes = megabytes * MEGABYTE;
        }
        if let Some(WholeNumber(depth)) = parsed::<WholeNumber<1, MOST_DEPTH>>("SWATH_STREAM_DEPTH", &read)? {
            thresholds.depth = depth as usize;
        }
        Ok(thresholds)
    }
}

impl Default for TransferThresholds {
    fn default() -> Self {
        Self { min_batch: 8, min_bytes: 100 * MEGABYTE, depth: Self::MOST_DEPTH }
    }
}

impl fmt::Display for TransferThresholds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items (SWATH_STREAM_MIN_BATCH) and ", self.min_batch)?;
        match self.min_bytes % MEGABYTE {
            0 => write!(f, "{} MB (SWATH_STREAM_MIN_MB)", self.min_bytes / MEGABYTE),
            _ => write!(f, "{} (SWATH_STREAM_MIN_MB)", Bytes(self.min_bytes)),
        }
    }
}
