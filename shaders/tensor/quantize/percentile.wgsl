// The range of so many in a hundred numbers of each channel, from counts in bins. A workgroup takes a channel, an invocation
// eight bins. Twin: `Bins::range` in `src/tensor/quantize/percentile.rs`.
//
// A range begins and ends at the first bin with which `times * count >= part * numbers`, where the product on the right is
// rounded as in f64; here it is taken apart into whole numbers.

struct Params {
    groups: u32, // channels
    first_channel: u32,
    is_symmetric: u32,
    times: u32,
    shift: vec2u, // both parts are whole numbers by 2^shift
    first: vec2u, // at which the range begins: lower and upper word
    last: vec2u, // at which it ends
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> extremes: array<u32>;
@group(0) @binding(2) var<storage, read> counts: array<u32>;
@group(0) @binding(3) var<storage, read> edges: array<u32>;
@group(0) @binding(4) var<storage, read> heads: array<vec4u>;
// Of each channel: how far the range reaches below 0 and above, in the unit of the bins, whether that is 2^64, and nothing.
@group(0) @binding(5) var<storage, read_write> ranges: array<u32>;

const BINS = 2048u;
const BINS_EACH = 8u;

var<workgroup> sums: array<u32, WORKGROUP_SIZE>;
var<workgroup> wanted: vec2u;
var<workgroup> found: array<u32, 2>;

fn product(a: u32, b: u32) -> vec2u {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let first = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let second = (a & 0xffffu) * (b >> 16u) + (first & 0xffffu);
    return vec2u((second << 16u) | (low & 0xffffu), (a >> 16u) * (b >> 16u) + (first >> 16u) + (second >> 16u));
}

// Numbers of 96 bits are three words, the lowest first.
fn shifted_right(value: vec3u, shift: u32) -> vec3u {
    var result = value;
    for (var whole = shift / 32u; whole > 0u; whole--) {
        result = vec3u(result.y, result.z, 0u);
    }
    let bits = shift % 32u;
    if bits > 0u {
        let carried = vec3u(result.y, result.z, 0u) << vec3u(32u - bits);
        result = (result >> vec3u(bits)) | carried;
    }
    return result;
}

fn has_bits_below(value: vec3u, shift: u32) -> bool {
    let words = vec3u(0u, 32u, 64u);
    let widths = min(max(vec3u(shift), words) - words, vec3u(32u));
    let masks = select(~(vec3u(0xffffffffu) << min(widths, vec3u(31u))), vec3u(0xffffffffu), widths == vec3u(32u));
    return any((value & masks) != vec3u(0u));
}

fn plus_one(value: vec3u) -> vec3u {
    let x = value.x + 1u;
    let y = value.y + select(0u, 1u, x == 0u);
    return vec3u(x, y, value.z + select(0u, 1u, x == 0u && y == 0u));
}

fn length_of(value: vec3u) -> u32 {
    if value.z > 0u {
        return 96u - countLeadingZeros(value.z);
    }
    return select(32u - countLeadingZeros(value.x), 64u - countLeadingZeros(value.y), value.y > 0u);
}

// The least count with `times * count >= part * numbers`.
fn least_count(part: vec2u, shift: u32, numbers: u32) -> u32 {
    let low = product(part.x, numbers);
    let high = product(part.y, numbers);
    let middle = low.y + high.x;
    var value = vec3u(low.x, middle, high.y + select(0u, 1u, middle < low.y));
    // To 53 bits, ties to even.
    let dropped = max(length_of(value), 53u) - 53u;
    if dropped > 0u {
        let is_half = (shifted_right(value, dropped - 1u).x & 1u) == 1u;
        let is_more = has_bits_below(value, dropped - 1u);
        value = shifted_right(value, dropped);
        if is_half && (is_more || (value.x & 1u) == 1u) {
            value = plus_one(value);
        }
    }
    // Up to the next whole number, and that divided by `times`.
    let rest = min(shift - dropped, 95u);
    var whole = shifted_right(value, rest);
    if has_bits_below(value, rest) {
        whole = plus_one(whole);
    }
    let first = ((whole.y % params.times) << 16u) + (whole.x >> 16u);
    let second = ((first % params.times) << 16u) + (whole.x & 0xffffu);
    let is_inexact = second % params.times > 0u;
    return ((first / params.times) << 16u) + second / params.times + select(0u, 1u, is_inexact);
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let group = workgroup.y * grid.x + workgroup.x;
    if group >= params.groups {
        return;
    }
    let first = BINS * group + BINS_EACH * local;
    var own = 0u;
    for (var i = 0u; i < BINS_EACH; i++) {
        own += counts[first + i];
    }
    sums[local] = own;
    workgroupBarrier();
    for (var step = 1u; step < WORKGROUP_SIZE; step <<= 1u) {
        var before = 0u;
        if local >= step {
            before = sums[local - step];
        }
        workgroupBarrier();
        sums[local] += before;
        workgroupBarrier();
    }
    if local == 0u {
        let numbers = sums[WORKGROUP_SIZE - 1u];
        wanted = vec2u(
            least_count(params.first, params.shift.x, numbers),
            least_count(params.last, params.shift.y, numbers),
        );
        found[0] = BINS - 1u;
        found[1] = BINS - 1u;
    }
    workgroupBarrier();
    // The one bin with which the count is reached.
    var count = sums[local] - own;
    for (var i = 0u; i < BINS_EACH; i++) {
        let before = count;
        count += counts[first + i];
        if before < wanted.x && wanted.x <= count {
            found[0] = BINS_EACH * local + i;
        }
        if before < wanted.y && wanted.y <= count {
            found[1] = BINS_EACH * local + i;
        }
    }
    workgroupBarrier();
    if local == 0u {
        let channel = params.first_channel + group;
        let is_small = heads[group].z == 1u;
        let low = select(extremes[4u * channel], scaled_up(extremes[4u * channel]), is_small);
        let high = select(extremes[4u * channel + 1u], scaled_up(extremes[4u * channel + 1u]), is_small);
        let last = from_ordered(edges[BINS * group + found[1]]);
        var begin = from_ordered(edges[BINS * group + found[0]]);
        if params.is_symmetric == 1u {
            begin = last ^ 0x80000000u;
        }
        // As far as it reaches to either side of 0, but not beyond the extremes.
        ranges[4u * channel] = select(0u, min(begin & 0x7fffffffu, low), begin > 0x80000000u);
        ranges[4u * channel + 1u] = select(0u, min(last, high), last < 0x80000000u);
        ranges[4u * channel + 2u] = select(0u, 1u, is_small);
        ranges[4u * channel + 3u] = 0u;
    }
}
