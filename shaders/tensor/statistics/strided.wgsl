// Sums of chunks of single channels of a tensor, at any distance. A workgroup takes a chunk of a channel, its
// invocations four samples at a time, 256 apart. States, joining and storing come with the kind of samples. Each sample
// is read once, a word at a time, side by side where samples of a channel are.

struct Params {
    groups: u32, // chunks of this dispatch times channels that it takes
    first_chunk: u32,
    runs: u32,
    channels: u32,
    first_channel: u32,
    taken_channels: u32,
    inner: u32, // samples from one channel to the next
    round: u32, // samples of all channels
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> runs: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> sums: array<u32>;

const CHUNK = 16384u;

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
    let chunk = params.first_chunk + group / params.taken_channels;
    let channel = group % params.taken_channels;
    let run = runs[run_of(chunk)];
    let first = run.x + channel * params.inner;
    let start = (chunk - run.w) * CHUNK;
    let length = min(CHUNK, run.y - start);
    var state = nothing();
    for (var i = 0u; i < length; i += 4u * WORKGROUP_SIZE) {
        let places = vec4u(i + local) + vec4u(0u, 1u, 2u, 3u) * WORKGROUP_SIZE;
        let taken = places < vec4u(length);
        let columns = vec4u(start) + select(vec4u(0u), places, taken);
        let indexes = vec4u(first) + columns / vec4u(run.z) * params.round + columns % vec4u(run.z);
        let samples = vec4u(sample(indexes.x), sample(indexes.y), sample(indexes.z), sample(indexes.w));
        state = with_four(state, samples, taken);
    }
    state = reduced(local, state);
    if local == 0u {
        store(chunk * params.channels + params.first_channel + channel, state);
    }
}
