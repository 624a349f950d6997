// A unit is one number.

@group(0) @binding(1) var<storage, read> source: array<u32>;

const UNIT = 1u;

fn unit_at(index: u32, left: u32) -> vec4u {
    return vec4u(source[index], 0x7fffffffu, 0x7fffffffu, 0x7fffffffu);
}
