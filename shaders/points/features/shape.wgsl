// The shape of one neighbourhood: what all formulas start from. Behind `jacobi.wgsl`. Twin: `src/points/features/shape.rs`.

// What turns local units into those of the input, what a normal looks at, and what is asked of neighbourhoods.
struct Frame {
    unit: f32,             // units of the input a local unit
    squared_unit: f32,
    has_radius: u32,       // 1 where a radius was asked for
    radius: f32,           // that radius, in local units
    steps: f32,            // fixed-point steps a local unit
    chooses_k: u32,        // 1 where the neighbourhood chooses its number of neighbours
    smallest_k: u32,       // from so many on
    fewest_neighbors: u32, // fewer than this have no shape
    has_viewpoint: u32,    // 1 where normals look at
    viewpoint_x: f32,      // a point in local coordinates
    viewpoint_y: f32,
    viewpoint_z: f32,
}

const LEVEL = 1e-6; // a normal's z, then y, below this does not decide its sign

struct Shape {
    eigen: Eigen,
    count: f32,         // how many neighbours there are
    mean: vec3f,        // of the neighbours, relative to the point
    variance_of_z: f32,
    reach: f32,         // squared distance of the farthest neighbour
    height_range: f32,
    normal: vec3f,      // of length 1, turned upwards or to the viewpoint
}

fn shape_of(moments: Moments, point: vec3f) -> Shape {
    let eigen = eigen(moments.covariance);
    var normal = upward(unit_length(eigen.third));
    if frame.has_viewpoint == 1u {
        // From the viewpoint to the point: a normal along it looks away.
        let away = point - vec3f(frame.viewpoint_x, frame.viewpoint_y, frame.viewpoint_z);
        normal = turned(normal, inner(away, normal) > 0.0);
    }
    return Shape(
        eigen,
        moments.count,
        moments.mean,
        moments.covariance.squares.z,
        moments.reach,
        moments.heights.y - moments.heights.x,
        normal,
    );
}

// Left to right, which the language's own product does not promise.
fn inner(a: vec3f, b: vec3f) -> f32 {
    return (a.x * b.x + a.y * b.y) + a.z * b.z;
}

fn unit_length(vector: vec3f) -> vec3f {
    return vector / sqrt(inner(vector, vector));
}

// The vector or its opposite, so that z, or where that is next to nothing y, or then x, is positive.
fn upward(vector: vec3f) -> vec3f {
    let decides = select(vector.z, select(vector.y, vector.x, abs(vector.y) < LEVEL), abs(vector.z) < LEVEL);
    return turned(vector, decides < 0.0);
}

fn turned(vector: vec3f, opposite: bool) -> vec3f {
    return select(vector, vec3f(0.0) - vector, opposite);
}
