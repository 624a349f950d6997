// Counts of the 256 gray levels. An invocation takes eight words of four pixels; a workgroup counts in its own memory
// and adds its counts to the total, which starts at zero. Twin: `histogram` in `src/image/histogram.rs`.

struct Params {
    pixels: u32, // pixels in this dispatch
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read_write> total: array<atomic<u32>, 256>;

const WORDS_PER_INVOCATION = 8u;

var<workgroup> counts: array<atomic<u32>, 256>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    atomicStore(&counts[local], 0u);
    workgroupBarrier();
    // Neighbouring invocations read neighbouring words.
    let first = (workgroup.y * grid.x + workgroup.x) * WORKGROUP_SIZE * WORDS_PER_INVOCATION + local;
    for (var i = 0u; i < WORDS_PER_INVOCATION; i++) {
        let word = first + i * WORKGROUP_SIZE;
        for (var lane = 0u; lane < 4u; lane++) {
            if 4u * word + lane < params.pixels {
                atomicAdd(&counts[(source[word] >> (8u * lane)) & 255u], 1u);
            }
        }
    }
    workgroupBarrier();
    let count = atomicLoad(&counts[local]);
    if count > 0u {
        atomicAdd(&total[local], count);
    }
}
