// Moments of neighbours that come in no particular order: sums of whole numbers of 64 bits, in two words with the lower one
// first, which wrap around. Behind `radius.wgsl` and `moments.wgsl`. Twin: `src/points/features/fixed_point.rs`, number by
// number.

var<private> center: vec3f;
var<private> found: u32;
var<private> sum_x: vec2u;
var<private> sum_y: vec2u;
var<private> sum_z: vec2u;
var<private> sum_xx: vec2u;
var<private> sum_xy: vec2u;
var<private> sum_xz: vec2u;
var<private> sum_yy: vec2u;
var<private> sum_yz: vec2u;
var<private> sum_zz: vec2u;
var<private> reach: f32;
var<private> heights: vec2f;

fn added(a: vec2u, b: vec2u) -> vec2u {
    let low = a.x + b.x;
    return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn negated(a: vec2u) -> vec2u {
    return added(~a, vec2u(1u, 0u));
}

fn widened(a: i32) -> vec2u {
    return vec2u(bitcast<u32>(a), bitcast<u32>(a >> 31u));
}

// All 64 bits of the product of two words, from products of their halves.
fn product_of_words(a: u32, b: u32) -> vec2u {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
    return vec2u(a * b, (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u));
}

fn product(a: vec2u, b: vec2u) -> vec2u {
    let low = product_of_words(a.x, b.x);
    return vec2u(low.x, low.y + a.x * b.y + a.y * b.x);
}

// The sum of its upper and lower half, each rounded.
fn rounded(a: vec2u) -> f32 {
    let below_zero = bitcast<i32>(a.y) < 0;
    let size = select(a, negated(a), below_zero);
    let value = f32(size.y) * 4294967296.0 + f32(size.x);
    return select(value, 0.0 - value, below_zero);
}

fn take(squared_distance: f32, slot: u32) {
    let offset = coordinates(slot) - center;
    // Ties go to even numbers, as on the CPU.
    let steps = vec3i(round(offset * frame.steps));
    let x = widened(steps.x);
    let y = widened(steps.y);
    let z = widened(steps.z);
    found += 1u;
    sum_x = added(sum_x, x);
    sum_y = added(sum_y, y);
    sum_z = added(sum_z, z);
    sum_xx = added(sum_xx, product(x, x));
    sum_xy = added(sum_xy, product(x, y));
    sum_xz = added(sum_xz, product(x, z));
    sum_yy = added(sum_yy, product(y, y));
    sum_yz = added(sum_yz, product(y, z));
    sum_zz = added(sum_zz, product(z, z));
    reach = max(reach, squared_distance);
    heights = vec2f(min(heights.x, offset.z), max(heights.y, offset.z));
}

// The sum of (a - middle_a)(b - middle_b): exact, as the result fits and what wraps around comes back.
fn about_middle(products: vec2u, sum_a: vec2u, sum_b: vec2u, middle_a: vec2u, middle_b: vec2u) -> f32 {
    let both = product(vec2u(found, 0u), product(middle_a, middle_b));
    let less = added(product(middle_a, sum_b), product(middle_b, sum_a));
    return rounded(added(added(products, negated(less)), both));
}

fn moments_of(slot: u32) -> Moments {
    center = coordinates(slot);
    found = 0u;
    sum_x = vec2u(0u);
    sum_y = vec2u(0u);
    sum_z = vec2u(0u);
    sum_xx = vec2u(0u);
    sum_xy = vec2u(0u);
    sum_xz = vec2u(0u);
    sum_yy = vec2u(0u);
    sum_yz = vec2u(0u);
    sum_zz = vec2u(0u);
    reach = 0.0;
    heights = vec2f(0.0);
    search_beneath(center, NO_SLOT);
    let count = f32(found);
    let mean = vec3f(rounded(sum_x), rounded(sum_y), rounded(sum_z)) / count;
    let middle = vec3i(round(mean));
    let x = widened(middle.x);
    let y = widened(middle.y);
    let z = widened(middle.z);
    let squares = vec3f(
        about_middle(sum_xx, sum_x, sum_x, x, x),
        about_middle(sum_yy, sum_y, sum_y, y, y),
        about_middle(sum_zz, sum_z, sum_z, z, z),
    );
    let products = vec3f(
        about_middle(sum_xy, sum_x, sum_y, x, y),
        about_middle(sum_xz, sum_x, sum_z, x, z),
        about_middle(sum_yz, sum_y, sum_z, y, z),
    );
    // The exact inverse of a power of two.
    let step = 1.0 / frame.steps;
    let squared_step = step * step;
    let covariance = Matrix(squares / count * squared_step, products / count * squared_step);
    return Moments(count, mean * step, covariance, reach, heights);
}
