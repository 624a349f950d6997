// The fused pass for one point an invocation: its neighbours, their covariance, eigenvalues and features. Out: one word a
// column, the bits of an f32, at the row of the point in the input, and one word with the number of neighbours. Behind the
// other texts of `shaders/points`; `COLUMNS` and `write_columns` are generated for the features asked for. Twin:
// `src/points/features/columns.rs`.

@group(0) @binding(4) var<storage, read_write> columns: array<u32>; // all rows of a column, then those of the next
@group(0) @binding(5) var<storage, read_write> neighbor_counts: array<u32>;

const MIN_NEIGHBORS = 3u; // fewer span no plane

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
    neighbor_counts[row] = params.neighbors;
    if params.neighbors < MIN_NEIGHBORS {
        for (var column = 0u; column < COLUMNS; column++) {
            columns[column * params.rows + row] = NAN;
        }
        return;
    }
    search(slot);
    var shape = eigen(covariance(slot));
    shape.normal = upward(shape.normal);
    write_columns(row, shape);
}

fn write_column(column: u32, row: u32, value: u32) {
    columns[column * params.rows + row] = value;
}
