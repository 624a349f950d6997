// Pixels of the source from anywhere in their frame: resized, mirrored, or on a larger canvas.

@group(0) @binding(1) var<storage, read> source: array<u32>;

fn load(first_pixel: u32) {
}

fn sample_word(sample: u32) -> u32 {
    return source[sample / SAMPLES_PER_WORD];
}

// Where the samples of a source pixel are.
fn place_at(x: u32, y: u32, frame: u32) -> u32 {
    let pixel = frames[frame].source_first + y * frames[frame].source_width + x;
    return CHANNELS * pixel - params.source_start;
}

// The pixel that is seen at a place of the canvas.
fn column_of(pixel: u32, frame: u32) -> u32 {
    let x = pixel % frames[frame].width;
    return select(x, frames[frame].inside_width - 1u - x, IS_FLIPPED);
}

fn row_of(pixel: u32, frame: u32) -> u32 {
    return pixel / frames[frame].width;
}

// Where the samples of a pixel are that is inside.
fn place_of(loaded: u32, pixel: u32, frame: u32) -> u32 {
    return place_at(column_of(pixel, frame), row_of(pixel, frame), frame);
}

// Whether a pixel of the canvas shows the frame.
fn is_inside(pixel: u32, frame: u32) -> bool {
    let width = max(frames[frame].width, 1u);
    return pixel % width < frames[frame].inside_width && pixel / width < frames[frame].inside_height;
}
