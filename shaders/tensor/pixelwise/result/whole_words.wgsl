// The end of a chain that makes planes which start at whole words of 16 bytes: an invocation fills words of its own.

@group(0) @binding(4) var<storage, read_write> result: array<vec4u>;

var<private> numbers: array<vec4f, NUMBERS_PER_WORD>;

fn store(index: u32, value: vec4u) {
    result[index] = value;
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let unit = unfolded(workgroup, grid, local);
    if unit >= params.units {
        return;
    }
    let first_pixel = params.first_pixel + PIXELS * unit;
    let frame = frame_of(first_pixel);
    let first = first_pixel - frames[frame].first;
    load(first_pixel);
    for (var group = 0u; group < PIXELS; group += NUMBERS_PER_WORD) {
        if first + group >= pixels_of(frame) {
            return;
        }
        for (var i = 0u; i < NUMBERS_PER_WORD; i++) {
            numbers[i] = numbers_of(group + i, first + group + i, frame);
        }
        for (var plane = params.first_plane; plane < params.first_plane + params.planes; plane++) {
            let index = frames[frame].first_number + plane * pixels_of(frame) + first + group - params.result_start;
            store(index / NUMBERS_PER_WORD, word_of(params.channel_of[plane]));
        }
    }
}
