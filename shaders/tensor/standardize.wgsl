// Numbers moved and scaled by what belongs to their channel: `(x - shift) * scale`, rounded after both. Number `i` of a
// tensor is of channel `(i / inner) % channels`. An invocation takes four numbers, each read and written once, 16 bytes at
// a time. Twin: `standardize` in `src/tensor/standardize.rs`.

struct Params {
    numbers: u32,
    place: u32, // of the window's first number in its stretch
    channel: u32, // of the window's first number
    inner: u32,
    channels: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// Three words of 16 bytes a channel: the first numbers of them are shift, scale and offset.
@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4u>;

const NAN = 0x7fc00000u;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let item = unfolded(workgroup, grid, local);
    if 4u * item >= params.numbers {
        return;
    }
    let from_stretch = params.place + 4u * item;
    var place = from_stretch % params.inner;
    var channel = (params.channel + from_stretch / params.inner) % params.channels;
    let numbers = source[item];
    var words = vec4u(0u);
    for (var lane = 0u; lane < 4u; lane++) {
        let scale = table[12u * channel + 4u];
        let moved = numbers[lane] - bitcast<f32>(table[12u * channel]);
        // A scale that is not a number says that the channel has one that is not; a shader may assume that there is none.
        words[lane] = select(bitcast<u32>(moved * bitcast<f32>(scale)), NAN, scale == NAN);
        place += 1u;
        if place == params.inner {
            place = 0u;
            channel = select(channel + 1u, 0u, channel + 1u == params.channels);
        }
    }
    result[item] = words;
}
