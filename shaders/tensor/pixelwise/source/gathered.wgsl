// Pixels of the source from anywhere in their frame: mirrored, or on a larger canvas.

@group(0) @binding(1) var<storage, read> source: array<u32>;

fn load(first_pixel: u32) {
}

fn sample_word(sample: u32) -> u32 {
    return source[sample / SAMPLES_PER_WORD];
}

fn place_at(x: u32, y: u32, frame: u32) -> u32 {
    let pixel = frames[frame].source_first + y * frames[frame].source_width + x;
    return CHANNELS * pixel - params.source_start;
}

// Where the samples of a pixel are that is inside.
fn place_of(loaded: u32, pixel: u32, frame: u32) -> u32 {
    let x = pixel % frames[frame].width;
    let mirrored = frames[frame].source_width - 1u - x;
    return place_at(select(x, mirrored, IS_FLIPPED), pixel / frames[frame].width, frame);
}

// Whether a pixel of the canvas shows the source.
fn is_inside(pixel: u32, frame: u32) -> bool {
    let width = max(frames[frame].width, 1u);
    return pixel % width < frames[frame].source_width && pixel / width < frames[frame].source_height;
}
