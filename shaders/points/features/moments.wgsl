// What a shape is computed from: count, mean and covariance of the neighbours of one point, in local units and relative to
// the point. Twin: `src/points/features/moments.rs`.

struct Moments {
    count: f32,
    mean: vec3f,
    covariance: Matrix, // centred on the mean and divided by the count
    reach: f32,         // squared distance of the farthest neighbour
    heights: vec2f,     // smallest and largest z
}

// A symmetric 3x3 matrix.
struct Matrix {
    squares: vec3f,  // xx, yy, zz
    products: vec3f, // xy, xz, yz
}
