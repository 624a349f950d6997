// A chain of per-pixel operations. An invocation takes `PIXELS` consecutive pixels at the end of the chain, which share
// words of 16 bytes with no other invocation. In front of this text stand the constants of the chain; behind it the
// source of its pixels, the operations' own snippets, `transformed` (their sequence), and one of the mains. Twin:
// `src/tensor/pixelwise/on_cpu/`.
//
// Indices are those in whole arrays, and wrap beyond 2^32; the start of a binding is subtracted, which undoes that.

struct Params {
    units: u32,        // groups of `PIXELS` pixels in this dispatch
    first_pixel: u32,  // index of the first of them, in the array at the end of the chain
    source_start: u32, // where the source's binding starts: a word of 16 bytes, or a sample where pixels are gathered
    result_start: u32, // where the result's binding starts: a word of 16 bytes, or a number of planes
    first_plane: u32,  // the first plane that this dispatch writes
    planes: u32,       // how many it writes
    frame_count: u32,  // how many frames there are
    fill: f32,         // the number beside and below a frame on its canvas
    channel_of: vec4u, // the channel that a plane takes
}

// One image: size and first pixel at the end of the chain, canvas included; the first number of its planes; its size on
// the canvas; size and first pixel in the source.
struct Frame {
    first: u32,
    width: u32,
    height: u32,
    first_number: u32,
    inside_width: u32,
    inside_height: u32,
    source_first: u32,
    source_width: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> parameters: array<u32>;
@group(0) @binding(3) var<storage, read> frames: array<Frame>;

// The frame that holds a pixel: the last one that starts at or before it. Empty frames start where the next one does.
fn frame_of(pixel: u32) -> u32 {
    var low = 0u;
    var high = params.frame_count;
    while high - low > 1u {
        let middle = (low + high) / 2u;
        if frames[middle].first <= pixel {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

fn pixels_of(frame: u32) -> u32 {
    return frames[frame].width * frames[frame].height;
}
