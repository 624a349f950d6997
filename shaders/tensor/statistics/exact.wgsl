// Quotients and roots of whole numbers, rounded to f32 once, ties to even. Numbers of 128 bits are four words, the
// lowest first. A device's own division and root may be off by some units in the last place. Twin:
// `src/tensor/statistics/exact.rs`.

const BITS = 27u;

fn product(a: u32, b: u32) -> vec2u {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let first = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let second = (a & 0xffffu) * (b >> 16u) + (first & 0xffffu);
    return vec2u((second << 16u) | (low & 0xffffu), (a >> 16u) * (b >> 16u) + (first >> 16u) + (second >> 16u));
}

fn sum_of(a: vec4u, b: vec4u) -> vec4u {
    var result = a + b;
    let carries = select(vec4u(0u), vec4u(1u), result < a);
    result.y += carries.x;
    let second = carries.y + select(0u, 1u, result.y < carries.x);
    result.z += second;
    let third = carries.z + select(0u, 1u, result.z < second);
    result.w += third;
    return result;
}

fn is_below(a: vec4u, b: vec4u) -> bool {
    if a.w != b.w {
        return a.w < b.w;
    }
    if a.z != b.z {
        return a.z < b.z;
    }
    if a.y != b.y {
        return a.y < b.y;
    }
    return a.x < b.x;
}

// a - b for a >= b: the sum of a, the complement of b, and one.
fn difference_of(a: vec4u, b: vec4u) -> vec4u {
    return sum_of(sum_of(a, ~b), vec4u(1u, 0u, 0u, 0u));
}

fn doubled(a: vec4u) -> vec4u {
    return (a << vec4u(1u)) | vec4u(0u, a.x >> 31u, a.y >> 31u, a.z >> 31u);
}

fn length_of(a: vec4u) -> u32 {
    if a.w > 0u {
        return 128u - countLeadingZeros(a.w);
    }
    if a.z > 0u {
        return 96u - countLeadingZeros(a.z);
    }
    if a.y > 0u {
        return 64u - countLeadingZeros(a.y);
    }
    return 32u - countLeadingZeros(a.x);
}

fn is_zero(a: vec4u) -> bool {
    return (a.x | a.y | a.z | a.w) == 0u;
}

// a * b for products below 2^128.
fn times(a: vec4u, b: u32) -> vec4u {
    let x = product(a.x, b);
    let y = product(a.y, b);
    let z = product(a.z, b);
    let w = product(a.w, b);
    return sum_of(vec4u(x.x, y.x, z.x, w.x), vec4u(0u, x.y, y.y, z.y));
}

// a * a for a below 2^64.
fn square(a: vec2u) -> vec4u {
    let wide = vec4u(a, 0u, 0u);
    let high = times(wide, a.y);
    return sum_of(times(wide, a.x), vec4u(0u, high.x, high.y, high.z));
}

// The bits of digits * 2^exponent for digits of 26 or 27 bits, the last of which also stands for all that were cut off.
fn rounded(digits: u32, exponent: i32) -> u32 {
    let length = 32u - countLeadingZeros(digits);
    let cut = length - 24u;
    let kept = digits >> cut;
    let rest = digits & ((1u << cut) - 1u);
    let half = 1u << (cut - 1u);
    let up = rest > half || (rest == half && (kept & 1u) == 1u);
    let biased = exponent + i32(length) + 126;
    if biased < 1 {
        return 0u;
    }
    if biased > 253 {
        return 0x7f7fffffu;
    }
    return (u32(biased) << 23u) + (kept - 0x800000u) + select(0u, 1u, up);
}

// The bits of numerator / denominator * 2^exponent, for a numerator below 2^96 and a denominator from 1 to 2^64.
fn ratio(numerator: vec4u, denominator: vec4u, exponent: i32) -> u32 {
    if is_zero(numerator) {
        return 0u;
    }
    let difference = i32(length_of(numerator)) - i32(length_of(denominator));
    var rest = numerator;
    var divisor = denominator;
    for (var i = 0; i < difference; i++) {
        divisor = doubled(divisor);
    }
    for (var i = difference; i < 0; i++) {
        rest = doubled(rest);
    }
    var quotient = 0u;
    for (var i = 0u; i < BITS; i++) {
        quotient <<= 1u;
        if !is_below(rest, divisor) {
            rest = difference_of(rest, divisor);
            quotient |= 1u;
        }
        rest = doubled(rest);
    }
    return rounded(quotient | select(1u, 0u, is_zero(rest)), difference - 26 + exponent);
}

// The bits of 1 / sqrt(value), for the bits of a normal number above 0.
fn inverse_root(bits: u32) -> u32 {
    var exponent = i32(bits >> 23u) - 150;
    var mantissa = (bits & 0x7fffffu) | 0x800000u;
    if (exponent & 1) == 1 {
        mantissa <<= 1u;
        exponent -= 1;
    }
    // The largest root with root^2 * mantissa <= 2^76.
    let limit = vec4u(0u, 0u, 1u << 12u, 0u);
    var root = 0u;
    for (var i = BITS; i > 0u; i--) {
        let longer = root | (1u << (i - 1u));
        if !is_below(limit, times(vec4u(product(longer, longer), 0u, 0u), mantissa)) {
            root = longer;
        }
    }
    let is_exact = all(times(vec4u(product(root, root), 0u, 0u), mantissa) == limit);
    return rounded(root | select(1u, 0u, is_exact), -38 - exponent / 2);
}
