// Otsu's level of each histogram, in exact integers, by one workgroup: an invocation scores the split at its own level,
// then the best is found in pairs. Numbers are limbs of 16 bits, least significant first: a product of two limbs and
// two carries just fits 32 bits. Twin: `level_of` in `src/image/otsu.rs`.
//
// No loop here is long: llvmpipe (as of Mesa 22.3) ends an invocation's loops after 65,535 rounds in all, silently.

struct Params {
    images: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> counts: array<u32>; // 256 an image
@group(0) @binding(2) var<storage, read_write> level: array<u32>;

// Below 2^32 pixels: counts take 2 limbs, sums of levels 3, their products 5, the square of those 10, the product of
// two counts 4, and what is compared 14.
const NUMERATOR_LIMBS = 10u;
const DENOMINATOR_LIMBS = 4u;
const LIMBS = 14u;

// Slots of an invocation's own numbers.
const A = 0u;
const B = 1u;
const C = 2u;
const D = 3u;
const E = 4u;

var<private> limbs: array<u32, LIMBS * 5u>;

var<workgroup> numerators: array<u32, NUMERATOR_LIMBS * 256u>;
var<workgroup> denominators: array<u32, DENOMINATOR_LIMBS * 256u>;
var<workgroup> levels: array<u32, 256>;

fn assign(slot: u32, value: u32) {
    for (var i = 0u; i < LIMBS; i++) {
        limbs[slot * LIMBS + i] = 0u;
    }
    limbs[slot * LIMBS] = value & 0xffffu;
    limbs[slot * LIMBS + 1u] = value >> 16u;
}

// to += value * count, where the sum stays below 3 limbs.
fn add_levels(to: u32, value: u32, count: u32) {
    let low = limbs[to * LIMBS] + (count & 0xffffu) * value;
    let middle = limbs[to * LIMBS + 1u] + (count >> 16u) * value + (low >> 16u);
    limbs[to * LIMBS] = low & 0xffffu;
    limbs[to * LIMBS + 1u] = middle & 0xffffu;
    limbs[to * LIMBS + 2u] += middle >> 16u;
}

// to = a * b; `to` is neither of them.
fn multiply(to: u32, a: u32, a_limbs: u32, b: u32, b_limbs: u32) {
    assign(to, 0u);
    for (var i = 0u; i < a_limbs; i++) {
        var carry = 0u;
        for (var j = 0u; j < b_limbs; j++) {
            let place = to * LIMBS + i + j;
            let digit = limbs[a * LIMBS + i] * limbs[b * LIMBS + j] + limbs[place] + carry;
            limbs[place] = digit & 0xffffu;
            carry = digit >> 16u;
        }
        if i + b_limbs < LIMBS {
            limbs[to * LIMBS + i + b_limbs] = carry;
        }
    }
}

fn is_less(a: u32, b: u32) -> bool {
    var less = false;
    var same = true;
    for (var i = LIMBS; i > 0u; i--) {
        let left = limbs[a * LIMBS + i - 1u];
        let right = limbs[b * LIMBS + i - 1u];
        less = select(less, left < right, same);
        same = same && left == right;
    }
    return less;
}

// to = a - b for a >= b.
fn subtract(to: u32, a: u32, b: u32) {
    var borrow = 0u;
    for (var i = 0u; i < LIMBS; i++) {
        let digit = limbs[a * LIMBS + i] + 0x10000u - limbs[b * LIMBS + i] - borrow;
        limbs[to * LIMBS + i] = digit & 0xffffu;
        borrow = 1u - (digit >> 16u);
    }
}

// Scores the split at `value`: the between-class variance as a fraction, 0 / 1 where there is no split.
fn score(first: u32, value: u32) {
    var pixels = 0u;
    var below = 0u;
    assign(A, 0u); // sum of all levels
    assign(B, 0u); // sum of those at or below the value
    for (var other = 0u; other < 256u; other++) {
        let count = counts[first + other];
        let count_below = select(0u, count, other <= value);
        pixels += count;
        below += count_below;
        add_levels(A, other, count);
        add_levels(B, other, count_below);
    }
    assign(E, below);
    multiply(C, A, 3u, E, 2u);
    assign(E, pixels);
    multiply(D, B, 3u, E, 2u);
    if is_less(C, D) {
        subtract(A, D, C);
    } else {
        subtract(A, C, D);
    }
    for (var i = 0u; i < LIMBS; i++) {
        limbs[B * LIMBS + i] = limbs[A * LIMBS + i];
    }
    multiply(C, A, 5u, B, 5u);
    assign(A, below);
    assign(B, pixels - below);
    multiply(D, A, 2u, B, 2u);
    // An empty level splits as the one before it.
    if counts[first + value] == 0u || below == pixels {
        assign(C, 0u);
        assign(D, 1u);
    }
    for (var i = 0u; i < NUMERATOR_LIMBS; i++) {
        numerators[value * NUMERATOR_LIMBS + i] = limbs[C * LIMBS + i];
    }
    for (var i = 0u; i < DENOMINATOR_LIMBS; i++) {
        denominators[value * DENOMINATOR_LIMBS + i] = limbs[D * LIMBS + i];
    }
}

// to = the numerator of one split times the denominator of another.
fn cross(to: u32, numerator: u32, denominator: u32) {
    assign(A, 0u);
    assign(B, 0u);
    for (var i = 0u; i < NUMERATOR_LIMBS; i++) {
        limbs[A * LIMBS + i] = numerators[numerator * NUMERATOR_LIMBS + i];
    }
    for (var i = 0u; i < DENOMINATOR_LIMBS; i++) {
        limbs[B * LIMBS + i] = denominators[denominator * DENOMINATOR_LIMBS + i];
    }
    multiply(to, A, NUMERATOR_LIMBS, B, DENOMINATOR_LIMBS);
}

// The larger score wins; of equals the lower level, of levels without a split one that has pixels.
fn decide(first: u32, local: u32, here: u32, there: u32) {
    let equal = !is_less(C, D) && !is_less(D, C);
    let lower = min(here, there);
    let higher = max(here, there);
    let of_equals = select(higher, lower, counts[first + lower] > 0u || counts[first + higher] == 0u);
    levels[local] = select(select(here, there, is_less(C, D)), of_equals, equal);
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let image = workgroup.y * grid.x + workgroup.x;
    if image >= params.images {
        return;
    }
    let first = 256u * image;
    score(first, local);
    // Where no level splits the pixels, the lowest that has any is the answer.
    levels[local] = local;
    workgroupBarrier();
    for (var step = 128u; step > 0u; step >>= 1u) {
        if local < step {
            let here = levels[local];
            let there = levels[local + step];
            cross(C, here, there);
            cross(D, there, here);
            decide(first, local, here, there);
        }
        workgroupBarrier();
    }
    if local == 0u {
        level[image] = levels[0];
    }
}
