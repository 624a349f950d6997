// The definitions of jakteristics 0.6 that differ: divisor n - 1, and an entropy of raw eigenvalues. Behind
// `formulas.wgsl`. Twin: `src/points/features/formulas/jakteristics.rs`.

fn jakteristics_omnivariance(shape: Shape) -> u32 {
    let values = shape.eigen.values;
    let root = cbrt((values.x * values.y) * values.z);
    return bitcast<u32>(root * shape.eigen.scale * frame.squared_unit * sample_factor(shape));
}

fn jakteristics_eigenentropy(shape: Shape) -> u32 {
    return bitcast<u32>(entropy(sample_eigenvalues(shape)));
}

fn jakteristics_eigenvalue_sum(shape: Shape) -> u32 {
    return bitcast<u32>(eigenvalue_sum(shape) * sample_factor(shape));
}

fn jakteristics_eigenvalue_1(shape: Shape) -> u32 {
    return bitcast<u32>(sample_eigenvalues(shape).x);
}

fn jakteristics_eigenvalue_2(shape: Shape) -> u32 {
    return bitcast<u32>(sample_eigenvalues(shape).y);
}

fn jakteristics_eigenvalue_3(shape: Shape) -> u32 {
    return bitcast<u32>(sample_eigenvalues(shape).z);
}
