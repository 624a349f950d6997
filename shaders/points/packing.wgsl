// Points in the order of the curve, one an invocation: coordinates, bit for bit, and the index in the input. Behind
// `shared/grid.wgsl`. Twin: `src/points/packing.rs`.

struct Params {
    points: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coordinates: array<u32>; // bits of f32, three a point
@group(0) @binding(2) var<storage, read> order: array<u32>;       // the index of every point along the curve
@group(0) @binding(3) var<storage, read_write> points: array<vec4u>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let slot = unfolded(workgroup, grid, local);
    if slot < params.points {
        let index = order[slot];
        points[slot] =
            vec4u(coordinates[3u * index], coordinates[3u * index + 1u], coordinates[3u * index + 2u], index);
    }
}
