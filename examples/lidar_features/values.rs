//! Values of flags that are more than a number or a name.

use std::ops::RangeInclusive;

/// The smallest and the largest number of an optimal neighbourhood, from `MIN:MAX`.
pub fn parse_range(text: &str) -> Result<RangeInclusive<usize>, String> {
    let wanted = || "give the fewest and the most neighbours, such as 10:50".to_owned();
    let (min, max) = text.split_once(':').ok_or_else(wanted)?;
    let number = |part: &str| part.trim().parse::<usize>().map_err(|_| wanted());
    let (min, max) = (number(min)?, number(max)?);
    if min >= 3 && min <= max && max <= 256 {
        return Ok(min..=max);
    }
    Err("the fewest is at least 3, the most at most 256 and no less than the fewest".to_owned())
}

/// A distance: finite and above 0.
pub fn parse_radius(text: &str) -> Result<f64, String> {
    let radius = text.trim().parse().ok().filter(|radius: &f64| radius.is_finite() && *radius > 0.0);
    radius.ok_or_else(|| "a radius is a number above 0, in units of the coordinates".to_owned())
}

/// A point, from `X,Y,Z`.
pub fn parse_point(text: &str) -> Result<[f64; 3], String> {
    let numbers: Option<Vec<f64>> =
        text.split(',').map(|part| part.trim().parse().ok().filter(|value: &f64| value.is_finite())).collect();
    numbers
        .and_then(|numbers| numbers.try_into().ok())
        .ok_or_else(|| "give three numbers, such as 650000,6860000,1200".to_owned())
}

/// Bytes: a whole number, with K, M, G or T after it for so many times 1024.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let shift = match text[digits.len()..].trim().to_ascii_uppercase().trim_end_matches("IB").trim_end_matches('B') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => 64,
    };
    let number = digits.parse::<u64>().ok().filter(|_| shift < 64);
    number
        .and_then(|number| number.checked_mul(1 << (shift % 64)))
        .ok_or_else(|| "give bytes, such as 536870912, 512M or 2G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_take_binary_multiples() {
        let cases = [
            ("1048576", 1 << 20),
            ("512M", 512 << 20),
            ("2G", 2 << 30),
            ("2g", 2 << 30),
            ("64 MiB", 64 << 20),
            ("3KB", 3072),
        ];
        for (text, bytes) in cases {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "-1", "1.5G", "2X", "99999999T", "2GG"] {
            assert_eq!(parse_bytes(text), Err("give bytes, such as 536870912, 512M or 2G".to_owned()), "{text}");
        }
    }

    #[test]
    fn ranges_radii_and_points_are_read_or_answered_with_what_they_should_be() {
        assert_eq!(parse_range("10:50"), Ok(10..=50));
        for text in ["10", "2:9", "9:8", "3:257", "a:b", "-3:5", ""] {
            assert!(parse_range(text).is_err(), "{text}");
        }
        assert_eq!(parse_radius("0.5"), Ok(0.5));
        for text in ["0", "-1", "nan", "inf", "1m"] {
            assert!(parse_radius(text).is_err(), "{text}");
        }
        assert_eq!(parse_point("1, -2.5,3e2"), Ok([1.0, -2.5, 300.0]));
        for text in ["1,2", "1,2,3,4", "a,b,c", "1,2,inf"] {
            assert!(parse_point(text).is_err(), "{text}");
        }
    }
}
