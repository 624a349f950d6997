// Otsu's level of a histogram, in exact integers, by one invocation. Numbers are 256 bits wide, in sixteen limbs of 16
// bits: a product of two limbs and two carries just fits 32 bits. Twin: `level_of` in `src/image/otsu.rs`.

struct Params {
    unused: u32,
}

alias Wide = array<u32, 16>;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> counts: array<u32, 256>;
@group(0) @binding(2) var<storage, read_write> level: array<u32>;

fn wide(value: u32) -> Wide {
    var result: Wide;
    result[0] = value & 0xffffu;
    result[1] = value >> 16u;
    return result;
}

fn sum(a: Wide, b: Wide) -> Wide {
    var left = a;
    var right = b;
    var result: Wide;
    var carry = 0u;
    for (var i = 0u; i < 16u; i++) {
        let digit = left[i] + right[i] + carry;
        result[i] = digit & 0xffffu;
        carry = digit >> 16u;
    }
    return result;
}

fn product(a: Wide, b: Wide) -> Wide {
    var left = a;
    var right = b;
    var result: Wide;
    for (var i = 0u; i < 16u; i++) {
        var carry = 0u;
        for (var j = 0u; i + j < 16u; j++) {
            let digit = left[i] * right[j] + result[i + j] + carry;
            result[i + j] = digit & 0xffffu;
            carry = digit >> 16u;
        }
    }
    return result;
}

fn is_less(a: Wide, b: Wide) -> bool {
    var left = a;
    var right = b;
    for (var i = 0u; i < 16u; i++) {
        let place = 15u - i;
        if left[place] != right[place] {
            return left[place] < right[place];
        }
    }
    return false;
}

// a - b for a >= b.
fn difference(a: Wide, b: Wide) -> Wide {
    var left = a;
    var right = b;
    var result: Wide;
    var borrow = 0u;
    for (var i = 0u; i < 16u; i++) {
        let digit = left[i] + 0x10000u - right[i] - borrow;
        result[i] = digit & 0xffffu;
        borrow = 1u - (digit >> 16u);
    }
    return result;
}

@compute @workgroup_size(1)
fn main() {
    var pixels = wide(0u);
    var total = wide(0u);
    var lowest = 256u;
    var pixel_count = 0u;
    for (var value = 0u; value < 256u; value++) {
        let count = counts[value];
        if count > 0u && lowest == 256u {
            lowest = value;
        }
        pixel_count += count;
        total = sum(total, product(wide(value), wide(count)));
    }
    pixels = wide(pixel_count);

    // A single level has no split; it is its own answer.
    var best = lowest;
    var best_numerator = wide(0u);
    var best_denominator = wide(1u);
    var below = 0u;
    var below_sum = wide(0u);
    for (var value = 0u; value < 256u; value++) {
        let count = counts[value];
        below += count;
        below_sum = sum(below_sum, product(wide(value), wide(count)));
        let above = pixel_count - below;
        // An empty level splits as the one before it, and the first of equals wins.
        if count == 0u || above == 0u {
            continue;
        }
        let a = product(pixels, below_sum);
        let b = product(wide(below), total);
        var distance = wide(0u);
        if is_less(a, b) {
            distance = difference(b, a);
        } else {
            distance = difference(a, b);
        }
        let numerator = product(distance, distance);
        let denominator = product(wide(below), wide(above));
        if is_less(product(best_numerator, denominator), product(numerator, best_denominator)) {
            best = value;
            best_numerator = numerator;
            best_denominator = denominator;
        }
    }
    level[0] = best;
}
