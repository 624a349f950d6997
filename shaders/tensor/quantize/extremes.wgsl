// The extremes of each channel as the bits of absolute values, which are in the order of those: the largest of the numbers
// below 0, the largest of those above, and the complement of the least of all; 0 where there is none, which is what they
// begin with. Twin: `Extremes` in `src/tensor/rows/quantize.rs`.

@group(0) @binding(2) var<storage, read_write> extremes: array<atomic<u32>>;

var<private> low: vec4u;
var<private> high: vec4u;
var<private> size: vec4u;

fn take(bits: vec4u, slot: u32) {
    let magnitudes = bits & vec4u(0x7fffffffu);
    let finite = magnitudes < vec4u(0x7f800000u);
    let negative = bits >= vec4u(0x80000000u);
    low = max(low, select(vec4u(0u), magnitudes, finite & negative));
    high = max(high, select(vec4u(0u), magnitudes, finite & !negative));
    size = max(size, select(vec4u(0u), ~magnitudes, finite));
}

fn largest(values: vec4u) -> u32 {
    return max(max(values.x, values.y), max(values.z, values.w));
}
