//! Thresholds that follow the brightness around each pixel.

use super::Picture;

/// OpenCV's `adaptiveThreshold` with `ADAPTIVE_THRESH_MEAN_C`:
///
/// ```text
/// sum  = of the block of n = block * block pixels about (x, y); beyond the border, the border's pixel counts
/// mean = floor((2 sum + n) / (2 n))            the nearest whole number; n is odd, so there never are two
/// THRESH_BINARY      is white where  value >  mean - ceil(c)
/// THRESH_BINARY_INV  is white where  value <= mean - floor(c)
/// ```
///
/// The two are each other's inverse only where `c` is whole.
///
/// # Panics
/// Where `block` is even or below 3, as OpenCV does.
pub fn mean(gray: &Picture<u8>, block: usize, c: f64, is_inverted: bool) -> Vec<u8> {
    assert!(block % 2 == 1 && block > 1);
    let (radius, count) = ((block / 2) as i64, (block * block) as i64);
    let inside = |place: i64, length: usize| place.clamp(0, length as i64 - 1) as usize;
    let cut = |x: usize, y: usize| {
        let mut sum = 0;
        for row in y as i64 - radius..=y as i64 + radius {
            for column in x as i64 - radius..=x as i64 + radius {
                sum += i64::from(gray.at(inside(column, gray.width), inside(row, gray.height), 0));
            }
        }
        let mean = ((2 * sum + count) / (2 * count)) as f64;
        let value = f64::from(gray.at(x, y, 0));
        let is_white = if is_inverted { value <= mean - c.floor() } else { value > mean - c.ceil() };
        u8::from(is_white) * 255
    };
    Picture::from_fn(gray.width, gray.height, 1, |x, y, _| cut(x, y)).samples
}
