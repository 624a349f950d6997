// Gray of `f32` samples to what is above a level and what is not. NaN is not above; told by its bits, because a
// compiler may assume that there is none. Twin: `src/image/threshold/rows.rs`.
fn is_float_above(pixel: vec4f, own: u32) -> bool {
    let is_number = (bitcast<u32>(pixel.x) & 0x7fffffffu) <= 0x7f800000u;
    return is_number && pixel.x > bitcast<f32>(parameters[own]);
}

fn threshold_floats_binary(pixel: vec4f, same: u32, own: u32) -> vec4f {
    return vec4f(select(0.0, bitcast<f32>(parameters[same]), is_float_above(pixel, own)), 0.0, 0.0, 0.0);
}

fn threshold_floats_binary_inverted(pixel: vec4f, same: u32, own: u32) -> vec4f {
    return vec4f(select(bitcast<f32>(parameters[same]), 0.0, is_float_above(pixel, own)), 0.0, 0.0, 0.0);
}

fn threshold_floats_truncate(pixel: vec4f, same: u32, own: u32) -> vec4f {
    return vec4f(select(pixel.x, bitcast<f32>(parameters[own]), is_float_above(pixel, own)), 0.0, 0.0, 0.0);
}

fn threshold_floats_to_zero(pixel: vec4f, same: u32, own: u32) -> vec4f {
    return vec4f(select(0.0, pixel.x, is_float_above(pixel, own)), 0.0, 0.0, 0.0);
}

fn threshold_floats_to_zero_inverted(pixel: vec4f, same: u32, own: u32) -> vec4f {
    return vec4f(select(pixel.x, 0.0, is_float_above(pixel, own)), 0.0, 0.0, 0.0);
}
