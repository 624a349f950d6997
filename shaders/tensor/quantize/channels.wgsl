// The scale and zero point of consecutive numbers of a window. Number `i` of a tensor is of channel
// `(i / inner) % channels`; where the channel stays the same nothing is read.

struct Params {
    numbers: u32,
    place: u32, // of the window's first number in its stretch
    channel: u32, // of the window's first number
    inner: u32,
    channels: u32,
    first_group: u32, // workgroups of earlier dispatches
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> scales: array<u32>;
@group(0) @binding(2) var<storage, read> zero_points: array<i32>;

var<private> place: u32;
var<private> channel: u32;
var<private> scale: u32; // bits
var<private> zero_point: i32;

fn begin_at(number: u32) {
    let from_stretch = params.place + number;
    place = from_stretch % params.inner;
    channel = (params.channel + from_stretch / params.inner) % params.channels;
    scale = scales[channel];
    zero_point = zero_points[channel];
}

fn advance() {
    place += 1u;
    if place == params.inner {
        place = 0u;
        channel = select(channel + 1u, 0u, channel + 1u == params.channels);
        scale = scales[channel];
        zero_point = zero_points[channel];
    }
}

// Whether so many steps are more than the largest number.
fn is_beyond(steps: f32) -> bool {
    return scale >= (255u - 9u) << 23u && abs(steps) * bitcast<f32>(scale - (UNIT_EXPONENT << 23u)) >= 0x1p64;
}
