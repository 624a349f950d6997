//! What streams over a device have done.

use std::fmt;
use std::time::Duration;

/// What the streams over a device have done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamStats {
    /// Streams that have ended.
    pub streams: u64,
    /// Items that they delivered.
    pub items: u64,
    /// How long they took.
    pub elapsed: Duration,
    /// How long their items took, from the call that began each to its result, added.
    pub in_flight: Duration,
    /// Devices that were lost under them.
    pub devices_lost: u64,
}

impl StreamStats {
    /// How many items were in flight at a time, on average: 1 where nothing overlapped.
    pub fn overlap(&self) -> f64 {
        if self.elapsed.is_zero() { 0.0 } else { self.in_flight.as_secs_f64() / self.elapsed.as_secs_f64() }
    }

    /// Of two streams.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            streams: self.streams + other.streams,
            items: self.items + other.items,
            elapsed: self.elapsed + other.elapsed,
            in_flight: self.in_flight + other.in_flight,
            devices_lost: self.devices_lost + other.devices_lost,
        }
    }
}

impl fmt::Display for StreamStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} in {:.2} s, {:.1} in flight on average",
            Counted(self.items, "item"),
            Counted(self.streams, "stream"),
            self.elapsed.as_secs_f64(),
            self.overlap()
        )?;
        if self.devices_lost > 0 {
            write!(f, ", {} lost", Counted(self.devices_lost, "device"))?;
        }
        Ok(())
    }
}

/// A count and what it counts: one item, two items.
struct Counted(u64, &'static str);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_lost_devices_are_told() {
        let (elapsed, in_flight) = (Duration::from_secs(2), Duration::from_secs(3));
        let mut stats = StreamStats { streams: 1, items: 1, elapsed, in_flight, devices_lost: 0 };
        assert_eq!(stats.to_string(), "1 item of 1 stream in 2.00 s, 1.5 in flight on average");
        stats.devices_lost = 1;
        assert!(stats.plus(stats).to_string().ends_with(", 2 devices lost"), "{stats}");
        assert!(stats.to_string().ends_with(", 1 device lost"), "{stats}");
    }
}
