//! Work a pixel at a time, on all cores.

use std::num::NonZero;
use std::thread;

/// The result for every pixel, row by row, in place of `blank`.
pub fn per_pixel<T: Copy + Send>(width: usize, height: usize, blank: T, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut results = vec![blank; width * height];
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let band = (width * height).div_ceil(threads).max(1);
    thread::scope(|scope| {
        for (index, part) in results.chunks_mut(band).enumerate() {
            let work = &work;
            scope.spawn(move || {
                for (offset, result) in part.iter_mut().enumerate() {
                    *result = work(index * band + offset);
                }
            });
        }
    });
    results
}
