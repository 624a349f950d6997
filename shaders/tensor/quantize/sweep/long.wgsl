// Every number of a window with stretches of one channel that are long: a workgroup takes a piece of a stretch, its
// invocations every 256th unit. What is done with units comes with the kernel; each number is read once.

struct Params {
    groups: u32, // stretches of this dispatch times pieces of a stretch
    pieces: u32,
    numbers: u32, // of a stretch
    skip: u32, // units before the first
    first_channel: u32,
    channels: u32,
    first_counted: u32, // the channels that are looked at
    counted: u32,
    is_symmetric: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

const UNITS_PER_PIECE = 4096u;

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
    let stretch = group / params.pieces;
    let slot = (params.first_channel + stretch) % params.channels - params.first_counted;
    if slot >= params.counted {
        return;
    }
    begin(local, slot);
    let units = (params.numbers - 1u) / UNIT + 1u;
    let first = params.skip + stretch * units;
    let start = (group % params.pieces) * UNITS_PER_PIECE;
    let end = min(units, start + UNITS_PER_PIECE);
    for (var unit = start + local; unit < end; unit += WORKGROUP_SIZE) {
        take(unit_at(first + unit, params.numbers - unit * UNIT), slot);
    }
    finish(local, slot);
}
