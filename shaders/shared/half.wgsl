// `f32` to the bits of an `f16`, rounded to nearest, ties to even (IEEE 754); `pack2x16float` leaves the rounding open.
// Done in whole numbers, so that NaN and infinity survive: NaN becomes 0x7e00 with its sign.
fn half_of(value: f32) -> u32 {
    let bits = bitcast<u32>(value);
    let sign = (bits >> 16u) & 0x8000u;
    let magnitude = bits & 0x7fffffffu;
    if magnitude > 0x7f800000u {
        return sign | 0x7e00u;
    }
    // From 65,520 on, halfway between the largest f16 and the next power of two, it is infinity.
    if magnitude >= 0x477ff000u {
        return sign | 0x7c00u;
    }
    // Below 2^-14 an f16 is a multiple of 2^-24.
    if magnitude < 0x38800000u {
        let exponent = magnitude >> 23u;
        let shift = 126u - max(exponent, 95u);
        let significand = (magnitude & 0x7fffffu) | 0x800000u;
        return sign | select(rounded(significand, shift), 0u, exponent < 102u);
    }
    return sign | rounded(magnitude - 0x38000000u, 13u);
}

// value / 2^shift to nearest, ties to even; the shift is between 1 and 31.
fn rounded(value: u32, shift: u32) -> u32 {
    let whole = value >> shift;
    let rest = value & ((1u << shift) - 1u);
    let middle = 1u << (shift - 1u);
    let up = rest > middle || (rest == middle && (whole & 1u) == 1u);
    return whole + select(0u, 1u, up);
}
