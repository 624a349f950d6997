//! Rows written in input order by workers that go along the space-filling curve. Each input index occurs once in the
//! curve's order, so no two workers ever write the same row; the type below is where that argument lives.
#![allow(
    unsafe_code,
    reason = "disjoint rows of one slice, written from several threads in an order known at run time"
)]

use std::cell::UnsafeCell;

/// A table of rows that several threads fill, each row once.
pub(crate) struct ScatterRows<'a, T> {
    values: &'a [UnsafeCell<T>],
    width: usize,
}

// SAFETY: the only access is `write_row`, whose caller promises that no row is written by two threads at a time, so
// sharing the table shares no value; the values themselves move between threads, hence `T: Send`.
unsafe impl<T: Send> Sync for ScatterRows<'_, T> {}

impl<'a, T: Copy> ScatterRows<'a, T> {
    /// A table over `values`, in rows of `width`.
    pub(crate) fn new(values: &'a mut [T], width: usize) -> Self {
        let len = values.len();
        let pointer = values.as_mut_ptr().cast::<UnsafeCell<T>>();
        // SAFETY: the slice is borrowed exclusively for 'a, and `UnsafeCell<T>` has the layout of `T`.
        let values = unsafe { std::slice::from_raw_parts(pointer, len) };
        Self { values, width }
    }

    /// Writes the row at `row`; rows outside the table panic.
    ///
    /// # Safety
    /// No other call may write the same row during the life of this table.
    #[inline(always)]
    pub(crate) unsafe fn write_row(&self, row: usize, from: &[T]) {
        let cells = &self.values[row * self.width..(row + 1) * self.width];
        assert_eq!(from.len(), cells.len(), "a row has the table's width");
        // SAFETY: `cells` is in bounds and as long as `from`; the caller promises that nobody else writes this row,
        // and nothing reads it before the exclusive borrow that made the table ends.
        unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), cells.as_ptr().cast::<T>().cast_mut(), from.len()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_land_where_they_belong_from_several_threads() {
        let mut values = vec![0_u32; 3 * 100];
        let table = ScatterRows::new(&mut values, 3);
        std::thread::scope(|scope| {
            for start in 0..4 {
                let table = &table;
                scope.spawn(move || {
                    for row in (start..100).step_by(4) {
                        let first = row as u32 * 3;
                        // SAFETY: the four threads write rows of different remainders by four.
                        unsafe { table.write_row(row, &[first, first + 1, first + 2]) };
                    }
                });
            }
        });
        assert!(values.into_iter().eq(0..300));
    }
}
