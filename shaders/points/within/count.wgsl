// How many neighbours a query has beneath a box, added to what it has beneath others; one query an invocation. Behind
// `tree.wgsl`, `queries.wgsl` and `radius.wgsl`. Twin: `count_neighbors` in `src/points/radius.rs`.

@group(0) @binding(5) var<storage, read_write> counts: array<u32>; // a row each

var<private> found: u32;

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
    found = 0u;
    search_beneath(query_at(place), left_out_by(place));
    counts[queries[place].w] += found;
}

fn take(distance: f32, slot: u32) {
    found += 1u;
}
