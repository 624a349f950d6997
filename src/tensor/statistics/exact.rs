//! Quotients and roots of whole numbers, rounded to `f32` once, ties to even. Twins of
//! `shaders/tensor/statistics/exact.wgsl`: a GPU's own division and root may be off by some units in the last place.

/// The factor and offset computed here have this many bits before rounding: three more than `f32` keeps.
const BITS: u32 = 27;

/// `numerator / denominator * 2^exponent` for a numerator below 2^96 and a denominator from 1 to 2^64.
pub(super) fn ratio(numerator: u128, denominator: u128, exponent: i32) -> f32 {
    if numerator == 0 {
        return 0.0;
    }
    let length = |value: u128| (u128::BITS - value.leading_zeros()) as i32;
    let difference = length(numerator) - length(denominator);
    // Aligned, the quotient is above 1/2 and below 2.
    let (numerator, denominator) = match u32::try_from(difference) {
        Ok(difference) => (numerator, denominator << difference),
        Err(_) => (numerator << -difference, denominator),
    };
    let shifted = numerator << (BITS - 1);
    let quotient = (shifted / denominator) as u32;
    rounded(quotient | u32::from(!shifted.is_multiple_of(denominator)), difference - (BITS as i32 - 1) + exponent)
}

/// `1 / sqrt(value)` for a normal number above 0.
pub(super) fn inverse_root(value: f32) -> f32 {
    let bits = value.to_bits();
    let mut exponent = (bits >> 23) as i32 - 150;
    let mut mantissa = u128::from(bits & 0x7f_ffff | 0x80_0000);
    if exponent & 1 == 1 {
        mantissa <<= 1;
        exponent -= 1;
    }
    // The largest root with root^2 * mantissa <= 2^76, bit by bit: 2^38 / sqrt(mantissa).
    let mut root = 0_u32;
    for bit in (0..BITS).rev() {
        let longer = u128::from(root | 1 << bit);
        if longer * longer * mantissa <= 1 << 76 {
            root |= 1 << bit;
        }
    }
    let is_exact = u128::from(root) * u128::from(root) * mantissa == 1 << 76;
    rounded(root | u32::from(!is_exact), -38 - exponent / 2)
}

/// `digits * 2^exponent` for digits of 26 or 27 bits, the last of which also stands for all that were cut off.
/// Below the normal numbers 0, beyond them the largest.
fn rounded(digits: u32, exponent: i32) -> f32 {
    let length = u32::BITS - digits.leading_zeros();
    let cut = length - 24;
    let (kept, rest, half) = (digits >> cut, digits & ((1 << cut) - 1), 1 << (cut - 1));
    let up = rest > half || (rest == half && kept & 1 == 1);
    let exponent = exponent + length as i32 - 1 + 127;
    if exponent < 1 {
        return 0.0;
    }
    if exponent > 253 {
        return f32::MAX;
    }
    // A carry out of the mantissa makes the exponent one more, as it should.
    f32::from_bits(((exponent as u32) << 23) + (kept - (1 << 23)) + u32::from(up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_those_of_f64_where_it_is_exact_enough() {
        let mut state = 1_u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (n, d) = (u128::from(state >> 40), u128::from(state & 0xf_ffff) + 1);
            // Both below 2^24: one rounding to f64 and one to f32 cannot differ from a single one.
            assert_eq!(ratio(n, d, 0), (n as f64 / d as f64) as f32, "{n} / {d}");
            assert_eq!(ratio(n, d, -9), (n as f64 / d as f64 / 512.0) as f32, "{n} / {d}");
        }
        assert_eq!(ratio((1 << 96) - 1, 1, 0), 2_f32.powi(96));
        assert_eq!(ratio(1, 1 << 64, 0), 2_f32.powi(-64));
        assert_eq!(ratio(1, 3, -126), 0.0);
    }

    #[test]
    fn ties_go_to_even() {
        let above = (1_u128 << 24) + 1;
        assert_eq!(ratio(above, 1, 0), 16_777_216.0);
        assert_eq!(ratio(above + 2, 1, 0), 16_777_220.0);
        assert_eq!(ratio((above << 40) + 1, 1 << 40, 0), 16_777_218.0);
    }

    #[test]
    fn inverse_roots_are_within_the_rounding_of_f64() {
        for value in [1.0, 4.0, 2.0, 3.0, 0.25, 1e-30, 1e30, f32::MIN_POSITIVE, f32::MAX, 5_418.7] {
            let expected = 1.0 / f64::from(value).sqrt();
            assert_eq!(inverse_root(value), expected as f32, "{value}");
        }
        let mut bits = 0x0080_0000_u32;
        while bits < 0x7f80_0000 {
            let value = f32::from_bits(bits);
            let difference = f64::from(inverse_root(value)) * f64::from(value).sqrt() - 1.0;
            assert!(difference.abs() <= 2_f64.powi(-24) * (1.0 + 1e-7), "{value}: {difference}");
            bits += 104_729;
        }
    }
}
