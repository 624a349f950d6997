//! How the items of a stream travel to a device and back: decided once, before the first of them, by a pure function.
//!
//! Three ways: one item after the other; in memory that host and device share; or overlapped, so that one item goes up
//! while another comes down, through a ring of slots. Items are assigned to slots in turn.
//!
//! The prediction is that of two stages that each take the same time for every item. One after the other, everything
//! takes `up + down`. Overlapped, the slower stage never waits and the faster one shows for a single item only:
//! `max(up, down) + min(up, down) / items`. What the device computes is not known before, and hides behind transfers in
//! both.

mod inputs;
mod thresholds;

use std::fmt;

pub use inputs::{TransferCapabilities, TransferDevice, TransferLoad};
pub use thresholds::TransferThresholds;

use super::statistics::Bytes;

/// The smallest slot. A seed, until it is measured on more hardware: below it calls are thought to outweigh copies.
const LEAST_SLOT_BYTES: u64 = 256 << 10;

/// The largest slot, and a seed too: above it slots are thought to take memory and gain nothing. An item of more bytes
/// is split across several.
const MOST_SLOT_BYTES: u64 = 8 << 20;

/// On the CPU executor the next item is recorded while one is computed, and more would only hold memory.
const CPU_DEPTH: usize = 2;

/// How items travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferStrategy {
    /// One item after the other.
    Single,
    /// In memory that host and device share: nothing is copied between them.
    Unified,
    /// Several items at a time, each in a slot of its own.
    Overlapped {
        /// Bytes of one slot in each direction: a power of two from 256 KiB to 8 MiB, at least as much as one item has in
        /// its larger direction, or else 8 MiB or what the device takes.
        chunk: u64,
        /// Slots, and items in flight: 2 to 4.
        depth: usize,
    },
}

impl fmt::Display for TransferStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single => f.write_str("single"),
            Self::Unified => f.write_str("unified"),
            Self::Overlapped { depth, .. } => write!(f, "overlapped, {depth} in flight"),
        }
    }
}

/// How the items of one stream travel, and why. Its `Display` is the [`reason`](Self::reason).
///
/// # Examples
///
/// ```
/// use swath::{TransferCapabilities, TransferDevice, TransferLoad, TransferPlan, TransferStrategy, TransferThresholds};
///
/// let load = TransferLoad::uniform(12, 40 << 20, 10 << 20); // twelve items of 40 MiB up and 10 MiB down
/// let capabilities = TransferCapabilities::new(TransferDevice::Discrete);
/// let plan = TransferPlan::decide(&load, &capabilities, &TransferThresholds::default());
///
/// assert_eq!(plan.strategy(), TransferStrategy::Overlapped { chunk: 8 << 20, depth: 4 });
/// assert_eq!(
///     plan.reason(),
///     "12 items, 480.0 MiB up and 120.0 MiB down: overlapped, 4 in flight, because one after the other would take an \
///      estimated 105 ms and overlapped 86 ms"
/// );
/// assert_eq!((plan.slot_of(0), plan.slot_of(5), plan.bytes_up_per_item()), (0, 1, Some(40 << 20)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferPlan {
    strategy: TransferStrategy,
    reason: String,
    load: TransferLoad,
}

impl TransferPlan {
    /// The way for `load` on a device of these `capabilities`. Equal arguments give equal plans, on every machine.
    ///
    /// The first of these that holds decides:
    ///
    /// 1. There are no items, or the device is a browser's or a software rasteriser: single.
    /// 2. It is the CPU executor: overlapped with two in flight if there are two items or more and several worker
    ///    threads, else single.
    /// 3. Host and device share memory: unified.
    /// 4. The load is below both thresholds, in items and in bytes up and down: single.
    /// 5. Overlapped, if that is estimated to save a tenth of the time or more; else single.
    ///
    /// `thresholds.depth` counts as 1 to 4, and no more are in flight than there are items. Bandwidths of 0 count as 1.
    #[must_use]
    pub fn decide(load: &TransferLoad, capabilities: &TransferCapabilities, thresholds: &TransferThresholds) -> Self {
        let (strategy, why) = decision(load, capabilities, thresholds);
        let reason = format!("{load}: {strategy}, because {why}");
        Self { strategy, reason, load: *load }
    }

    /// How items travel.
    #[must_use]
    pub fn strategy(&self) -> TransferStrategy {
        self.strategy
    }

    /// Why, in one sentence that holds the numbers of the decision.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Items that are in flight at one time: 2 to 4 where transfers overlap, else 1.
    #[must_use]
    pub fn depth(&self) -> usize {
        match self.strategy {
            TransferStrategy::Overlapped { depth, .. } => depth,
            TransferStrategy::Single | TransferStrategy::Unified => 1,
        }
    }

    /// The slot of the item with this index, counted from 0 in both: items take slots in turn, so what belongs to an item
    /// is assigned once, and items `depth` apart share a slot.
    #[must_use]
    pub fn slot_of(&self, item: usize) -> usize {
        item % self.depth()
    }

    /// Items of the whole stream.
    #[must_use]
    pub fn items(&self) -> usize {
        self.load.items
    }

    /// Bytes of the whole stream to the device.
    #[must_use]
    pub fn bytes_up(&self) -> u64 {
        self.load.bytes_up
    }

    /// Bytes of the whole stream back from the device.
    #[must_use]
    pub fn bytes_down(&self) -> u64 {
        self.load.bytes_down
    }

    /// Bytes of each item to the device; `None` where items differ, or there are none.
    #[must_use]
    pub fn bytes_up_per_item(&self) -> Option<u64> {
        self.load.per_item(self.load.bytes_up)
    }

    /// Bytes of each item back from the device; `None` where items differ, or there are none.
    #[must_use]
    pub fn bytes_down_per_item(&self) -> Option<u64> {
        self.load.per_item(self.load.bytes_down)
    }
}

impl fmt::Display for TransferPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// The strategy, and what follows `because`.
fn decision(
    load: &TransferLoad,
    capabilities: &TransferCapabilities,
    thresholds: &TransferThresholds,
) -> (TransferStrategy, String) {
    let single = |why: &str| (TransferStrategy::Single, why.to_owned());
    let depth = thresholds.depth.clamp(1, TransferThresholds::MOST_DEPTH).min(load.items);
    if load.items == 0 {
        return single("there is nothing to transfer");
    }
    let shallow = match load.items {
        1 => "one item has no other to overlap with",
        _ => "only one item may be in flight (SWATH_STREAM_DEPTH)",
    };
    match capabilities.device {
        TransferDevice::Browser => return single("a page must not wait, and its browser orders transfers itself"),
        TransferDevice::Software => return single("a software rasteriser runs one submission at a time"),
        TransferDevice::Cpu if capabilities.threads < 2 => {
            return single("the only worker thread of the CPU executor cannot record and compute at one time");
        }
        TransferDevice::Cpu if depth < 2 => return single(shallow),
        TransferDevice::Cpu => {
            let strategy = overlapped(load, capabilities, depth.min(CPU_DEPTH));
            let threads = capabilities.threads;
            return (strategy, format!("{threads} worker threads compute one item while the next is recorded"));
        }
        TransferDevice::Discrete | TransferDevice::Integrated | TransferDevice::Virtual => {}
    }
    if capabilities.unified {
        return (TransferStrategy::Unified, "host and device share memory and nothing has to be copied".into());
    }
    if load.items < thresholds.min_batch && load.bytes() < thresholds.min_bytes {
        return single(&format!("that is below both thresholds, {thresholds}"));
    }
    if depth < 2 {
        return single(shallow);
    }
    let estimate = Estimate::of(load, capabilities);
    if estimate.is_worth_overlapping() {
        (overlapped(load, capabilities, depth), estimate.to_string())
    } else {
        single(&format!("{estimate}, which saves less than a tenth"))
    }
}

fn overlapped(load: &TransferLoad, capabilities: &TransferCapabilities, depth: usize) -> TransferStrategy {
    // The largest power of two that the device takes: slots stay aligned and of one size.
    let most = capabilities.slot_bytes.clamp(LEAST_SLOT_BYTES, MOST_SLOT_BYTES);
    let most = 1 << most.ilog2();
    let item = load.bytes_up.max(load.bytes_down).div_ceil(load.items.max(1) as u64);
    // Limited first: the next power of two of a number above 2^63 is none.
    let chunk = item.min(most).next_power_of_two().clamp(LEAST_SLOT_BYTES, most);
    TransferStrategy::Overlapped { chunk, depth }
}

/// What transfers take, in picoseconds: whole numbers decide alike on every machine, and 2^64 bytes at one byte a second
/// still fit.
struct Estimate {
    in_turn: u128,
    overlapped: u128,
}

impl Estimate {
    fn of(load: &TransferLoad, capabilities: &TransferCapabilities) -> Self {
        let time = |bytes: u64, per_second: u64| u128::from(bytes) * 1_000_000_000_000 / u128::from(per_second.max(1));
        let up = time(load.bytes_up, capabilities.upload_bytes_per_second);
        let down = time(load.bytes_down, capabilities.download_bytes_per_second);
        let fill = up.min(down) / load.items.max(1) as u128;
        Self { in_turn: up + down, overlapped: up.max(down) + fill }
    }

    /// At least a tenth is saved, and there is something to save.
    fn is_worth_overlapping(&self) -> bool {
        self.in_turn > 0 && 10 * self.overlapped <= 9 * self.in_turn
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (in_turn, overlapped) = (Picoseconds(self.in_turn), Picoseconds(self.overlapped));
        write!(f, "one after the other would take an estimated {in_turn} and overlapped {overlapped}")
    }
}

/// A time as a person reads it, with two digits or more.
struct Picoseconds(u128);

impl fmt::Display for Picoseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 as f64 / 1e12;
        let (value, unit) = match seconds {
            1.0.. => (seconds, "s"),
            1e-3.. => (seconds * 1e3, "ms"),
            _ => (seconds * 1e6, "µs"),
        };
        write!(f, "{value:.*} {unit}", usize::from(value < 10.0))
    }
}

#[cfg(test)]
mod tests;
