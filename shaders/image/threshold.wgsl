// 255 above the level, 0 up to it. Twin: `binary` in `src/image/threshold.rs`.
fn threshold_binary(pixel: vec4u, level: u32) -> vec4u {
    return vec4u(select(0u, 255u, pixel.x > level), 0u, 0u, 0u);
}
