//! The references' own parallelism, which has nothing to do with the library's.

/// Calls `body` for ranges that cover `0..count`, on all CPUs; the first error, in the order of the ranges, wins.
pub fn for_ranges<E: Send>(
    count: usize,
    body: impl Fn(std::ops::Range<usize>) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(count.max(1));
    let range = |thread: usize| thread * count / threads..(thread + 1) * count / threads;
    let body = &body;
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(move || body(range(thread)))).collect();
        handles.into_iter().try_for_each(|handle| handle.join().expect("the reference does not panic"))
    })
}

/// `count` values, made on all CPUs.
pub fn map<T: Send + Default + Clone>(count: usize, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut values = vec![T::default(); count];
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let chunk = count.div_ceil(threads).max(1);
    let make = &make;
    std::thread::scope(|scope| {
        for (part, values) in values.chunks_mut(chunk).enumerate() {
            scope.spawn(move || {
                values.iter_mut().enumerate().for_each(|(index, value)| *value = make(part * chunk + index));
            });
        }
    });
    values
}
