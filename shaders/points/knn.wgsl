// Lists of the nearest neighbours, one an invocation: k words of indices and k of squared distances, at the row of the
// query in the input. Behind `tree.wgsl`, `queries.wgsl` and `walk.wgsl`; `write_list` is generated with the kept list.
// Twin: `src/points/knn.rs`.

@group(0) @binding(5) var<storage, read_write> indices: array<u32>;
@group(0) @binding(6) var<storage, read_write> squared_distances: array<u32>; // bits of f32

const INFINITY = 0x7f800000u;

@compute @workgroup_size(QUERIES_PER_GROUP)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let query = query_of(workgroup, grid, local);
    if query >= params.queries {
        return;
    }
    let place = slot_of(query);
    let at = query_at(place);
    var own = place / LEAF;
    if params.asking == ELSEWHERE {
        own = leaf_near(at);
    }
    search_from(at, own, left_out_by(place));
    write_list((queries[place].w - params.first_row) * params.k);
}

fn write_neighbor(place: u32, distance: f32, index: u32) {
    let missing = index == NO_INDEX;
    indices[place] = index;
    squared_distances[place] =
        select(bitcast<u32>(select(distance, 0.0, missing) * params.squared_unit), INFINITY, missing);
}
