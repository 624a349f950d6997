// The end of a chain that makes planes of numbers, `value * scale + bias` a channel. Multiplied, then added, as the CPU
// does it; a driver may still fuse the two.

@group(0) @binding(3) var<storage, read_write> numbers: array<f32>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let unit = unfolded(workgroup, grid, local);
    if unit >= params.units {
        return;
    }
    let pixels = source_pixels(unit);
    for (var i = 0u; i < 4u; i++) {
        let pixel = 4u * unit + i;
        if pixel >= params.pixels {
            return;
        }
        let product = vec4f(transformed(pixels[i])) * params.scale;
        let value = product + params.bias;
        for (var plane = 0u; plane < params.planes; plane++) {
            numbers[params.shift[plane] + pixel] = value[params.first_plane + plane];
        }
    }
}
