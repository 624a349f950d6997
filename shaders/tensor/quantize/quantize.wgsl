// Numbers to 8-bit integers. An invocation takes 16 numbers, 64 bytes in and 16 out, each read and written once, 16 bytes at
// a time. Twin: `quantize` in `src/tensor/rows/quantize.rs`.

@group(0) @binding(3) var<storage, read> source: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> result: array<vec4u>;

// The distance from 0 of the integer nearest to `x / scale`, where the quotient is rounded to f32 first, and ties are even
// both times; anything above 1,024 for one that is larger.
//
// A device's quotient may be off by 2.5 units in the last place, and whether a multiplication and a subtraction are fused is
// not ours to say. Both are taken as whole numbers here: x is m 2^k in units in which scale is s, each of m and s of 24 bits.
// An inexact quotient finds the integer unless it is close to half way, that is, to h = j + 1/2. There the remainder
// r = 4 (m 2^k - h s) tells: it is small, so that it comes out right although what it is the difference of may wrap. With
// u the last place of h, the quotient rounds to more than h if r > 2 s u, to less if r < -2 s u, or if h is 1/2, whose
// last place is finer below, r < -s u. Never is it just half way between two numbers in f32: s would have to have no digits.
fn nearest(magnitude: u32) -> i32 {
    if magnitude == 0u {
        return 0;
    }
    let k = exponent(magnitude) - i32(scale >> 23u);
    if k < -2 {
        return 0;
    }
    if k > 10 || magnitude >= INFINITE {
        return 2048;
    }
    let m = significand(magnitude);
    let s = significand(scale);
    let ratio = f32(m) / f32(s) * bitcast<f32>(u32(127 + k) << 23u);
    let below = floor(ratio);
    let rest = ratio - below;
    let j = i32(below);
    let to_even = j + (j & 1);
    if abs(rest - 0.5) > ratio * 0x1p-20 {
        return select(j, j + 1, rest > 0.5);
    }
    let r = bitcast<i32>((m << u32(k + 2)) - 2u * u32(2 * j + 1) * s);
    let last_place = select(i32(firstLeadingBit(u32(max(j, 1)))), -1, j == 0);
    let scaled = r << u32(22 - last_place);
    let finer = select(1, 2, j == 0);
    if scaled > i32(s) {
        return j + 1;
    }
    return select(to_even, j, -scaled * finer > i32(s));
}

fn integer_of(bits: u32) -> u32 {
    let magnitude = bits & 0x7fffffffu;
    if magnitude > INFINITE {
        return u32(zero_point) & 255u;
    }
    let size = nearest(magnitude);
    let integer = zero_point + select(size, -size, bits > 0x7fffffffu);
    return u32(clamp(integer, LEAST, GREATEST)) & 255u;
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let item = unfolded(workgroup, grid, local);
    let first = 16u * item;
    if first >= params.numbers {
        return;
    }
    begin_at(first);
    var words = vec4u(0u);
    for (var word = 0u; word < 4u; word++) {
        if first + 4u * word < params.numbers {
            let numbers = source[4u * item + word];
            for (var lane = 0u; lane < 4u; lane++) {
                words[word] |= integer_of(numbers[lane]) << (8u * lane);
                advance();
            }
        }
    }
    result[item] = words;
}
