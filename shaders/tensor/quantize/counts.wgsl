// The bin of a number: the last one whose lower edge is not above it. It is guessed, and searched for where the guess is
// wrong, so that it depends on the edges alone. Twin: `Bins::bin` in `src/tensor/quantize/percentile.rs`.

@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read> edges: array<u32>;
@group(0) @binding(4) var<storage, read> heads: array<vec4u>;

const BINS = 2048u;

fn bin(bits: u32, slot: u32) -> u32 {
    let head = heads[slot];
    let magnitude = bits & 0x7fffffffu;
    let sign = select(bits & 0x80000000u, 0u, params.is_symmetric == 1u || magnitude == 0u);
    let number = sign | select(magnitude, scaled_up(magnitude), head.z == 1u);
    let key = ordered(number);
    let place = (bitcast<f32>(number) - bitcast<f32>(head.x)) * bitcast<f32>(head.y);
    let guess = min(u32(clamp(place, 0.0, 2047.0)), BINS - 1u);
    let first = BINS * slot;
    let is_below_next = guess == BINS - 1u || key < edges[first + min(guess + 1u, BINS - 1u)];
    if edges[first + guess] <= key && is_below_next {
        return guess;
    }
    var low = 0u;
    for (var step = BINS / 2u; step > 0u; step >>= 1u) {
        low += select(0u, step, edges[first + low + step] <= key);
    }
    return low;
}

fn take(bits: vec4u, slot: u32) {
    for (var lane = 0u; lane < 4u; lane++) {
        if (bits[lane] & 0x7fffffffu) < 0x7f800000u {
            count(bin(bits[lane], slot), slot);
        }
    }
}
