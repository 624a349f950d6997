// The definitions of PDAL's `filters.covariancefeatures` in its default mode, where they differ. Behind `formulas.wgsl`.
// Twin: `src/points/features/formulas/pdal.rs`.

fn pdal_roots(shape: Shape) -> vec3f {
    return sqrt(sample_eigenvalues(shape));
}

fn pdal_linearity(shape: Shape) -> u32 {
    let s = pdal_roots(shape);
    return ratio(s.x - s.y, s.x);
}

fn pdal_planarity(shape: Shape) -> u32 {
    let s = pdal_roots(shape);
    return ratio(s.y - s.z, s.x);
}

fn pdal_sphericity(shape: Shape) -> u32 {
    let s = pdal_roots(shape);
    return ratio(s.z, s.x);
}

fn pdal_omnivariance(shape: Shape) -> u32 {
    let s = pdal_roots(shape);
    return bitcast<u32>(cbrt((s.x * s.y) * s.z));
}

fn pdal_anisotropy(shape: Shape) -> u32 {
    let s = pdal_roots(shape);
    return ratio(s.x - s.z, s.x);
}

fn pdal_eigenentropy(shape: Shape) -> u32 {
    return bitcast<u32>(entropy(pdal_roots(shape)));
}

fn pdal_eigenvalue_sum(shape: Shape) -> u32 {
    return bitcast<u32>(eigenvalue_sum(shape) * sample_factor(shape));
}

// Square root over sum: that library mixes the two.
fn pdal_surface_variation(shape: Shape) -> u32 {
    return ratio(pdal_roots(shape).z, eigenvalue_sum(shape) * sample_factor(shape));
}

fn pdal_verticality(shape: Shape) -> u32 {
    return unary_z(shape, pdal_roots(shape));
}

fn pdal_eigenvalue_1(shape: Shape) -> u32 {
    return bitcast<u32>(sample_eigenvalues(shape).x);
}

fn pdal_eigenvalue_2(shape: Shape) -> u32 {
    return bitcast<u32>(sample_eigenvalues(shape).y);
}

fn pdal_eigenvalue_3(shape: Shape) -> u32 {
    return bitcast<u32>(sample_eigenvalues(shape).z);
}
