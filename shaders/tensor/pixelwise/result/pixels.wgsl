// The end of a chain that makes pixels: an invocation packs its own into words of 16 bytes.

@group(0) @binding(4) var<storage, read_write> result: array<vec4u>;

var<private> packed: array<u32, RESULT_WORDS>;

fn store(index: u32, value: vec4u) {
    result[index - params.result_start] = value;
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
    for (var i = 0u; i < RESULT_WORDS; i++) {
        packed[i] = 0u;
    }
    for (var i = 0u; i < PIXELS; i++) {
        if first + i < pixels_of(frame) {
            pack(i, transformed(source_pixel(i, first + i, frame), frame));
        }
    }
    for (var i = 0u; i < RESULT_WORDS / 4u; i++) {
        let value = vec4u(packed[4u * i], packed[4u * i + 1u], packed[4u * i + 2u], packed[4u * i + 3u]);
        store(first_pixel / PIXELS * (RESULT_WORDS / 4u) + i, value);
    }
}
