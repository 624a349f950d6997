// Colour to gray of `f32` samples: three weights in the order of the channels. Twin: `gray_float_row` in
// `src/image/grayscale.rs`.
fn grayscale_of_floats(pixel: vec4f, shared: u32, own: u32) -> vec4f {
    let weights = bitcast<vec3f>(vec3u(parameters[shared], parameters[shared + 1u], parameters[shared + 2u]));
    return vec4f(weights.x * pixel.x + weights.y * pixel.y + weights.z * pixel.z, 0.0, 0.0, 0.0);
}
