// Every number of a window with stretches of one channel that are short: of a table whose rows are rounds through all
// channels, several side by side where they are short. An invocation takes a column of 64 rows, which is of one channel,
// so that neighbouring invocations read neighbouring units. What is done with units comes with the kernel; each number is
// read once.

struct Params {
    groups: u32, // blocks of columns times blocks of rows
    across: u32, // blocks of columns
    units: u32,
    skip: u32, // units before the first
    width: u32, // units of a row
    first_column: u32, // units of its round before the first
    inner: u32, // units of a stretch
    channels: u32,
    first_counted: u32, // the channels that are looked at
    counted: u32,
    is_symmetric: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

const ROWS = 64u;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let group = workgroup.y * grid.x + workgroup.x;
    if group >= params.groups {
        return;
    }
    let column = (group % params.across) * WORKGROUP_SIZE + local;
    let slot = (params.first_column + column) / params.inner % params.channels - params.first_counted;
    if column >= params.width || slot >= params.counted {
        return;
    }
    begin(local, slot);
    let first_row = group / params.across * ROWS;
    for (var row = 0u; row < ROWS; row++) {
        let unit = (first_row + row) * params.width + column;
        if unit < params.units {
            take(unit_at(params.skip + unit, UNIT), slot);
        }
    }
    finish(local, slot);
}
