//! Stable parallel sort of places along the curve: least significant digit first, eight bits a pass. Equal places keep
//! the order of the input, which is what makes every device build the same tree.

use crate::cpu::{ScatterRows, Workers};
use crate::error::Error;

use super::hilbert::Place;

/// Bits of one digit. The upper and the lower half of a place hold 24 bits each, so digits never straddle them.
const DIGIT_BITS: u32 = 8;
const DIGITS: usize = 1 << DIGIT_BITS;
/// Words of a place and shifts, least significant digit first.
const PASSES: [(usize, u32); 6] = [(1, 0), (1, 8), (1, 16), (0, 0), (0, 8), (0, 16)];
/// Fewer places than this are not worth another chunk.
const MIN_CHUNK: usize = 1 << 15;

/// The same places, sorted by place, then by index in the input.
///
/// `places` must be in input order.
pub(super) fn sorted(mut places: Vec<Place>, workers: &Workers) -> Result<Vec<Place>, Error> {
    let len = places.len();
    // A few chunks a worker even out the load; each chunk's digits are counted and moved by one worker.
    let chunk = len.div_ceil(workers.threads() * 4).max(MIN_CHUNK);
    let mut starts = vec![[0_u32; DIGITS]; len.div_ceil(chunk)];
    let mut other = super::tree::zeroed(len)?;
    for (word, shift) in PASSES {
        let digit = |place: &Place| (place[word] >> shift) as usize % DIGITS;
        workers.for_each_chunk(&mut starts, 1, |index, counts| {
            counts[0] = [0; DIGITS];
            for place in &places[index * chunk..len.min((index + 1) * chunk)] {
                counts[0][digit(place)] += 1;
            }
        });
        if turn_counts_into_starts(&mut starts, len) {
            continue;
        }
        let table = ScatterRows::new(&mut other, 1);
        let places_now = &places;
        workers.for_each_chunk(&mut starts, 1, |index, starts| {
            let next = &mut starts[0];
            for place in &places_now[index * chunk..len.min((index + 1) * chunk)] {
                let slot = &mut next[digit(place)];
                #[allow(unsafe_code, reason = "each place has a slot of its own, known only at run time")]
                // SAFETY: the starts are the exclusive prefix sums of the counts over (digit, chunk), so every
                // (digit, chunk) owns as many consecutive slots as it has places, and no slot is given out twice.
                unsafe {
                    table.write_row(*slot as usize, std::slice::from_ref(place));
                }
                *slot += 1;
            }
        });
        std::mem::swap(&mut places, &mut other);
    }
    Ok(places)
}

/// Replaces each chunk's counts by where that chunk's places of each digit go. True where all share one digit, so that
/// the pass changes nothing.
fn turn_counts_into_starts(counts: &mut [[u32; DIGITS]], len: usize) -> bool {
    let mut next = 0;
    for digit in 0..DIGITS {
        let before = next;
        for chunk in counts.iter_mut() {
            let count = chunk[digit];
            chunk[digit] = next;
            next += count;
        }
        if (next - before) as usize == len {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_sorted_and_equal_ones_keep_their_order() {
        let mut state = 7_u32;
        let mut random = |limit: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % limit
        };
        for threads in [1, 3] {
            let workers = Workers::new(Some(threads)).unwrap();
            for (count, limit) in
                [(0, 1), (1, 1), (2, 2), (1_000, 1 << 24), (100_000, 1 << 24), (200_000, 5), (70_000, 1)]
            {
                let places: Vec<Place> = (0..count).map(|index| [random(limit), random(limit), index]).collect();
                let mut expected = places.clone();
                expected.sort();
                assert_eq!(sorted(places, &workers).unwrap(), expected, "{count} places below {limit}");
            }
        }
    }
}
