// How many keys of a tile have each digit, one tile a workgroup. The table is read by digit, then tile, so that its
// running sums are where every tile's keys of every digit go. Behind `digits.wgsl`.

@group(0) @binding(2) var<storage, read_write> counts: array<u32>;

var<workgroup> tally: array<atomic<u32>, DIGITS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let tile = tile_of(workgroup, grid);
    if tile >= params.tiles {
        return;
    }
    atomicStore(&tally[local], 0u);
    workgroupBarrier();
    for (var round = 0u; round < ROUNDS; round++) {
        let item = item_of(tile, round, local);
        if item < params.items {
            atomicAdd(&tally[digit_of(keys[item])], 1u);
        }
    }
    workgroupBarrier();
    counts[local * params.tiles + tile] = atomicLoad(&tally[local]);
}
