//! Pictures of many sizes for a machine that has none, the same each time.

use image::{Rgb, RgbImage};

/// How many there are.
pub const PICTURES: u32 = 200;
/// How many sizes they have, from 161 x 121 to 1054 x 786.
const SIZES: u32 = 20;

/// Slanted bands, of other colours and widths in each picture.
pub fn picture(index: u32) -> RgbImage {
    let (width, height) = size(index);
    // Neighbouring numbers times the golden ratio differ in all their upper bits.
    let seed = (index + 1).wrapping_mul(0x9e37_79b9);
    let slopes = [0, 8, 16].map(|shift| ((seed >> shift) & 15, (seed >> (shift + 4)) & 15));
    RgbImage::from_fn(width, height, |x, y| Rgb(slopes.map(|(across, down)| ((across * x + down * y) >> 3) as u8)))
}

/// Sizes are mixed, and the first is a middle one: a stream takes all items to be like it.
fn size(index: u32) -> (u32, u32) {
    let step = (7 * index + SIZES / 2) % SIZES;
    (161 + 47 * step, 121 + 35 * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_differ_and_come_in_twenty_sizes() {
        let sizes: std::collections::BTreeSet<_> = (0..PICTURES).map(size).collect();
        assert_eq!((sizes.len(), sizes.first(), sizes.last()), (20, Some(&(161, 121)), Some(&(1054, 786))));
        assert_eq!(picture(3), picture(3));
        assert_ne!(picture(0).as_raw(), picture(20).as_raw());
    }
}
