// The end of a chain that makes planes of `f16` which start anywhere, so that two planes may share a word: an invocation
// fills eight numbers wherever they belong, and looks for the pixel of each. It counts numbers, not pixels.

@group(0) @binding(4) var<storage, read_write> result: array<vec4u>;

fn store(index: u32, value: vec4u) {
    result[index] = value;
}

// The frame that holds a number: the last one whose planes start at or before it.
fn frame_of_number(number: u32) -> u32 {
    var low = 0u;
    var high = params.frame_count;
    while high - low > 1u {
        let middle = (low + high) / 2u;
        if frames[middle].first_number <= number {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

fn half_at(number: u32) -> u32 {
    let frame = frame_of_number(number);
    let within = number - frames[frame].first_number;
    let pixels = max(pixels_of(frame), 1u);
    if within / pixels >= params.planes {
        return 0u;
    }
    let numbers = numbers_of(0u, within % pixels, frame);
    return half_of(numbers[params.channel_of[within / pixels]]);
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
    let first = params.first_pixel + 8u * unit;
    var word: vec4u;
    for (var i = 0u; i < 4u; i++) {
        let number = first + 2u * i;
        word[i] = half_at(number) | (half_at(number + 1u) << 16u);
    }
    store((first - params.result_start) / 8u, word);
}
