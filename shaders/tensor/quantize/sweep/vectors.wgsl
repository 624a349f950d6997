// A unit is four numbers of one channel, 16 bytes. What lies behind the last is read as NaN, which nobody looks at.

@group(0) @binding(1) var<storage, read> source: array<vec4u>;

const UNIT = 4u;

fn unit_at(index: u32, left: u32) -> vec4u {
    return select(vec4u(0x7fffffffu), source[index], vec4u(0u, 1u, 2u, 3u) < vec4u(left));
}
