// What formulas share. Features leave as the bits of an f32, because a shader may assume that NaN and infinity never occur.
// Behind `shape.wgsl` and `math.wgsl`; the formulas of each convention stand in `formulas/`, each named for its convention
// and feature. Twin: `src/points/features/formulas/mod.rs`.

const NAN = 0x7fc00000u;

fn ratio(value: f32, divisor: f32) -> u32 {
    let some = divisor > 0.0;
    return select(NAN, bitcast<u32>(value / select(1.0, divisor, some)), some);
}

fn sum_of(values: vec3f) -> f32 {
    return (values.x + values.y) + values.z;
}

// -x ln x, 0 for values too small to matter.
fn minus_x_ln_x(x: f32) -> f32 {
    let counts = x >= SMALLEST_NORMAL;
    return select(0.0, 0.0 - x * ln(select(1.0, x, counts)), counts);
}

// -sum x ln x
fn entropy(values: vec3f) -> f32 {
    return (minus_x_ln_x(values.x) + minus_x_ln_x(values.y)) + minus_x_ln_x(values.z);
}

// Entropy of the values' shares of their sum, which is above 0.
fn entropy_of_shares(values: vec3f) -> f32 {
    let sum = sum_of(values);
    return entropy(values / select(1.0, sum, sum > 0.0));
}

// Eigenvalues in squared units of the input.
fn eigenvalues(shape: Shape) -> vec3f {
    return shape.eigen.values * (shape.eigen.scale * frame.squared_unit);
}

// The sum of the eigenvalues in squared units of the input: one product of their sum, because Mesa's compiler would make
// that of a sum of products.
fn eigenvalue_sum(shape: Shape) -> f32 {
    return sum_of(shape.eigen.values) * (shape.eigen.scale * frame.squared_unit);
}

// What turns the divisor n into n - 1. Rows of one neighbour are NaN, whatever is here.
fn sample_factor(shape: Shape) -> f32 {
    return shape.count / max(shape.count - 1.0, 1.0);
}

// Eigenvalues in squared units of the input, divided by one less than the number of neighbours.
fn sample_eigenvalues(shape: Shape) -> vec3f {
    return eigenvalues(shape) * sample_factor(shape);
}

// The z of `sum w_i |e_i|`, of length 1.
fn unary_z(shape: Shape, weights: vec3f) -> u32 {
    let sum = (weights.x * abs(shape.eigen.first) + weights.y * abs(shape.eigen.second))
        + weights.z * abs(shape.eigen.third);
    return ratio(sum.z, sqrt(inner(sum, sum)));
}
