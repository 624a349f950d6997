// The neighbours that a query has beneath a box, written behind those found beneath others, at the row of the query; one
// query an invocation. Rows outside the window are left to other dispatches. Behind `tree.wgsl`, `queries.wgsl` and
// `radius.wgsl`. Twin: `fill_neighbors` in `src/points/radius.rs`.

@group(0) @binding(5) var<storage, read> offsets: array<u32>;           // where rows start, and where the last one ends
@group(0) @binding(6) var<storage, read_write> filled: array<u32>;      // how many neighbours of a row are written
@group(0) @binding(7) var<storage, read_write> neighbors: array<vec2u>; // bits of the squared distance; index in the input

var<private> next: u32;

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
    let row = queries[place].w;
    // Above the first row the difference wraps around, to a large number.
    if row - params.first_row >= params.rows {
        return;
    }
    let start = offsets[row] - offsets[params.first_row] + filled[row];
    next = start;
    search_beneath(query_at(place), left_out_by(place));
    filled[row] += next - start;
}

fn take(distance: f32, slot: u32) {
    neighbors[next] = vec2u(bitcast<u32>(distance), points[slot].w);
    next += 1u;
}
