// The boxes of the leaves, sixteen points each, one leaf an invocation. Behind `shared/grid.wgsl` and `join.wgsl`. Twin:
// `Bounds::of_leaf` in `src/points/boxes.rs`.

struct Params {
    points: u32,
    leaves: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<vec4u>; // x, y, z, index in the input
@group(0) @binding(2) var<storage, read_write> boxes: array<Box>;

const LEAF = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let leaf = unfolded(workgroup, grid, local);
    if leaf >= params.leaves {
        return;
    }
    var bounds = nothing();
    for (var slot = leaf * LEAF; slot < min((leaf + 1u) * LEAF, params.points); slot++) {
        let point = points[slot];
        bounds = joined(bounds, Box(point, vec4u(point.xyz, 0u)));
    }
    boxes[leaf] = bounds;
}
