// Sums of the squares of numbers and of what their integers lose of them, over 4,096 numbers a workgroup, 16 an invocation.
// Both are taken in a unit of their own, a power of two near the largest, so that no square overflows or vanishes, and are
// added in pairs. Each number and integer is read once, 16 bytes at a time. Twin: `lost` in
// `src/tensor/quantize/on_cpu/map.rs`.

@group(0) @binding(3) var<storage, read> source: array<vec4u>;
@group(0) @binding(4) var<storage, read> integers: array<vec4u>;
// Of each workgroup: the sum of the squares of numbers, and of those of losses, each behind the exponent of its unit. A
// sum is NaN where a number is not finite.
@group(0) @binding(5) var<storage, read_write> sums: array<vec4u>;

// Exponents are above -32; those that are compared are to be whole numbers.
const SHIFT = 64;

var<workgroup> largest: array<atomic<u32>, 2>;
var<workgroup> bad: atomic<u32>;
var<workgroup> partial: array<vec2f, WORKGROUP_SIZE>;

// The number with an exponent that is so much less; 0 where that is not normal.
fn in_unit(bits: u32, unit: i32) -> f32 {
    let magnitude = bits & 0x7fffffffu;
    let power = exponent(magnitude) - unit + 127;
    let moved = (bits & 0x80000000u) | (u32(clamp(power, 0, 254)) << 23u) | (significand(magnitude) & 0x7fffffu);
    return bitcast<f32>(select(moved, 0u, magnitude == 0u || power < 1));
}

// An upper bound of the exponent of a product, above 0.
fn exponent_of_product(a: f32, b: u32) -> i32 {
    return exponent(bitcast<u32>(abs(a))) - 127 + exponent(b) + 1;
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let group = workgroup.y * grid.x + workgroup.x;
    if group >= (params.numbers - 1u) / (16u * WORKGROUP_SIZE) + 1u {
        return;
    }
    let item = group * WORKGROUP_SIZE + local;
    let first = 16u * item;
    if local < 2u {
        atomicStore(&largest[local], 0u);
        atomicStore(&bad, 0u);
    }
    workgroupBarrier();
    var numbers: array<u32, 16>;
    var factors: array<f32, 16>;
    var steps: array<u32, 16>;
    var top = 0;
    var is_bad = false;
    if first < params.numbers {
        begin_at(first);
        let words = integers[item];
        for (var word = 0u; word < 4u; word++) {
            var four = vec4u(0u);
            if first + 4u * word < params.numbers {
                four = source[4u * item + word];
            }
            for (var lane = 0u; lane < 4u; lane++) {
                let i = 4u * word + lane;
                let is_there = first + i < params.numbers;
                numbers[i] = select(0u, four[lane], is_there);
                factors[i] = select(0.0, f32(unpacked(words[word], lane) - zero_point), is_there);
                steps[i] = scale;
                let magnitude = numbers[i] & 0x7fffffffu;
                is_bad = is_bad || magnitude >= INFINITE || is_beyond(factors[i]);
                top = max(top, select(0, exponent(magnitude) + SHIFT, magnitude > 0u));
                top = max(top, select(0, exponent_of_product(factors[i], scale) + SHIFT, factors[i] != 0.0));
                advance();
            }
        }
    }
    atomicMax(&largest[0], u32(top));
    if is_bad {
        atomicStore(&bad, 1u);
    }
    workgroupBarrier();
    let unit = i32(atomicLoad(&largest[0])) - SHIFT;
    let is_sound = atomicLoad(&bad) == 0u;
    var losses: array<f32, 16>;
    var signal = 0.0;
    var most = 0u;
    for (var i = 0u; i < 16u && is_sound; i++) {
        let number = in_unit(numbers[i], unit);
        losses[i] = number - factors[i] * in_unit(steps[i], unit);
        signal += number * number;
        most = max(most, bitcast<u32>(abs(losses[i])));
    }
    atomicMax(&largest[1], most);
    workgroupBarrier();
    let most_lost = atomicLoad(&largest[1]);
    var noise = 0.0;
    for (var i = 0u; i < 16u && is_sound; i++) {
        let lost = in_unit(bitcast<u32>(losses[i]), exponent(most_lost));
        noise += lost * lost;
    }
    partial[local] = vec2f(signal, noise);
    workgroupBarrier();
    for (var step = WORKGROUP_SIZE / 2u; step > 0u; step >>= 1u) {
        if local < step {
            partial[local] += partial[local + step];
        }
        workgroupBarrier();
    }
    if local == 0u {
        let units = vec2i(unit - 127, unit - 127 + exponent(most_lost) - 127);
        let bits = select(vec2u(0x7fc00000u), bitcast<vec2u>(partial[0]), is_sound);
        sums[params.first_group + group] = vec4u(bitcast<u32>(units.x), bits.x, bitcast<u32>(units.y), bits.y);
    }
}
