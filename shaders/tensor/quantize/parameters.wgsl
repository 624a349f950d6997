// Scale and zero point of each channel, from the range of its numbers. An invocation takes a channel. Twin: `parameters` in
// `src/tensor/quantize/parameters.rs`.

struct Params {
    channels: u32,
    is_scaled: u32, // whether the third word of a range says that its numbers are multiplied by 2^64
    is_symmetric: u32,
    steps: f32,
    least: i32,
    greatest: i32,
    middle: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
// Of each channel how far the range reaches below 0 and above.
@group(0) @binding(1) var<storage, read> ranges: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> scales: array<u32>;
@group(0) @binding(3) var<storage, read_write> zero_points: array<i32>;

// The bits of a / b, rounded to nearest, ties to even; 0 where it is too small to matter. A device's own quotient may be off
// by some units in the last place. Of normal numbers above 0, or 0 as a.
fn quotient(a: u32, b: u32) -> u32 {
    if (a >> 23u) + 120u < (b >> 23u) || a < 0x800000u {
        return 0u;
    }
    var rest = (a & 0x7fffffu) | 0x800000u;
    let divisor = (b & 0x7fffffu) | 0x800000u;
    var power = (a >> 23u) + 127u - (b >> 23u);
    if rest < divisor {
        rest <<= 1u;
        power -= 1u;
    }
    var digits = 0u;
    for (var i = 0u; i < 24u; i++) {
        let fits = rest >= divisor;
        digits = (digits << 1u) | select(0u, 1u, fits);
        rest = (rest - select(0u, divisor, fits)) << 1u;
    }
    let is_up = rest > divisor || (rest == divisor && (digits & 1u) == 1u);
    return (power << 23u) + digits - 0x800000u + select(0u, 1u, is_up);
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let channel = unfolded(workgroup, grid, local);
    if channel >= params.channels {
        return;
    }
    let range = ranges[channel];
    let reach = max(range.x, range.y);
    let is_scaled = params.is_scaled == 1u && range.z == 1u;
    let is_small = !is_scaled && reach < SMALL;
    let is_large = !is_scaled && reach >= LARGE;
    let low = in_unit(range.x, is_small, is_large);
    let high = in_unit(range.y, is_small, is_large);
    let sum = bitcast<u32>(bitcast<f32>(low) + bitcast<f32>(high));
    let width = select(sum, max(low, high), params.is_symmetric == 1u);
    let scale = quotient(width, bitcast<u32>(params.steps));
    // The least normal number, 2^-126, in that unit.
    let unit = select(select(0, -64, is_large), 64, is_scaled || is_small);
    if i32(scale >> 23u) < 1 + unit {
        scales[channel] = 0x3f800000u;
        zero_points[channel] = 0;
        return;
    }
    scales[channel] = scale - (u32(unit) << 23u);
    let exact = f32(params.least) + bitcast<f32>(quotient(low, scale));
    let zero_point = i32(round(clamp(exact, f32(params.least), f32(params.greatest))));
    zero_points[channel] = select(zero_point, params.middle, params.is_symmetric == 1u);
}
