//! The largest value that a colour can have: files keep 8-bit colours in 16 bits and do not say so.

use std::fmt;

/// The largest value, and why it was taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColorRange {
    pub maximum: u16,
    evidence: Evidence,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Evidence {
    Told,
    /// The largest value there is.
    Seen(u16),
}

impl ColorRange {
    /// What a person said, else 65535, unless no value exceeds 255.
    pub fn of(told: Option<u16>, largest: u16) -> Self {
        match told {
            Some(maximum) => Self { maximum, evidence: Evidence::Told },
            None => Self { maximum: if largest > 255 { 65_535 } else { 255 }, evidence: Evidence::Seen(largest) },
        }
    }
}

impl fmt::Display for ColorRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "colours of 0 to {}, ", self.maximum)?;
        match self.evidence {
            Evidence::Told => f.write_str("as --color-max says"),
            Evidence::Seen(largest) if self.maximum > 255 => write!(f, "because {largest} is among them"),
            Evidence::Seen(_) => f.write_str("because none exceeds 255; --color-max 65535 if they are only dark"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_what_is_told_or_seen_and_says_why() {
        let cases = [
            (Some(65_535), 12, 65_535, "colours of 0 to 65535, as --color-max says"),
            (None, 64_256, 65_535, "colours of 0 to 65535, because 64256 is among them"),
            (None, 255, 255, "colours of 0 to 255, because none exceeds 255; --color-max 65535 if they are only dark"),
        ];
        for (told, largest, maximum, text) in cases {
            let range = ColorRange::of(told, largest);
            assert_eq!((range.maximum, range.to_string()), (maximum, text.to_owned()));
        }
    }
}
