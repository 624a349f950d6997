// Running sums of a table, in three steps where it is longer than a block: the sum of each block, the running sums of
// those, and the running sums within each block. Reduce, then scan: no workgroup ever waits for another, which WebGPU
// would not promise to end. Behind `shared/grid.wgsl`. Twin: `turn_counts_into_starts` in `src/points/sort.rs`.

struct Params {
    items: u32,   // numbers in the table
    blocks: u32,  // blocks that hold them, one a workgroup
    carries: u32, // 1 where blocks begin with a carry, 0 for a single block
}

@group(0) @binding(0) var<uniform> params: Params;

const ITEMS_PER_INVOCATION = 8u;

fn block_of(workgroup: vec3u, grid: vec3u) -> u32 {
    return workgroup.y * grid.x + workgroup.x;
}

fn first_item(block: u32, local: u32) -> u32 {
    return (block * WORKGROUP_SIZE + local) * ITEMS_PER_INVOCATION;
}
