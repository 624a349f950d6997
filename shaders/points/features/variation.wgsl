// How much the normals of one point's neighbours differ from its own, one point an invocation: a second pass over the
// normals of the first. Lengths are summed as whole numbers of 64 bits, in two words with the lower one first. Out: one word,
// the bits of an f32, at the row of the point in the input, in each column that asks for it. Behind the texts of a search;
// `sum_differences` runs it and calls `add_difference` for each neighbour, `write_columns` is generated. Twin:
// `src/points/features/variation.rs`.

@group(0) @binding(4) var<storage, read> normals: array<u32>; // three words a point of the input, bits of f32
@group(0) @binding(5) var<storage, read> neighbor_counts: array<u32>;
@group(0) @binding(6) var<storage, read_write> columns: array<u32>;

const NAN = 0x7fc00000u;
const STEPS = 16777216.0; // of a length, which is at most 2

var<private> own: vec3f;
var<private> with_normal: u32;
var<private> steps: vec2u;

fn normal_at(slot: u32) -> vec3u {
    let first = 3u * points[slot].w;
    return vec3u(normals[first], normals[first + 1u], normals[first + 2u]);
}

fn add_difference(slot: u32) {
    let normal = normal_at(slot);
    // Those without a normal are left out.
    if normal.x != NAN {
        let difference = bitcast<vec3f>(normal) - own;
        let length = sqrt(sum_of_squares(difference));
        let low = steps.x + u32(length * STEPS);
        steps = vec2u(low, steps.y + select(0u, 1u, low < steps.x));
        with_normal += 1u;
    }
}

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
    let normal = normal_at(slot);
    if normal.x == NAN {
        write_columns(row, NAN);
        return;
    }
    own = bitcast<vec3f>(normal);
    with_normal = 0u;
    steps = vec2u(0u);
    sum_differences(slot, neighbor_counts[row]);
    let sum = f32(steps.y) * 4294967296.0 + f32(steps.x);
    write_columns(row, bitcast<u32>(sum / STEPS / f32(with_normal)));
}

fn write_column(column: u32, row: u32, value: u32) {
    columns[column * params.rows + row] = value;
}
