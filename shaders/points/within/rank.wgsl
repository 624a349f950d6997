// Puts short rows in order, nearest first, one neighbour an invocation: as many places from the start of its row as
// neighbours come before it. Behind `rows.wgsl`.

@group(0) @binding(3) var<storage, read_write> indices: array<u32>;
@group(0) @binding(4) var<storage, read_write> squared_distances: array<u32>; // bits of f32

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let item = unfolded(workgroup, grid, local);
    if item >= params.neighbors {
        return;
    }
    let own = neighbors[params.first + item];
    let row = row_of(params.first + item);
    let start = offsets[row] - offsets[params.first_row];
    let end = offsets[row + 1u] - offsets[params.first_row];
    var place = params.shift + start;
    for (var other = start; other < end; other++) {
        let another = neighbors[other];
        // Distances are not below zero, so that their bits compare as they do.
        place += select(0u, 1u, another.x < own.x || (another.x == own.x && another.y < own.y));
    }
    indices[place] = own.y;
    squared_distances[place] = in_units_of_the_input(own.x);
}
