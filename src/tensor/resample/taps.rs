//! Which source pixels one column or row of a resized image is made of, and their weights.
//!
//! Positions are fractions of whole numbers and are computed as such, so that no two devices take different pixels. With
//! the sizes in lowest terms, `before` and `after`, a destination pixel `x` covers the source from `x before / after` to
//! `(x + 1) before / after`, and its centre lies at `((2 x + 1) before - after) / (2 after)`, counted in source pixels from
//! the centre of the first one.

use crate::tensor::SampleKind;

/// One direction of a resize. Its twin in `shaders/tensor/resample.wgsl` has the same numbers and gives the same taps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    /// Source pixels.
    pub(super) size: u32,
    /// Source size in lowest terms.
    pub(super) before: u32,
    /// Destination size in lowest terms.
    pub(super) after: u32,
    /// Whether weights are shares of what is covered; else two pixels are blended.
    pub(super) covers: bool,
    /// What a weight is counted in.
    pub(super) unit: f32,
    /// All weights of a destination pixel, added.
    pub(super) whole: f32,
}

/// Source pixels and their weights. The inner ones, between the first and the last, weigh alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Taps {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) first_weight: f32,
    pub(super) inner_weight: f32,
    pub(super) last_weight: f32,
}

impl Axis {
    /// An axis of `from` source and `to` destination pixels, both at least 1 and at most
    /// [`MOST_SIDE`](super::MOST_SIDE).
    ///
    /// Whole-number samples get whole-number weights, which `f32` adds exactly as long as the sums stay below 2^24: for
    /// bytes, where the two axes' [`parts`](Axis::parts) have a product of at most 65,793, and then whatever the order and
    /// whether or not a device fuses products and sums. Other samples get weights that add up to 1, so that no sum
    /// overflows.
    pub(super) fn new(covers: bool, from: usize, to: usize, kind: SampleKind) -> Self {
        let divisor = greatest_common_divisor(from, to).max(1);
        let (before, after) = ((from / divisor) as u32, (to / divisor) as u32);
        let axis = Self { size: from as u32, before, after, covers, unit: 1.0, whole: 0.0 };
        match kind {
            SampleKind::U8 | SampleKind::U16 => Self { whole: axis.parts() as f32, ..axis },
            SampleKind::F32 => Self { unit: (1.0 / axis.parts()) as f32, whole: 1.0, ..axis },
        }
    }

    /// Into how many parts a weight of 1 is divided.
    pub(super) fn parts(&self) -> f64 {
        f64::from(if self.covers { self.before } else { 2 * self.after })
    }

    /// The source pixel that holds the centre of a destination pixel.
    pub(super) fn nearest(&self, index: usize) -> usize {
        let (index, before, after) = self.numbers(index);
        ((2 * index + 1) * before / (2 * after)) as usize
    }

    /// The taps of a destination pixel.
    pub(super) fn taps(&self, index: usize) -> Taps {
        if self.covers { self.covered(index) } else { self.blended(index) }
    }

    /// The two source pixels whose centres lie around that of a destination pixel; one, where it meets a centre or lies
    /// beyond the outermost ones.
    fn blended(&self, index: usize) -> Taps {
        let (index, before, after) = self.numbers(index);
        let end = u64::from(self.size) - 1;
        let (first, rest) = match ((2 * index + 1) * before).checked_sub(after) {
            None => (0, 0),
            Some(position) if position / (2 * after) >= end => (end, 0),
            Some(position) => (position / (2 * after), position % (2 * after)),
        };
        let last_weight = rest as f32 * self.unit;
        Taps {
            first: first as usize,
            last: (first + rest.min(1)) as usize,
            first_weight: self.whole - last_weight,
            inner_weight: 0.0,
            last_weight,
        }
    }

    /// The source pixels that a destination pixel covers, by how much of each.
    fn covered(&self, index: usize) -> Taps {
        let (index, before, after) = self.numbers(index);
        let (start, end) = (index * before, (index + 1) * before);
        let inner_weight = after as f32 * self.unit;
        let last_weight = match end % after {
            0 => inner_weight,
            rest => rest as f32 * self.unit,
        };
        Taps {
            first: (start / after) as usize,
            last: (end.div_ceil(after) - 1) as usize,
            first_weight: (after - start % after) as f32 * self.unit,
            inner_weight,
            last_weight,
        }
    }

    fn numbers(&self, index: usize) -> (u64, u64, u64) {
        (index as u64, u64::from(self.before), u64::from(self.after))
    }
}

impl Taps {
    /// The weight of a source pixel from `first` to `last`.
    #[inline(always)]
    pub(super) fn weight(&self, index: usize) -> f32 {
        if index == self.first {
            self.first_weight
        } else if index == self.last {
            self.last_weight
        } else {
            self.inner_weight
        }
    }
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
