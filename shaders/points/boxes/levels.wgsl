// The boxes of a level above the leaves, one box an invocation, each around up to eight of the level below. Behind
// `shared/grid.wgsl` and `join.wgsl`. Twin: `GpuTree::pack` in `src/points/packing.rs`.

struct Params {
    first: u32, // box of the level below
    count: u32, // boxes of the level below
    above: u32, // first box of this level
    boxes: u32, // boxes of this level
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> boxes: array<Box>; // of all levels

const FAN_OUT = 8u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let index = unfolded(workgroup, grid, local);
    if index >= params.boxes {
        return;
    }
    var bounds = nothing();
    for (var child = index * FAN_OUT; child < min((index + 1u) * FAN_OUT, params.count); child++) {
        bounds = joined(bounds, boxes[params.first + child]);
    }
    boxes[params.above + index] = bounds;
}
