// Numbers in f32 taken apart, because a device may have no subnormal numbers, and may assume that none is infinite or NaN.

const INFINITE = 0x7f800000u;
// The exponent by which one unit of numbers differs from the next, see `src/tensor/quantize/parameters.rs`.
const UNIT_EXPONENT = 64u;

// Of the bits of a finite number above 0: 24 bits, the first of them set, and the exponent that a normal number with those
// has; below 1 for subnormal numbers.
fn significand(magnitude: u32) -> u32 {
    return select((magnitude & 0x7fffffu) | 0x800000u, magnitude << subnormal_shift(magnitude), magnitude < 0x800000u);
}

fn exponent(magnitude: u32) -> i32 {
    return select(i32(magnitude >> 23u), 1 - i32(subnormal_shift(magnitude)), magnitude < 0x800000u);
}

fn subnormal_shift(magnitude: u32) -> u32 {
    return max(countLeadingZeros(magnitude), 8u) - 8u;
}

// The bits of a finite number of at least 0 times 2^64. It is to be below 2^63.
fn scaled_up(magnitude: u32) -> u32 {
    let bits = ((u32(exponent(magnitude) + 64) << 23u) | (significand(magnitude) & 0x7fffffu));
    return select(bits, 0u, magnitude == 0u);
}

// The bits of a finite number of at least 0 by 2^64; 0 where that is subnormal.
fn scaled_down(magnitude: u32) -> u32 {
    let least = (UNIT_EXPONENT + 1u) << 23u;
    return select(magnitude - (UNIT_EXPONENT << 23u), 0u, magnitude < least);
}
