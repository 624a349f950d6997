// 8-bit integers to the numbers that they stand for. An invocation takes 16 of them, 16 bytes in and 64 out, each read and
// written once, 16 bytes at a time. Twin: `dequantize` in `src/tensor/rows/quantize.rs`.

@group(0) @binding(3) var<storage, read> source: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> result: array<vec4u>;

// The bits of `(q - zero_point) * scale`. Those of infinity are written as they are: a shader may assume that there is no
// such number.
fn number_of(integer: i32) -> u32 {
    let steps = f32(integer - zero_point);
    let infinite = select(INFINITE, 0x80000000u | INFINITE, steps < 0.0);
    return select(bitcast<u32>(steps * bitcast<f32>(scale)), infinite, is_beyond(steps));
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let item = unfolded(workgroup, grid, local);
    let first = 16u * item;
    if first >= params.numbers {
        return;
    }
    begin_at(first);
    let words = source[item];
    for (var word = 0u; word < 4u; word++) {
        if first + 4u * word < params.numbers {
            var numbers = vec4u(0u);
            for (var lane = 0u; lane < 4u; lane++) {
                numbers[lane] = number_of(unpacked(words[word], lane));
                advance();
            }
            result[4u * item + word] = numbers;
        }
    }
}
