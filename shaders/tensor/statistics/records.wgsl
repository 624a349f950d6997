// The sums of a run's chunks joined to records. A workgroup makes one record, of one channel of one run. States,
// loading, joining and storing come with the kind of samples.

struct Params {
    groups: u32, // records
    channels: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
// First chunk, number of chunks, samples a channel.
@group(0) @binding(2) var<storage, read> runs: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> records: array<u32>;

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
    let run = runs[group / params.channels];
    let channel = group % params.channels;
    var state = nothing();
    for (var i = local; i < run.y; i += WORKGROUP_SIZE) {
        state = join(state, load((run.x + i) * params.channels + channel));
    }
    state = reduced(local, state);
    if local == 0u {
        store(group, state, run.z);
    }
}
