// The queries, along the curve: the points of the cloud themselves, or points from elsewhere that were sorted as the cloud
// was. Behind `tree.wgsl`. Twin: `src/points/queries.rs`.

@group(0) @binding(4) var<storage, read> queries: array<vec4u>; // x, y, z, row of the answer

fn query_at(place: u32) -> vec3f {
    return bitcast<vec3f>(queries[place].xyz);
}
