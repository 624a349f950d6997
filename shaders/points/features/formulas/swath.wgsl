// Swath's own definitions, which stand at `Feature`. Behind `formulas.wgsl`. Twin: `src/points/features/formulas/swath.rs`.

const INFINITY = 0x7f800000u;
const UNIT_BALL = 4.1887903; // 4/3 pi

fn swath_linearity(shape: Shape) -> u32 {
    let values = shape.eigen.values;
    return ratio(values.x - values.y, values.x);
}

fn swath_planarity(shape: Shape) -> u32 {
    let values = shape.eigen.values;
    return ratio(values.y - values.z, values.x);
}

fn swath_sphericity(shape: Shape) -> u32 {
    return ratio(shape.eigen.values.z, shape.eigen.values.x);
}

fn swath_omnivariance(shape: Shape) -> u32 {
    return bitcast<u32>(cube_root_of_product(shape) * shape.eigen.scale * frame.squared_unit);
}

fn cube_root_of_product(shape: Shape) -> f32 {
    let values = shape.eigen.values;
    return cbrt((values.x * values.y) * values.z);
}

fn swath_anisotropy(shape: Shape) -> u32 {
    let values = shape.eigen.values;
    return ratio(values.x - values.z, values.x);
}

fn swath_eigenentropy(shape: Shape) -> u32 {
    let values = shape.eigen.values;
    return select(NAN, bitcast<u32>(entropy_of_shares(values)), sum_of(values) > 0.0);
}

fn swath_eigenvalue_sum(shape: Shape) -> u32 {
    return in_squared_units(shape, sum_of(shape.eigen.values));
}

fn swath_surface_variation(shape: Shape) -> u32 {
    return ratio(shape.eigen.values.z, sum_of(shape.eigen.values));
}

fn swath_verticality(shape: Shape) -> u32 {
    return bitcast<u32>(verticality(shape));
}

fn verticality(shape: Shape) -> f32 {
    return 1.0 - abs(shape.normal.z);
}

fn swath_normal_x(shape: Shape) -> u32 {
    return bitcast<u32>(shape.normal.x);
}

fn swath_normal_y(shape: Shape) -> u32 {
    return bitcast<u32>(shape.normal.y);
}

fn swath_normal_z(shape: Shape) -> u32 {
    return bitcast<u32>(shape.normal.z);
}

fn swath_pca1(shape: Shape) -> u32 {
    return ratio(shape.eigen.values.x, sum_of(shape.eigen.values));
}

fn swath_pca2(shape: Shape) -> u32 {
    return ratio(shape.eigen.values.y, sum_of(shape.eigen.values));
}

fn swath_guinard_verticality(shape: Shape) -> u32 {
    return unary_z(shape, shape.eigen.values);
}

fn swath_horizontality(shape: Shape) -> u32 {
    return bitcast<u32>(abs(shape.normal.z));
}

fn swath_length(shape: Shape) -> u32 {
    return bitcast<u32>(sqrt(shape.eigen.values.x * shape.eigen.scale) * frame.unit);
}

fn swath_surface(shape: Shape) -> u32 {
    let values = shape.eigen.values;
    return bitcast<u32>(sqrt(sqrt(values.x * values.y) * shape.eigen.scale) * frame.unit);
}

fn swath_volume(shape: Shape) -> u32 {
    return bitcast<u32>(sqrt(cube_root_of_product(shape) * shape.eigen.scale) * frame.unit);
}

fn swath_degree_of_planarity(shape: Shape) -> u32 {
    let values = shape.eigen.values;
    return select(NAN, bitcast<u32>(logarithm_of_ratio(values.x, values.z)), values.z >= SMALLEST_NORMAL);
}

// The smallest value is at most the others: where it counts, all do.
fn swath_degree_of_linearity(shape: Shape) -> u32 {
    let values = shape.eigen.values;
    let degree = ratio(logarithm_of_ratio(values.x, values.y), logarithm_of_ratio(values.y, values.z));
    return select(NAN, degree, values.z >= SMALLEST_NORMAL);
}

// ln(a / b) for normal numbers, some number for others.
fn logarithm_of_ratio(a: f32, b: f32) -> f32 {
    let some = b >= SMALLEST_NORMAL;
    return ln(select(1.0, a, some)) - ln(select(1.0, b, some));
}

fn swath_eigenvalue_1(shape: Shape) -> u32 {
    return in_squared_units(shape, shape.eigen.values.x);
}

fn swath_eigenvalue_2(shape: Shape) -> u32 {
    return in_squared_units(shape, shape.eigen.values.y);
}

fn swath_eigenvalue_3(shape: Shape) -> u32 {
    return in_squared_units(shape, shape.eigen.values.z);
}

fn in_squared_units(shape: Shape, value: f32) -> u32 {
    return bitcast<u32>(value * shape.eigen.scale * frame.squared_unit);
}

fn swath_eigenvector_1_x(shape: Shape) -> u32 {
    return bitcast<u32>(upward(unit_length(shape.eigen.first)).x);
}

fn swath_eigenvector_1_y(shape: Shape) -> u32 {
    return bitcast<u32>(upward(unit_length(shape.eigen.first)).y);
}

fn swath_eigenvector_1_z(shape: Shape) -> u32 {
    return bitcast<u32>(upward(unit_length(shape.eigen.first)).z);
}

fn swath_eigenvector_2_x(shape: Shape) -> u32 {
    return bitcast<u32>(upward(unit_length(shape.eigen.second)).x);
}

fn swath_eigenvector_2_y(shape: Shape) -> u32 {
    return bitcast<u32>(upward(unit_length(shape.eigen.second)).y);
}

fn swath_eigenvector_2_z(shape: Shape) -> u32 {
    return bitcast<u32>(upward(unit_length(shape.eigen.second)).z);
}

fn swath_eigenvector_3_x(shape: Shape) -> u32 {
    return bitcast<u32>(upward(unit_length(shape.eigen.third)).x);
}

fn swath_eigenvector_3_y(shape: Shape) -> u32 {
    return bitcast<u32>(upward(unit_length(shape.eigen.third)).y);
}

fn swath_eigenvector_3_z(shape: Shape) -> u32 {
    return bitcast<u32>(upward(unit_length(shape.eigen.third)).z);
}

// With the offsets' mean m, their sum along the second vector is n m e2, and that of their squares n (l2 + (m e2)^2).
fn swath_first_order_moment(shape: Shape) -> u32 {
    let along = inner(shape.mean, unit_length(shape.eigen.second));
    let squared = along * along;
    return ratio(shape.count * squared, shape.eigen.values.y * shape.eigen.scale + squared);
}

fn swath_roughness(shape: Shape) -> u32 {
    return bitcast<u32>(abs(inner(shape.mean, shape.normal)) * frame.unit);
}

fn swath_density(shape: Shape) -> u32 {
    let radius = select(sqrt(shape.reach), frame.radius, frame.has_radius == 1u) * frame.unit;
    let volume = ((radius * radius) * radius) * UNIT_BALL;
    let some = volume > 0.0;
    return select(INFINITY, bitcast<u32>(shape.count / select(1.0, volume, some)), some);
}

fn swath_kth_distance(shape: Shape) -> u32 {
    return bitcast<u32>(sqrt(shape.reach) * frame.unit);
}

fn swath_neighbor_count(shape: Shape) -> u32 {
    return bitcast<u32>(shape.count);
}

fn swath_optimal_k(shape: Shape) -> u32 {
    return select(NAN, bitcast<u32>(shape.count), frame.chooses_k == 1u);
}

fn swath_height_range(shape: Shape) -> u32 {
    return bitcast<u32>(shape.height_range * frame.unit);
}

fn swath_vertical_std(shape: Shape) -> u32 {
    return bitcast<u32>(sqrt(max(shape.variance_of_z, 0.0)) * frame.unit);
}

fn swath_wall_likelihood(shape: Shape) -> u32 {
    return likelihood(shape, verticality(shape));
}

fn swath_roof_likelihood(shape: Shape) -> u32 {
    return likelihood(shape, abs(shape.normal.z));
}

// Of a plane that lies so.
fn likelihood(shape: Shape, lies: f32) -> u32 {
    let values = shape.eigen.values;
    let some = values.x > 0.0;
    let planarity = (values.y - values.z) / select(1.0, values.x, some);
    return select(NAN, bitcast<u32>(sqrt(lies * planarity)), some);
}
