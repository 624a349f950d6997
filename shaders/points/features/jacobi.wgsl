// Eigenvalues and eigenvectors of a symmetric 3x3 matrix: cyclic Jacobi with a fixed number of sweeps. Behind `moments.wgsl`.
// Twin: `src/points/features/jacobi.rs`, operation by operation.

const SWEEPS = 4u;

struct Eigen {
    values: vec3f, // largest first, none below 0, divided by the scale
    scale: f32,    // the largest absolute entry of the matrix; 0 where all entries are
    first: vec3f,  // the vector of the largest
    second: vec3f,
    third: vec3f,
}

struct Rotation {
    tangent: f32,
    cosine: f32,
    sine: f32,
}

// The rotation that makes an entry off the diagonal vanish, in a form that is finite for all entries up to 1.
fn rotation(first: f32, second: f32, off: f32) -> Rotation {
    let twice = off + off;
    let difference = second - first;
    let divisor = abs(difference) + sqrt(difference * difference + twice * twice);
    let signed = select(twice, 0.0 - twice, difference < 0.0);
    let tangent = signed / select(1.0, divisor, divisor > 0.0);
    let cosine = 1.0 / sqrt(tangent * tangent + 1.0);
    return Rotation(tangent, cosine, tangent * cosine);
}

fn eigen(matrix: Matrix) -> Eigen {
    let q = matrix.squares;
    let p = abs(matrix.products);
    let scale = max(max(max(max(max(q.x, q.y), q.z), p.x), p.y), p.z);
    let divisor = select(1.0, scale, scale > 0.0);
    var diagonal = matrix.squares / divisor;
    // Component i is the entry that lies in neither row i nor column i.
    var off = matrix.products.zyx / divisor;
    var a = vec3f(1.0, 0.0, 0.0);
    var b = vec3f(0.0, 1.0, 0.0);
    var c = vec3f(0.0, 0.0, 1.0);
    for (var sweep = 0u; sweep < SWEEPS; sweep++) {
        let xy = rotation(diagonal.x, diagonal.y, off.z);
        diagonal.x -= xy.tangent * off.z;
        diagonal.y += xy.tangent * off.z;
        off = vec3f(xy.sine * off.y + xy.cosine * off.x, xy.cosine * off.y - xy.sine * off.x, 0.0);
        let a_and_b = a;
        a = xy.cosine * a_and_b - xy.sine * b;
        b = xy.sine * a_and_b + xy.cosine * b;

        let xz = rotation(diagonal.x, diagonal.z, off.y);
        diagonal.x -= xz.tangent * off.y;
        diagonal.z += xz.tangent * off.y;
        off = vec3f(xz.sine * off.z + xz.cosine * off.x, 0.0, xz.cosine * off.z - xz.sine * off.x);
        let a_and_c = a;
        a = xz.cosine * a_and_c - xz.sine * c;
        c = xz.sine * a_and_c + xz.cosine * c;

        let yz = rotation(diagonal.y, diagonal.z, off.x);
        diagonal.y -= yz.tangent * off.x;
        diagonal.z += yz.tangent * off.x;
        off = vec3f(0.0, yz.sine * off.z + yz.cosine * off.y, yz.cosine * off.z - yz.sine * off.y);
        let b_and_c = b;
        b = yz.cosine * b_and_c - yz.sine * c;
        c = yz.sine * b_and_c + yz.cosine * c;
    }
    var values = select(vec3f(0.0), diagonal, diagonal > vec3f(0.0));
    // Sorted by three exchanges.
    let above = values.x >= values.y;
    let upper = select(b, a, above);
    let lower = select(a, b, above);
    values = select(values.yxz, values, above);
    let lowest = values.y >= values.z;
    let middle = select(c, lower, lowest);
    let third = select(lower, c, lowest);
    values = select(values.xzy, values, lowest);
    let highest = values.x >= values.y;
    values = select(values.yxz, values, highest);
    return Eigen(values, scale, select(middle, upper, highest), select(upper, middle, highest), third);
}
