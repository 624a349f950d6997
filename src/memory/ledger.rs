//! Who holds memory: every buffer that is lent out, by an id of its own.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
#[cfg(not(target_arch = "wasm32"))]
use std::time::{Duration, Instant};

use super::statistics::Bytes;

thread_local! {
    static OPERATION: Cell<&'static str> = const { Cell::new("upload") };
}

/// Runs `body` as part of an operation, which host memory that it asks for is then noted under.
pub(crate) fn within<R>(operation: &'static str, body: impl FnOnce() -> R) -> R {
    struct Restore(&'static str);
    impl Drop for Restore {
        fn drop(&mut self) {
            OPERATION.set(self.0);
        }
    }
    let _restore = Restore(OPERATION.replace(operation));
    body()
}

/// The operation at hand; outside of any, memory is for an upload.
pub(crate) fn operation() -> &'static str {
    OPERATION.get()
}

/// One buffer that is lent out, in the order of lending. Never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LeaseId(u64);

/// What is known of a buffer while it is lent out.
#[derive(Debug)]
pub(crate) struct Lent {
    /// What for.
    pub(crate) label: &'static str,
    /// Bytes that were asked for.
    pub(crate) requested: u64,
    /// Bytes that the buffer has.
    pub(crate) class: u64,
    /// Which kind of memory it is.
    pub(crate) kind: u8,
    caller: &'static Location<'static>,
    #[cfg(not(target_arch = "wasm32"))]
    since: Instant,
}

impl Lent {
    /// A buffer of a kind and class, lent from now on.
    pub(crate) fn new(
        label: &'static str,
        requested: u64,
        (kind, class): (u8, u64),
        caller: &'static Location<'static>,
    ) -> Self {
        Self {
            label,
            requested,
            class,
            kind,
            caller,
            #[cfg(not(target_arch = "wasm32"))]
            since: Instant::now(),
        }
    }
}

/// All buffers that are lent out.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    next: u64,
    lent: BTreeMap<LeaseId, Lent>,
}

impl Ledger {
    /// Notes a buffer.
    pub(crate) fn enter(&mut self, lent: Lent) -> LeaseId {
        let id = LeaseId(self.next);
        self.next += 1;
        self.lent.insert(id, lent);
        id
    }

    /// Strikes a buffer out, once.
    pub(crate) fn strike(&mut self, id: LeaseId) -> Option<Lent> {
        self.lent.remove(&id)
    }

    /// Says what a buffer is for, once that is known.
    #[cfg(feature = "gpu")]
    pub(crate) fn name(&mut self, id: LeaseId, label: &'static str) {
        if let Some(lent) = self.lent.get_mut(&id) {
            lent.label = label;
        }
    }

    /// What is lent out now, oldest first.
    pub(crate) fn allocations(&self, space: &'static str) -> Vec<Allocation> {
        let allocation = |(id, lent): (&LeaseId, &Lent)| Allocation {
            id: id.0,
            space,
            label: lent.label,
            bytes: lent.requested,
            #[cfg(not(target_arch = "wasm32"))]
            age: lent.since.elapsed(),
            file: lent.caller.file(),
            line: lent.caller.line(),
        };
        self.lent.iter().map(allocation).collect()
    }
}

/// One piece of memory that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allocation {
    /// Counts the allocations of its space, from 0; never used twice.
    pub id: u64,
    /// `"device"` or `"host"`.
    pub space: &'static str,
    /// What it is for: an operation, or `"upload"`. Several may have the same.
    pub label: &'static str,
    /// Bytes that were asked for.
    pub bytes: u64,
    /// How long it has been in use.
    #[cfg(not(target_arch = "wasm32"))]
    pub age: Duration,
    /// The source file that asked for it: the application's, for what it uploads, else Swath's.
    pub file: &'static str,
    /// The line there.
    pub line: u32,
}

impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>6} {:>10}  {:<32}", self.space, Bytes(self.bytes).to_string(), self.label)?;
        #[cfg(not(target_arch = "wasm32"))]
        write!(f, "  {:>8.1} s", self.age.as_secs_f64())?;
        write!(f, "  {}:{}", self.file, self.line)
    }
}

/// Everything that a device has lent out and not got back, oldest first: see [`Device::leaks`](crate::Device::leaks).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leaks(Vec<Allocation>);

impl Leaks {
    pub(crate) fn new(allocations: Vec<Allocation>) -> Self {
        Self(allocations)
    }

    /// The allocations.
    pub fn as_slice(&self) -> &[Allocation] {
        &self.0
    }

    /// Whether nothing is in use.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Bytes in use, as they were asked for.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|allocation| allocation.bytes).sum()
    }
}

/// A line for each, and one that counts them.
impl fmt::Display for Leaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no memory is in use");
        }
        writeln!(f, "{} allocations in use, {}:", self.len(), Bytes(self.bytes()))?;
        for (index, allocation) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{allocation}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_buffers_may_have_one_label_and_are_struck_out_one_by_one() {
        let mut ledger = Ledger::default();
        let lent = || Lent::new("gray", 300, (0, 512), Location::caller());
        let (first, second) = (ledger.enter(lent()), ledger.enter(lent()));
        assert_ne!(first, second);
        assert_eq!(ledger.allocations("host").len(), 2);
        assert_eq!(ledger.strike(first).unwrap().class, 512);
        assert!(ledger.strike(first).is_none());
        let left = Leaks::new(ledger.allocations("host"));
        assert_eq!((left.as_slice()[0].id, left.bytes()), (1, 300));
    }

    #[test]
    fn an_operation_ends_where_it_ends_even_by_a_panic() {
        assert_eq!(operation(), "upload");
        let inside = within("gray", || (operation(), within("otsu", operation), operation()));
        assert_eq!(inside, ("gray", "otsu", "gray"));
        assert!(std::panic::catch_unwind(|| within("gray", || panic!("on purpose"))).is_err());
        assert_eq!(operation(), "upload");
    }

    #[test]
    fn the_list_says_what_for_how_much_and_from_where() {
        let mut ledger = Ledger::default();
        assert_eq!(Leaks::new(ledger.allocations("device")).to_string(), "no memory is in use");
        ledger.enter(Lent::new("upload", 3 << 20, (0, 3 << 20), Location::caller()));
        let text = Leaks::new(ledger.allocations("device")).to_string();
        assert!(text.starts_with("1 allocations in use, 3.0 MiB:\ndevice    3.0 MiB  upload "), "{text}");
        assert!(text.contains("ledger.rs:"), "{text}");
    }
}
