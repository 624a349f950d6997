// Boxes as the tree holds them, and joining them. Coordinates are bits of f32 and are compared as integers: a device may
// flush denormals to zero, and boxes must equal the host's bit for bit. Twin: `Bounds` in `src/points/boxes.rs`.

struct Box {
    lower: vec4u, // corner, smallest index of a point
    upper: vec4u, // corner, 0
}

fn nothing() -> Box {
    return Box(vec4u(0x7f800000u, 0x7f800000u, 0x7f800000u, 0xffffffffu), vec4u(0xff800000u, 0xff800000u, 0xff800000u, 0u));
}

// The smallest box that holds both. Of 0 and -0, which are equal, the first one's stays.
fn joined(one: Box, other: Box) -> Box {
    let below = rank(other.lower.xyz) < rank(one.lower.xyz);
    let above = rank(other.upper.xyz) > rank(one.upper.xyz);
    return Box(
        vec4u(select(one.lower.xyz, other.lower.xyz, below), min(one.lower.w, other.lower.w)),
        vec4u(select(one.upper.xyz, other.upper.xyz, above), 0u),
    );
}

// Integers in the order of the numbers: for negative ones the magnitude's negative, so that -0 is 0.
fn rank(bits: vec3u) -> vec3i {
    let magnitude = vec3i(bits & vec3u(0x7fffffffu));
    return select(magnitude, -magnitude, bits > vec3u(0x7fffffffu));
}
