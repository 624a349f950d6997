// Gray to what is above a level and what is not. The level, a frame's own, is signed: -1 is below every sample. Twin:
// `src/image/threshold/rows.rs`.
fn is_above(pixel: vec4u, own: u32) -> bool {
    return i32(pixel.x) > bitcast<i32>(parameters[own]);
}

fn threshold_binary(pixel: vec4u, same: u32, own: u32) -> vec4u {
    return vec4u(select(0u, parameters[same], is_above(pixel, own)), 0u, 0u, 0u);
}

fn threshold_binary_inverted(pixel: vec4u, same: u32, own: u32) -> vec4u {
    return vec4u(select(parameters[same], 0u, is_above(pixel, own)), 0u, 0u, 0u);
}

fn threshold_truncate(pixel: vec4u, same: u32, own: u32) -> vec4u {
    let level = u32(max(bitcast<i32>(parameters[own]), 0));
    return vec4u(select(pixel.x, level, is_above(pixel, own)), 0u, 0u, 0u);
}

fn threshold_to_zero(pixel: vec4u, same: u32, own: u32) -> vec4u {
    return vec4u(select(0u, pixel.x, is_above(pixel, own)), 0u, 0u, 0u);
}

fn threshold_to_zero_inverted(pixel: vec4u, same: u32, own: u32) -> vec4u {
    return vec4u(select(pixel.x, 0u, is_above(pixel, own)), 0u, 0u, 0u);
}
