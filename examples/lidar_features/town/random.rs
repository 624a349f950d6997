//! Numbers that look random and are the same on every machine.

use crate::noise::scramble;

/// SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The sequence that belongs to this seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// At least 0, below 1.
    pub fn unit(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (scramble(self.state) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// At least `low`, below `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// About normal, of this standard deviation: the sum of three uniform numbers, so never beyond three deviations.
    pub fn normal(&mut self, deviation: f64) -> f64 {
        2.0 * deviation * (self.unit() + self.unit() + self.unit() - 1.5)
    }
}
