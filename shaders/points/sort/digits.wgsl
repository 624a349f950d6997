// One pass of the radix sort: its parameters and how keys are cut into tiles, one a workgroup, and digits. Behind
// `shared/grid.wgsl`. Twins: `src/points/sort.rs`, whose chunks are tiles here, and `src/points/on_gpu/sort.rs`.

struct Params {
    items: u32, // keys to sort
    tiles: u32, // tiles that hold them
    shift: u32, // bits below the digit of this pass
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> keys: array<u32>;

const DIGITS = 256u; // as many as there are invocations in a workgroup: each looks after one
const ROUNDS = 16u;  // keys of an invocation

fn tile_of(workgroup: vec3u, grid: vec3u) -> u32 {
    return workgroup.y * grid.x + workgroup.x;
}

// Neighbouring invocations read neighbouring keys.
fn item_of(tile: u32, round: u32, local: u32) -> u32 {
    return (tile * ROUNDS + round) * WORKGROUP_SIZE + local;
}

fn digit_of(key: u32) -> u32 {
    return (key >> params.shift) % DIGITS;
}
