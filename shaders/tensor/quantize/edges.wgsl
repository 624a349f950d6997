// The lower edges of the 2,048 bins of each channel. A workgroup takes a channel, an invocation every 256th edge. Twin:
// `Bins::new` in `src/tensor/quantize/percentile.rs`.

struct Params {
    groups: u32, // channels
    first_channel: u32,
    is_symmetric: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> extremes: array<u32>;
@group(0) @binding(2) var<storage, read_write> edges: array<u32>;
// Of each channel: the first edge, bins per number, whether numbers are multiplied by 2^64, and nothing.
@group(0) @binding(3) var<storage, read_write> heads: array<u32>;

const BINS = 2048u;

var<workgroup> products: array<f32, WORKGROUP_SIZE>;

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
    let channel = params.first_channel + group;
    let reach = max(extremes[4u * channel], extremes[4u * channel + 1u]);
    let begin = select(reach, min(~extremes[4u * channel + 2u], reach), params.is_symmetric == 1u);
    let sign = select(0x80000000u, 0u, params.is_symmetric == 1u);
    let is_small = reach < SMALL;
    let is_large = reach >= LARGE;
    // The unit in which edges are computed.
    var end = bitcast<f32>(in_unit(reach, is_small, is_large));
    var start = bitcast<f32>(in_unit(begin, is_small, is_large) | sign);
    let are_one = begin == reach && (sign == 0u || reach == 0u);
    let half = bitcast<f32>(select(select(0x3f000000u, 0x1f000000u, is_large), 0x5f000000u, is_small));
    var first = select(begin, scaled_up(begin), is_small) | sign;
    if are_one {
        start -= half;
        end += half;
        first = select(bitcast<u32>(start), first, is_large);
    }
    let step = (end - start) * (1.0 / 2048.0);
    for (var first_edge = 0u; first_edge < BINS; first_edge += WORKGROUP_SIZE) {
        let i = first_edge + local;
        // A product and a sum that are rounded each: what another invocation made cannot be fused with what is added.
        products[local] = f32(i) * step;
        workgroupBarrier();
        let edge = bitcast<u32>(products[local ^ 1u] + start);
        let magnitude = edge & 0x7fffffffu;
        let restored = (edge & 0x80000000u) | select(magnitude + (UNIT_EXPONENT << 23u), 0u, magnitude == 0u);
        let index = i ^ 1u;
        let in_numbers = select(edge, restored, is_large);
        edges[BINS * group + index] = ordered(select(in_numbers, first, index == 0u));
        workgroupBarrier();
    }
    if local == 0u {
        let bins_per_unit = select(1.0 / max(step, 1e-37), 0.0, step == 0.0);
        heads[4u * group] = first;
        heads[4u * group + 1u] = select(bitcast<u32>(bins_per_unit), scaled_down(bitcast<u32>(bins_per_unit)), is_large);
        heads[4u * group + 2u] = select(0u, 1u, is_small);
        heads[4u * group + 3u] = 0u;
    }
}
