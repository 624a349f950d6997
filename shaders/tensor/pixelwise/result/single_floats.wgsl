// The end of a chain that makes planes of `f32` which start anywhere: numbers are written one by one.

@group(0) @binding(4) var<storage, read_write> result: array<u32>;

fn store(index: u32, value: u32) {
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
    for (var i = 0u; i < PIXELS; i++) {
        if first + i >= pixels_of(frame) {
            return;
        }
        let numbers = numbers_of(i, first + i, frame);
        for (var plane = params.first_plane; plane < params.first_plane + params.planes; plane++) {
            let index = frames[frame].first_number + plane * pixels_of(frame) + first + i - params.result_start;
            store(index, bitcast<u32>(numbers[params.channel_of[plane]]));
        }
    }
}
