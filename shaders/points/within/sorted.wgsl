// Long rows in the order that they were sorted into, one neighbour an invocation. Behind `rows.wgsl`.

@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read_write> indices: array<u32>;
@group(0) @binding(5) var<storage, read_write> squared_distances: array<u32>; // bits of f32

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let item = unfolded(workgroup, grid, local);
    if item < params.neighbors {
        let neighbor = neighbors[order[item]];
        indices[params.shift + item] = neighbor.y;
        squared_distances[params.shift + item] = in_units_of_the_input(neighbor.x);
    }
}
