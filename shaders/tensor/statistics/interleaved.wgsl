// Sums of chunks whose channels lie side by side, as in images. A unit is a word of 16 bytes a channel: 16, 8 or 4
// pixels. A workgroup takes a chunk, its invocations every 256th unit, and writes a sum a channel. `take_unit` and
// `finish` are generated for the number of channels; states, joining and storing come with the kind of samples.
// Each sample is read once, 16 bytes at a time.

struct Params {
    groups: u32, // chunks of this dispatch
    first_chunk: u32,
    runs: u32,
    base: u32, // where the window begins, in words of 16 bytes
    chunk_units: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<vec4u>;
@group(0) @binding(2) var<storage, read> runs: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> sums: array<u32>;

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
    let run = runs[run_of(chunk)];
    // Differences may wrap, as runs may begin before the window; what is added to them brings them back.
    let first = run.x - params.base;
    let start = (chunk - run.w) * params.chunk_units;
    let end = min(start + params.chunk_units, (run.y - 1u) / UNIT_PIXELS + 1u);
    begin();
    for (var unit = start + local; unit < end; unit += WORKGROUP_SIZE) {
        take_unit(first + unit * CHANNELS, run.y - unit * UNIT_PIXELS);
    }
    finish(local, chunk * CHANNELS);
}
