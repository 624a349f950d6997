// What `shaders/tensor/resample.wgsl` asks for: a source pixel of the frame at hand, and how that frame is resized.

var<private> resized_frame: u32;

fn sample_at(x: u32, y: u32) -> vec4f {
    return vec4f(channels_at(place_at(x, y, resized_frame)));
}

fn pair_at(word: u32) -> vec2u {
    return vec2u(parameters[word], parameters[word + 1u]);
}

fn resampling_of(frame: u32) -> Resampling {
    let word = GEOMETRY + 14u * frame;
    return Resampling(
        pair_at(word),
        pair_at(word + 2u),
        pair_at(word + 4u),
        bitcast<vec2f>(pair_at(word + 6u)),
        bitcast<vec2f>(pair_at(word + 8u)),
        bitcast<vec2f>(pair_at(word + 10u)),
        bitcast<f32>(parameters[word + 12u]),
        parameters[word + 13u],
    );
}
