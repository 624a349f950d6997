// Colour to gray in fixed point: three weights in the order of the channels, then the shift. With 16-bit samples the sum
// just fits 32 bits. Twin: `src/image/grayscale/rows.rs`.
fn grayscale(pixel: vec4u, same: u32, own: u32) -> vec4u {
    let weights = vec3u(parameters[same], parameters[same + 1u], parameters[same + 2u]);
    let shift = parameters[same + 3u];
    let sum = weights.x * pixel.x + weights.y * pixel.y + weights.z * pixel.z;
    return vec4u((sum + (1u << (shift - 1u))) >> shift, 0u, 0u, 0u);
}
