// The sum of each block of a table, one block a workgroup. Behind `table.wgsl`.

@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read_write> sums: array<u32>;

var<workgroup> total: atomic<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_of(workgroup, grid);
    if block >= params.blocks {
        return;
    }
    if local == 0u {
        atomicStore(&total, 0u);
    }
    workgroupBarrier();
    var own = 0u;
    let first = first_item(block, local);
    for (var item = first; item < min(first + ITEMS_PER_INVOCATION, params.items); item++) {
        own += table[item];
    }
    atomicAdd(&total, own);
    workgroupBarrier();
    if local == 0u {
        sums[block] = atomicLoad(&total);
    }
}
