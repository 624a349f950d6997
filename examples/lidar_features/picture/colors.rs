//! Colour maps as polynomials of degree six.

/// Red, green and blue of a share in 0..1, each in 0..1.
pub fn color(share: f32) -> [f32; 3] {
    // Fitted to viridis, of Smith and van der Walt (matplotlib, CC0), by Matt Zucker (CC0).
    const VIRIDIS: [[f32; 3]; 7] = [
        [0.277_727_33, 0.005_407_344_5, 0.334_099_8],
        [0.105_093_04, 1.404_613_5, 1.384_590_2],
        [-0.330_861_83, 0.214_847_56, 0.095_095_16],
        [-4.634_230_5, -5.799_101, -19.332_441],
        [6.228_27, 14.179_933, 56.690_553],
        [4.776_385, -13.745_145, -65.353_03],
        [-5.435_456, 4.645_852_6, 26.312_435],
    ];
    polynomial(&VIRIDIS, share)
}

fn polynomial(coefficients: &[[f32; 3]; 7], share: f32) -> [f32; 3] {
    let share = share.clamp(0.0, 1.0);
    let horner = |channel: usize| {
        let value = coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * share + coefficient[channel]);
        value.clamp(0.0, 1.0)
    };
    [horner(0), horner(1), horner(2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_those_of_viridis() {
        // matplotlib: #440154 and #fde725.
        let cases = [(0.0, [0x44, 0x01, 0x54]), (1.0, [0xfd, 0xe7, 0x25])];
        for (share, expected) in cases {
            let bytes = color(share).map(|value| (value * 255.0).round());
            for (byte, expected) in bytes.into_iter().zip(expected) {
                assert!((byte - f32::from(expected as u8)).abs() <= 6.0, "{share}: {bytes:?}");
            }
        }
    }
}
