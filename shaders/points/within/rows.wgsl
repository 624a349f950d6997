// Rows of all neighbours, as they were found, and how to put them in order: parameters, and which row a neighbour is in.
// Behind `shared/grid.wgsl`. Twin: `src/points/within.rs`.

struct Params {
    first_row: u32,    // the first row of the window
    rows: u32,         // rows in the window
    first: u32,        // the first neighbour of the dispatch, counted in the window
    neighbors: u32,    // neighbours in the dispatch
    shift: u32,        // neighbours in the outputs' bindings before those of the window
    key: u32,          // what to sort by: one of the constants below
    squared_unit: f32, // turns squared local units into those of the input
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> offsets: array<u32>;     // where rows start, and where the last one ends
@group(0) @binding(2) var<storage, read> neighbors: array<vec2u>; // bits of the squared distance; index in the input

// The row of a neighbour: the last one that starts no later.
fn row_of(neighbor: u32) -> u32 {
    let place = offsets[params.first_row] + neighbor;
    var row = params.first_row;
    var end = row + params.rows;
    while end - row > 1u {
        let middle = row + (end - row) / 2u;
        if offsets[middle] <= place {
            row = middle;
        } else {
            end = middle;
        }
    }
    return row;
}

// What is written of a squared distance.
fn in_units_of_the_input(distance: u32) -> u32 {
    return bitcast<u32>(bitcast<f32>(distance) * params.squared_unit);
}
