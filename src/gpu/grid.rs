//! Dispatch arithmetic: folding a row of workgroups into two dimensions, and splitting work into ranges whose buffers
//! fit a binding and whose run time stays far below a driver's watchdog.

use std::ops::Range;

/// The limits that shape a launch, read from the device or set smaller by tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Workgroups along one dimension.
    pub(crate) max_groups: u32,
    /// Bytes of one storage binding.
    pub(crate) max_binding: u64,
    /// Offsets of storage bindings are multiples of this.
    pub(crate) alignment: u64,
}

impl Limits {
    /// The grid for `groups` workgroups in a row: one row where they fit, else as few full rows as hold them. The
    /// last row may be partly idle, so shaders compare their index with the number of items.
    pub(crate) fn fold(self, groups: u32) -> [u32; 2] {
        let rows = groups.div_ceil(self.max_groups).max(1);
        [groups.div_ceil(rows), rows]
    }
}

/// How `items` are divided among launches: each item takes a fixed number of bytes in each of the bound arrays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Split<'a> {
    /// Items in all.
    pub(crate) items: usize,
    /// Bytes that one item takes in each windowed array.
    pub(crate) bytes_per_item: &'a [u64],
    /// The most items a launch should take, for the watchdog's sake.
    pub(crate) most: usize,
}

/// Ranges of items, first to last; what [`Split`] makes.
pub(crate) struct Windows {
    items: usize,
    step: usize,
    next: usize,
}

impl Split<'_> {
    /// The ranges. Every one but the last starts and ends at a multiple of the binding alignment in every array, and
    /// leaves room for arrays that start at an unaligned offset.
    pub(crate) fn windows(self, limits: Limits) -> Windows {
        let widest = self.bytes_per_item.iter().copied().max().unwrap_or(1).max(1);
        // As many items as make any size a multiple of the alignment.
        let unit = limits.alignment as usize;
        let room = limits.max_binding.saturating_sub(limits.alignment);
        let fitting = usize::try_from(room / widest).unwrap_or(usize::MAX).min(self.most);
        Windows { items: self.items, step: (fitting / unit).max(1) * unit, next: 0 }
    }
}

impl Iterator for Windows {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.next;
        self.next = self.items.min(start.saturating_add(self.step));
        (start < self.items).then_some(start..self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { max_groups: 65_535, max_binding: 128 << 20, alignment: 256 };

    #[test]
    fn folding_covers_every_group_with_less_than_a_row_to_spare() {
        for max_groups in [1, 2, 3, 64, 65_535] {
            let limits = Limits { max_groups, ..LIMITS };
            for groups in
                [1, 2, 3, 63, 64, 65, 127, 1_000].into_iter().filter(|groups| groups / max_groups < max_groups)
            {
                let [width, rows] = limits.fold(groups);
                assert!(width <= max_groups && width * rows >= groups && width * rows - groups < rows, "{groups}");
            }
        }
        assert_eq!(LIMITS.fold(65_535), [65_535, 1]);
        assert_eq!(LIMITS.fold(65_536), [32_768, 2]);
        assert_eq!(LIMITS.fold(0), [0, 1]);
    }

    #[test]
    fn windows_cover_all_items_once_at_aligned_starts_within_the_binding() {
        for (items, max_binding, most) in
            [(0, 4_096, 1_000), (1, 4_096, 1_000), (5_000, 8_192, 600), (70_000, 1 << 20, 1 << 20)]
        {
            let limits = Limits { max_binding, ..LIMITS };
            let bytes_per_item = [4, 12];
            let mut next = 0;
            for range in (Split { items, bytes_per_item: &bytes_per_item, most }).windows(limits) {
                assert_eq!(range.start, next);
                for bytes in bytes_per_item {
                    assert_eq!(range.start as u64 * bytes % limits.alignment, 0);
                    assert!(range.len() as u64 * bytes <= max_binding, "{range:?} of {bytes} bytes an item");
                }
                next = range.end;
            }
            assert_eq!(next, items);
        }
    }
}
