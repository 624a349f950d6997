//! The colour map, as a polynomial.

/// Red, green and blue of a share in 0..1, each in 0..1.
///
/// Turbo (Mikhailov, Google, 2019, Apache-2.0), in the polynomial fitted by Ruofei Du, without its darkest ends: the
/// picture is lit on top of it.
pub fn color(share: f32) -> [f32; 3] {
    const TURBO: [[f32; 3]; 6] = [
        [0.135_721_38, 0.091_402_61, 0.106_673_3],
        [4.615_392_6, 2.194_188_4, 12.641_946],
        [-42.660_324, 4.842_966_6, -60.582_047],
        [132.131_09, -14.185_034, 110.362_77],
        [-152.942_4, 4.277_298_6, -89.903_11],
        [59.286_38, 2.829_566, 27.348_25],
    ];
    let place = 0.07 + 0.86 * share.clamp(0.0, 1.0);
    [0, 1, 2].map(|channel| {
        let value = TURBO.iter().rev().fold(0.0, |sum, coefficient| sum * place + coefficient[channel]);
        value.clamp(0.0, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_runs_from_blue_over_green_to_red() {
        let [low, middle, high] = [0.0, 0.5, 1.0].map(color);
        assert!(low[2] > low[0] && low[2] > low[1], "{low:?}");
        assert!(middle[1] > middle[0] && middle[1] > middle[2], "{middle:?}");
        assert!(high[0] > high[1] && high[0] > high[2], "{high:?}");
    }
}
