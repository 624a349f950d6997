// Keeps the normals of a pass for the next one, three words a point in the order of the input, the bits of an
// f32. Behind `columns.wgsl`.

@group(0) @binding(7) var<storage, read_write> normals: array<u32>;

fn keep_normal(index: u32, normal: vec3f, enough: bool) {
    let words = select(vec3u(NAN), bitcast<vec3u>(normal), enough);
    normals[3u * index] = words.x;
    normals[3u * index + 1u] = words.y;
    normals[3u * index + 2u] = words.z;
}
