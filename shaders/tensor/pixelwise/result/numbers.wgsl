// The numbers that a chain makes of a pixel, `(value - shift) * scale + offset` a channel, in this order and never
// fused, as the CPU does it; a driver may still fuse the last two.

fn numbers_of(loaded: u32, pixel: u32, frame: u32) -> vec4f {
    if !is_inside(pixel, frame) {
        return vec4f(params.fill);
    }
    let value = vec4f(transformed(source_pixel(loaded, pixel, frame), frame));
    let words = rescale_of(frame);
    let product = (value - four_at(words)) * four_at(words + 4u);
    return product + four_at(words + 8u);
}

fn four_at(word: u32) -> vec4f {
    let bits = vec4u(parameters[word], parameters[word + 1u], parameters[word + 2u], parameters[word + 3u]);
    return bitcast<vec4f>(bits);
}
