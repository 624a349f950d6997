// Features from eigenvalues and the normal, as the bits of an f32, because a shader may assume that NaN never occurs. Each
// function has the name of its feature; what each means stands at `Feature`. Twin: `src/points/features/formulas.rs`.

const NAN = 0x7fc00000u;
const LEVEL = 1e-6; // a normal's z, then y, below this does not decide its sign

fn ratio(value: f32, divisor: f32) -> u32 {
    let some = divisor > 0.0;
    return select(NAN, bitcast<u32>(value / select(1.0, divisor, some)), some);
}

fn sum_of_values(shape: Shape) -> f32 {
    return (shape.values.x + shape.values.y) + shape.values.z;
}

// -p ln p, 0 for shares too small to matter.
fn entropy_of_share(share: f32) -> f32 {
    let counts = share >= SMALLEST_NORMAL;
    return select(0.0, 0.0 - share * ln(select(1.0, share, counts)), counts);
}

// The normal with length 1, turned upwards.
fn upward(normal: vec3f) -> vec3f {
    let unit = normal / sqrt(sum_of_squares(normal));
    let decides = select(unit.z, select(unit.y, unit.x, abs(unit.y) < LEVEL), abs(unit.z) < LEVEL);
    return select(unit, vec3f(0.0) - unit, decides < 0.0);
}

fn linearity(shape: Shape) -> u32 {
    return ratio(shape.values.x - shape.values.y, shape.values.x);
}

fn planarity(shape: Shape) -> u32 {
    return ratio(shape.values.y - shape.values.z, shape.values.x);
}

fn sphericity(shape: Shape) -> u32 {
    return ratio(shape.values.z, shape.values.x);
}

fn omnivariance(shape: Shape) -> u32 {
    let product = (shape.values.x * shape.values.y) * shape.values.z;
    return bitcast<u32>(cbrt(product) * shape.scale * params.squared_unit);
}

fn anisotropy(shape: Shape) -> u32 {
    return ratio(shape.values.x - shape.values.z, shape.values.x);
}

fn eigenentropy(shape: Shape) -> u32 {
    let sum = sum_of_values(shape);
    let some = sum > 0.0;
    let shares = shape.values / select(1.0, sum, some);
    let entropy = (entropy_of_share(shares.x) + entropy_of_share(shares.y)) + entropy_of_share(shares.z);
    return select(NAN, bitcast<u32>(entropy), some);
}

fn eigenvalue_sum(shape: Shape) -> u32 {
    return bitcast<u32>(sum_of_values(shape) * shape.scale * params.squared_unit);
}

fn surface_variation(shape: Shape) -> u32 {
    return ratio(shape.values.z, sum_of_values(shape));
}

fn verticality(shape: Shape) -> u32 {
    return bitcast<u32>(1.0 - abs(shape.normal.z));
}

fn normal_x(shape: Shape) -> u32 {
    return bitcast<u32>(shape.normal.x);
}

fn normal_y(shape: Shape) -> u32 {
    return bitcast<u32>(shape.normal.y);
}

fn normal_z(shape: Shape) -> u32 {
    return bitcast<u32>(shape.normal.z);
}

fn pca1(shape: Shape) -> u32 {
    return ratio(shape.values.x, sum_of_values(shape));
}

fn pca2(shape: Shape) -> u32 {
    return ratio(shape.values.y, sum_of_values(shape));
}
