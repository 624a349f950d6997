// Pixels of the source at the place that they have at the end of the chain: each byte is read once, in words of 16.

@group(0) @binding(1) var<storage, read> source: array<vec4u>;

var<private> words: array<u32, SOURCE_WORDS>;

fn load(first_pixel: u32) {
    let first = first_pixel / PIXELS * (SOURCE_WORDS / 4u) - params.source_start;
    for (var i = 0u; i < SOURCE_WORDS / 4u; i++) {
        let four = source[first + i];
        words[4u * i] = four.x;
        words[4u * i + 1u] = four.y;
        words[4u * i + 2u] = four.z;
        words[4u * i + 3u] = four.w;
    }
}

fn sample_word(sample: u32) -> u32 {
    return words[sample / SAMPLES_PER_WORD];
}

// Where the samples of a pixel are: of the first, second .. that was loaded.
fn place_of(loaded: u32, pixel: u32, frame: u32) -> u32 {
    return CHANNELS * loaded;
}

fn is_inside(pixel: u32, frame: u32) -> bool {
    return true;
}
