// The fused pass for one point an invocation: its neighbours, their moments, shape and features. Out: one word a column, the
// bits of an f32, at the row of the point in the input, and one word with the number of neighbours. Behind the other texts;
// `write_columns` is generated for the features asked for, and calls `write_column`, and `keep_normal`, which keeps the
// normal for a second pass or does nothing. Twin: `src/points/features/columns.rs`.

@group(0) @binding(4) var<storage, read> frame: Frame;
@group(0) @binding(5) var<storage, read_write> columns: array<u32>; // all rows of a column, then those of the next
@group(0) @binding(6) var<storage, read_write> neighbor_counts: array<u32>;

const MOST_NEIGHBORS = 2097152u; // more overflow the sums

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
    let slot = slot_of(query);
    let row = points[slot].w - params.first_row;
    let moments = moments_of(slot);
    let count = u32(moments.count);
    neighbor_counts[row] = count;
    let enough = count >= frame.fewest_neighbors && count <= MOST_NEIGHBORS;
    let shape = shape_of(moments, coordinates(slot));
    write_columns(row, shape, enough);
    keep_normal(points[slot].w, shape.normal, enough);
}

fn write_column(column: u32, row: u32, value: u32) {
    columns[column * params.rows + row] = value;
}
