// Replaces each number of a table by the sum of those before it, one block a workgroup. Behind `table.wgsl`.

@group(0) @binding(1) var<storage, read_write> table: array<u32>;
@group(0) @binding(2) var<storage, read> carries: array<u32>; // the sum of all blocks before each

var<workgroup> partial: array<u32, WORKGROUP_SIZE>;

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
    let first = first_item(block, local);
    let end = min(first + ITEMS_PER_INVOCATION, params.items);
    var own = 0u;
    for (var item = first; item < end; item++) {
        own += table[item];
    }
    var sum = sum_up_to(local, own) - own;
    if params.carries == 1u {
        sum += carries[block];
    }
    for (var item = first; item < end; item++) {
        let number = table[item];
        table[item] = sum;
        sum += number;
    }
}

// The sum over this invocation and those before it: Hillis and Steele, "Data Parallel Algorithms" (1986).
fn sum_up_to(local: u32, own: u32) -> u32 {
    partial[local] = own;
    workgroupBarrier();
    for (var distance = 1u; distance < WORKGROUP_SIZE; distance <<= 1u) {
        var earlier = 0u;
        if local >= distance {
            earlier = partial[local - distance];
        }
        workgroupBarrier();
        partial[local] += earlier;
        workgroupBarrier();
    }
    return partial[local];
}
