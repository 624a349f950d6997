// Keys to sort long rows by, one neighbour an invocation, fetched in the order of the sort before. Behind `rows.wgsl`.

@group(0) @binding(3) var<storage, read_write> order: array<u32>;
@group(0) @binding(4) var<storage, read_write> keys: array<u32>;

const INDEX = 0u; // the first to be sorted by: there is no order before it
const SQUARED_DISTANCE = 1u;
const ROW = 2u;

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
    if params.key == INDEX {
        order[item] = item;
        keys[item] = neighbors[item].y;
    } else if params.key == SQUARED_DISTANCE {
        keys[item] = neighbors[order[item]].x;
    } else {
        keys[item] = row_of(order[item]) - params.first_row;
    }
}
