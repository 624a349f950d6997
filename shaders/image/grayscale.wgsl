// Colour to gray, BT.601 in 15-bit fixed point. Twin: `luma` in `src/image/grayscale.rs`.
fn grayscale(pixel: vec4u, parameter: u32) -> vec4u {
    return vec4u((9798u * pixel.x + 19235u * pixel.y + 3735u * pixel.z + 16384u) >> 15u, 0u, 0u, 0u);
}
