// The one definition of CloudCompare that differs: an entropy of raw eigenvalues. Behind `formulas.wgsl`. Twin:
// `src/points/features/formulas/cloudcompare.rs`.

fn cloudcompare_eigenentropy(shape: Shape) -> u32 {
    return bitcast<u32>(entropy(eigenvalues(shape)));
}
