// Parameters of a rescale step, `(x - shift) * scale + offset`, of four channels a run. An invocation takes a channel.

struct Params {
    items: u32, // four a run
    channels: u32,
    kind: u32, // 0 standardize, 1 minimum and maximum, 2, 3 and 4 the norms
    epsilon: f32,
    spread: f32,
    low: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> records: array<u32>;
@group(0) @binding(2) var<storage, read_write> table: array<u32>;

// The inverse of the root of what has one: of normal numbers above 0.
fn root_scale(bits: u32) -> u32 {
    if bits < 0x00800000u || bits >= 0x7f800000u {
        return 0u;
    }
    return inverse_root(bits);
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let item = unfolded(workgroup, grid, local);
    if item >= params.items {
        return;
    }
    let run = item / 4u;
    let channel = item % 4u;
    var numbers = vec3u(0u);
    if channel < params.channels {
        numbers = vec3u(shift_and_scale(run * params.channels + channel), bitcast<u32>(params.low));
    }
    table[12u * run + channel] = numbers.x;
    table[12u * run + 4u + channel] = numbers.y;
    table[12u * run + 8u + channel] = numbers.z;
}
