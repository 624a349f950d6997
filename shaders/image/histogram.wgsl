// Counts of the 256 gray levels of all images. A workgroup takes a chunk of one image, its invocations every 256th word
// of sixteen pixels; it counts in its own memory and adds its counts to those of the image, which start at zero. Each
// pixel is read once, 16 bytes at a time. Twin: `counts` in `src/image/histogram.rs`.

struct Params {
    groups: u32, // chunks of this dispatch
    first_chunk: u32,
    runs: u32, // images
    base: u32, // where the window begins, in words of 16 bytes
    chunk_words: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<vec4u>;
@group(0) @binding(2) var<storage, read> runs: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> totals: array<atomic<u32>>;

var<workgroup> counts: array<atomic<u32>, 256>;

// Counts the first so many of four pixels.
fn count(word: u32, pixels: u32) {
    for (var lane = 0u; lane < min(pixels, 4u); lane++) {
        atomicAdd(&counts[(word >> (8u * lane)) & 255u], 1u);
    }
}

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
    let chunk = params.first_chunk + group;
    let image = run_of(chunk);
    let run = runs[image];
    // Differences may wrap, as images may begin before the window; what is added to them brings them back.
    let first = run.x - params.base;
    let start = (chunk - run.w) * params.chunk_words;
    let end = min(start + params.chunk_words, (run.y - 1u) / 16u + 1u);
    atomicStore(&counts[local], 0u);
    workgroupBarrier();
    for (var place = start + local; place < end; place += WORKGROUP_SIZE) {
        let word = source[first + place];
        let pixels = run.y - 16u * place;
        count(word.x, pixels);
        count(word.y, max(pixels, 4u) - 4u);
        count(word.z, max(pixels, 8u) - 8u);
        count(word.w, max(pixels, 12u) - 12u);
    }
    workgroupBarrier();
    let own = atomicLoad(&counts[local]);
    if own > 0u {
        atomicAdd(&totals[256u * image + local], own);
    }
}
