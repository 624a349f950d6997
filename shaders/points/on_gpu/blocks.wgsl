// The block of rows that the query at each place along the curve writes to, and the place, one query an invocation:
// sorted by block, the places are the list that `slot_of` in `tree.wgsl` reads. Behind `shared/grid.wgsl`. Twin:
// `src/points/on_gpu/blocks.rs`.

struct Params {
    points: u32,
    rows_per_block: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<vec4u>; // x, y, z, index in the input
@group(0) @binding(2) var<storage, read_write> blocks: array<u32>;
@group(0) @binding(3) var<storage, read_write> slots: array<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let slot = unfolded(workgroup, grid, local);
    if slot < params.points {
        blocks[slot] = points[slot].w / params.rows_per_block;
        slots[slot] = slot;
    }
}
