// The definitions of pgeof 0.3.4 that differ: ratios of the eigenvalues' square roots, with small numbers in their divisors.
// Behind `formulas.wgsl`. Twin: `src/points/features/formulas/pgeof.rs`.

const PGEOF_EPSILON = 1e-3;

fn pgeof_roots(shape: Shape) -> vec3f {
    return sqrt(eigenvalues(shape));
}

fn pgeof_linearity(shape: Shape) -> u32 {
    let s = pgeof_roots(shape);
    return bitcast<u32>((s.x - s.y) / (s.x + PGEOF_EPSILON));
}

fn pgeof_planarity(shape: Shape) -> u32 {
    let s = pgeof_roots(shape);
    return bitcast<u32>((s.y - s.z) / (s.x + PGEOF_EPSILON));
}

fn pgeof_sphericity(shape: Shape) -> u32 {
    let s = pgeof_roots(shape);
    return bitcast<u32>(s.z / (s.x + PGEOF_EPSILON));
}

fn pgeof_verticality(shape: Shape) -> u32 {
    return unary_z(shape, shape.eigen.values);
}

fn pgeof_length(shape: Shape) -> u32 {
    return bitcast<u32>(pgeof_roots(shape).x);
}

fn pgeof_surface(shape: Shape) -> u32 {
    let s = pgeof_roots(shape);
    return bitcast<u32>(sqrt(s.x * s.y + 1e-6));
}

fn pgeof_volume(shape: Shape) -> u32 {
    let s = pgeof_roots(shape);
    return bitcast<u32>(cbrt((s.x * s.y) * s.z + 1e-9));
}

fn pgeof_surface_variation(shape: Shape) -> u32 {
    let s = pgeof_roots(shape);
    // Mesa's compiler adds the constant first, wherever it stands.
    return bitcast<u32>(s.z / (((s.x + PGEOF_EPSILON) + s.y) + s.z));
}

fn pgeof_eigenentropy(shape: Shape) -> u32 {
    let values = eigenvalues(shape);
    let shares = values / (eigenvalue_sum(shape) + PGEOF_EPSILON);
    return bitcast<u32>((pgeof_term(shares.x) + pgeof_term(shares.y)) + pgeof_term(shares.z));
}

// -e ln(e + epsilon)
fn pgeof_term(share: f32) -> f32 {
    return 0.0 - share * ln(share + PGEOF_EPSILON);
}
