// The end of a chain that makes gray pixels: four of them packed into the one word that this invocation owns.

@group(0) @binding(3) var<storage, read_write> gray: array<u32>;

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
    let a = transformed(pixels[0]).x;
    let b = transformed(pixels[1]).x;
    let c = transformed(pixels[2]).x;
    let d = transformed(pixels[3]).x;
    gray[unit] = a | (b << 8u) | (c << 16u) | (d << 24u);
}
