// Colour to gray of `f32` samples: three weights in the order of the channels, then whether blue comes first. Red, green
// and blue are added in this order. Twin: `floats` in `src/image/grayscale/rows.rs`.
fn grayscale_of_floats(pixel: vec4f, same: u32, own: u32) -> vec4f {
    let weights = bitcast<vec3f>(vec3u(parameters[same], parameters[same + 1u], parameters[same + 2u]));
    let products = weights * pixel.xyz;
    let first = select(products.x, products.z, parameters[same + 3u] == 1u);
    let last = select(products.z, products.x, parameters[same + 3u] == 1u);
    return vec4f((first + products.y) + last, 0.0, 0.0, 0.0);
}
