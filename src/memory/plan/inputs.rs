//! What a plan of transfers is made from: the load, and what the device can do.

use std::fmt;

use super::{Bytes, MOST_SLOT_BYTES};

/// A seed for devices behind a bus, low for any of today's, until the caller gives what was measured.
const DISCRETE_BYTES_PER_SECOND: u64 = 6_000_000_000;

/// A seed for devices in the host's own memory, or that may be.
const SHARED_BYTES_PER_SECOND: u64 = 12_000_000_000;

/// The bytes of a whole stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TransferLoad {
    /// Bytes to the device, all items together.
    pub bytes_up: u64,
    /// Bytes back from the device, all items together.
    pub bytes_down: u64,
    /// How many items there are.
    pub items: usize,
    /// Whether every item has the same bytes up, and every item the same bytes down.
    pub uniform: bool,
}

impl TransferLoad {
    /// The load of `items` items of one size. Totals beyond `u64` stay at its largest number.
    #[must_use]
    pub fn uniform(items: usize, bytes_up_per_item: u64, bytes_down_per_item: u64) -> Self {
        let total = |bytes: u64| bytes.checked_mul(items as u64);
        let (up, down) = (total(bytes_up_per_item), total(bytes_down_per_item));
        let uniform = up.is_some() && down.is_some();
        Self { bytes_up: up.unwrap_or(u64::MAX), bytes_down: down.unwrap_or(u64::MAX), items, uniform }
    }

    /// The load of items with these bytes, up and down. Totals beyond `u64` stay at its largest number.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::TransferLoad;
    ///
    /// let load = TransferLoad::of_items([(3_000, 1_000), (6_000, 2_000)]);
    /// assert_eq!((load.bytes_up, load.bytes_down, load.items, load.uniform), (9_000, 3_000, 2, false));
    /// assert_eq!(TransferLoad::of_items([(3_000, 1_000); 2]), TransferLoad::uniform(2, 3_000, 1_000));
    /// ```
    #[must_use]
    pub fn of_items(items: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let mut load = Self { uniform: true, ..Self::default() };
        let mut first = None;
        for (up, down) in items {
            load.uniform &= *first.get_or_insert((up, down)) == (up, down);
            let (all_up, all_down) = (load.bytes_up.checked_add(up), load.bytes_down.checked_add(down));
            load.uniform &= all_up.is_some() && all_down.is_some();
            load.bytes_up = all_up.unwrap_or(u64::MAX);
            load.bytes_down = all_down.unwrap_or(u64::MAX);
            load.items += 1;
        }
        load
    }

    /// Bytes in both directions, as far as `u64` counts.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes_up.saturating_add(self.bytes_down)
    }

    /// Each item's share of `total`, if all have the same.
    pub(super) fn per_item(&self, total: u64) -> Option<u64> {
        (self.uniform && self.items > 0).then(|| total / self.items as u64)
    }
}

impl fmt::Display for TransferLoad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.items == 1 { "" } else { "s" };
        write!(f, "{} item{plural}, {} up and {} down", self.items, Bytes(self.bytes_up), Bytes(self.bytes_down))
    }
}

/// Where items travel to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferDevice {
    /// The CPU executor.
    Cpu,
    /// A GPU with memory of its own.
    Discrete,
    /// A GPU in the host's memory.
    Integrated,
    /// A GPU of a virtual machine, or of a kind that nobody knows.
    Virtual,
    /// A rasteriser in software.
    Software,
    /// Any device that a browser gives.
    Browser,
}

/// What a device can do for transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferCapabilities {
    /// Where items travel to.
    pub device: TransferDevice,
    /// Whether buffers can be mapped where the device uses them, and that is fast. Default: `false`; that a device says
    /// it can do so is no sign that it is fast.
    pub unified: bool,
    /// The most bytes of one staging slot; counts as 256 KiB to 8 MiB. Default: 8 MiB.
    pub slot_bytes: u64,
    /// Worker threads of the CPU executor; of no account elsewhere. Default: 1.
    pub threads: usize,
    /// Bytes a second to the device. Default: 6 GB/s for [`Discrete`](TransferDevice::Discrete), 12 GB/s for all
    /// others.
    pub upload_bytes_per_second: u64,
    /// Bytes a second back from the device. Default: as for uploads.
    pub download_bytes_per_second: u64,
}

impl TransferCapabilities {
    /// The defaults for such a device; set what is known better.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{TransferCapabilities, TransferDevice};
    ///
    /// let mut measured = TransferCapabilities::new(TransferDevice::Discrete);
    /// assert_eq!(measured.upload_bytes_per_second, 6_000_000_000);
    /// measured.upload_bytes_per_second = 24_000_000_000;
    /// ```
    #[must_use]
    pub fn new(device: TransferDevice) -> Self {
        let bytes_per_second =
            if device == TransferDevice::Discrete { DISCRETE_BYTES_PER_SECOND } else { SHARED_BYTES_PER_SECOND };
        Self {
            device,
            unified: false,
            slot_bytes: MOST_SLOT_BYTES,
            threads: 1,
            upload_bytes_per_second: bytes_per_second,
            download_bytes_per_second: bytes_per_second,
        }
    }
}
