// A chain of per-pixel operations over four pixels an invocation. The operations' own snippets, `transformed` (their
// chain) and one of the two mains are put behind this text. Twin: `src/tensor/pixelwise/on_cpu.rs`.
//
// Words in: 1 (gray), 3 (RGB) or 4 (RGBA). Words out: 1 for gray bytes, 4 a plane for planes of numbers.

struct Params {
    units: u32,     // groups of four pixels in this dispatch
    pixels: u32,    // pixels in this dispatch; the last unit may be partial
    first_plane: u32, // the first plane that this dispatch writes
    planes: u32,    // how many it writes
    shift: vec4u,   // where each of them starts, in words from the start of the binding
    scale: vec4f,   // a channel's factor
    bias: vec4f,    // what is added to it
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<u32>; // one a snippet

fn gray_pixels(unit: u32) -> array<vec4u, 4> {
    let word = source[unit];
    return array<vec4u, 4>(
        vec4u(word & 255u, 0u, 0u, 0u),
        vec4u((word >> 8u) & 255u, 0u, 0u, 0u),
        vec4u((word >> 16u) & 255u, 0u, 0u, 0u),
        vec4u(word >> 24u, 0u, 0u, 0u),
    );
}

fn rgb_pixels(unit: u32) -> array<vec4u, 4> {
    let a = source[3u * unit];
    let b = source[3u * unit + 1u];
    let c = source[3u * unit + 2u];
    return array<vec4u, 4>(
        vec4u(a & 255u, (a >> 8u) & 255u, (a >> 16u) & 255u, 255u),
        vec4u(a >> 24u, b & 255u, (b >> 8u) & 255u, 255u),
        vec4u((b >> 16u) & 255u, b >> 24u, c & 255u, 255u),
        vec4u((c >> 8u) & 255u, (c >> 16u) & 255u, c >> 24u, 255u),
    );
}

fn rgba_pixels(unit: u32) -> array<vec4u, 4> {
    var pixels: array<vec4u, 4>;
    for (var i = 0u; i < 4u; i++) {
        let word = source[4u * unit + i];
        pixels[i] = vec4u(word & 255u, (word >> 8u) & 255u, (word >> 16u) & 255u, word >> 24u);
    }
    return pixels;
}
