//! How often each byte occurs.

use fearless_simd::{Level, Simd, dispatch};

/// Values of a byte.
pub(crate) const LEVELS: usize = 256;

/// Samples after which the tables are emptied, so that 32 bits suffice whatever is counted.
const BLOCK: usize = 1 << 30;

/// Adds how often each value of `from` occurs to `counts`. Eight tables take turns: where neighbours are alike, as in
/// all photographs, an increment would otherwise wait for the one before it.
pub(crate) fn histogram(level: Level, from: &[u8], counts: &mut [u64; LEVELS]) {
    for block in from.chunks(BLOCK) {
        dispatch!(level, simd => count(simd, block, counts));
    }
}

#[inline(always)]
fn count<S: Simd>(_: S, from: &[u8], counts: &mut [u64; LEVELS]) {
    let mut tables = [[0_u32; 256]; 8];
    let (words, rest) = from.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        for (index, table) in tables.iter_mut().enumerate() {
            table[(word >> (8 * index)) as usize & 0xff] += 1;
        }
    }
    for value in rest {
        tables[0][usize::from(*value)] += 1;
    }
    for (value, count) in counts.iter_mut().enumerate() {
        *count += tables.iter().map(|table| u64::from(table[value])).sum::<u64>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::SimdLevel;

    #[test]
    fn counts_are_those_of_counting_one_by_one() {
        let noise: Vec<u8> = (0..5_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let flat = vec![255; 5_000];
        for level in SimdLevel::available().into_iter().map(|level| SimdLevel::capped(Some(level))) {
            for (image, len) in (0..200).chain([4_990]).flat_map(|len| [(&noise, len), (&flat, len)]) {
                let from = &image[len % 9..][..len];
                let mut expected = [1; 256];
                from.iter().for_each(|value| expected[usize::from(*value)] += 1);
                let mut counts = [1; 256];
                histogram(level, from, &mut counts);
                assert_eq!(counts, expected, "{level:?}, {len} values");
            }
        }
    }
}
