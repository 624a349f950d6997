//! Width and height as a flag gives them.

/// Parses `640x480`; neither side may be 0.
pub fn parse_size(text: &str) -> Result<(usize, usize), String> {
    let sides = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    sides.filter(|(width, height)| *width > 0 && *height > 0).ok_or_else(|| "it is not a size such as 640x480".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_width_and_a_height() {
        assert_eq!(parse_size("640x480"), Ok((640, 480)));
        for wrong in ["0x0", "640", "x", "640x", "-1x5", "1x2x3"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
