//! Eigenvalues and eigenvectors of symmetric 3x3 matrices, one a lane: cyclic Jacobi with a fixed number of sweeps
//! (Golub and Van Loan, *Matrix Computations*, section 8.5), without branches, infinities or fused operations.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

/// Sweeps over the three entries above the diagonal. A fifth changed nothing in 160,000 neighbourhoods of real clouds.
const SWEEPS: usize = 4;

/// Symmetric 3x3 matrices, one a lane.
#[derive(Clone, Copy)]
pub(super) struct Matrix<S: Simd> {
    pub(super) xx: S::f32s,
    pub(super) xy: S::f32s,
    pub(super) xz: S::f32s,
    pub(super) yy: S::f32s,
    pub(super) yz: S::f32s,
    pub(super) zz: S::f32s,
}

impl<S: Simd> Matrix<S> {
    /// All entries zero.
    #[inline(always)]
    pub(super) fn zero(simd: S) -> Self {
        let zero = S::f32s::splat(simd, 0.0);
        Self { xx: zero, xy: zero, xz: zero, yy: zero, yz: zero, zz: zero }
    }
}

/// Eigenvalues of a scaled matrix, largest first and none below zero, and their eigenvectors.
#[derive(Clone, Copy)]
pub(super) struct Eigen<S: Simd> {
    /// Divided by `scale`.
    pub(super) values: [S::f32s; 3],
    /// `vectors[i][axis]` belongs to `values[i]`.
    pub(super) vectors: [[S::f32s; 3]; 3],
    /// The largest absolute entry of the matrix; 0 where all entries are.
    pub(super) scale: S::f32s,
}

/// Values and vectors.
#[inline(always)]
pub(super) fn eigen<S: Simd>(simd: S, matrix: &Matrix<S>) -> Eigen<S> {
    solve::<S, true>(simd, matrix)
}

/// Values alone, divided by the scale; the bits are those of [`eigen`].
#[inline(always)]
pub(super) fn eigenvalues<S: Simd>(simd: S, matrix: &Matrix<S>) -> [S::f32s; 3] {
    solve::<S, false>(simd, matrix).values
}

#[inline(always)]
fn solve<S: Simd, const VECTORS: bool>(simd: S, matrix: &Matrix<S>) -> Eigen<S> {
    let zero = S::f32s::splat(simd, 0.0);
    let one = S::f32s::splat(simd, 1.0);
    let Matrix { xx, xy, xz, yy, yz, zz } = *matrix;
    let scale = xx.max(yy).max(zz).max(xy.abs()).max(xz.abs()).max(yz.abs());
    let divisor = scale.simd_gt(zero).select(scale, one);
    let mut diagonal = [xx / divisor, yy / divisor, zz / divisor];
    // Entry i is the one off the diagonal that lies in neither row i nor column i.
    let mut off = [yz / divisor, xz / divisor, xy / divisor];
    let mut vectors = [[one, zero, zero], [zero, one, zero], [zero, zero, one]];
    for _ in 0..SWEEPS {
        for (p, q, r) in [(0, 1, 2), (0, 2, 1), (1, 2, 0)] {
            // tan of the angle that makes entry (p, q) vanish, in a form that is finite for all entries up to 1.
            let entry = off[r] + off[r];
            let difference = diagonal[q] - diagonal[p];
            let divisor = difference.abs() + (difference * difference + entry * entry).sqrt();
            let signed = difference.simd_lt(zero).select(zero - entry, entry);
            let tangent = signed / divisor.simd_gt(zero).select(divisor, one);
            let cosine = one / (tangent * tangent + one).sqrt();
            let sine = tangent * cosine;
            diagonal[p] -= tangent * off[r];
            diagonal[q] += tangent * off[r];
            off[r] = zero;
            let (a, b) = (off[q], off[p]);
            off[q] = cosine * a - sine * b;
            off[p] = sine * a + cosine * b;
            if !VECTORS {
                continue;
            }
            #[expect(clippy::needless_range_loop, reason = "several arrays by one axis")]
            for axis in 0..3 {
                let (a, b) = (vectors[p][axis], vectors[q][axis]);
                vectors[p][axis] = cosine * a - sine * b;
                vectors[q][axis] = sine * a + cosine * b;
            }
        }
    }
    let mut values = diagonal;
    for value in &mut values {
        *value = value.simd_gt(zero).select(*value, zero);
    }
    for (first, second) in [(0, 1), (1, 2), (0, 1)] {
        let swap = values[first].simd_lt(values[second]);
        let (a, b) = (values[first], values[second]);
        (values[first], values[second]) = (swap.select(b, a), swap.select(a, b));
        if !VECTORS {
            continue;
        }
        #[expect(clippy::needless_range_loop, reason = "several arrays by one axis")]
        for axis in 0..3 {
            let (a, b) = (vectors[first][axis], vectors[second][axis]);
            (vectors[first][axis], vectors[second][axis]) = (swap.select(b, a), swap.select(a, b));
        }
    }
    Eigen { values, vectors, scale }
}

#[cfg(test)]
mod tests {
    use fearless_simd::dispatch;

    use super::*;
    use crate::cpu::SimdLevel;
    use crate::points::samples::Random;

    /// Values and vectors of one matrix, unscaled.
    fn solve(level: SimdLevel, m: [f32; 6]) -> ([f32; 3], [[f32; 3]; 3]) {
        #[inline(always)]
        fn body<S: Simd>(simd: S, m: [f32; 6]) -> ([f32; 3], [[f32; 3]; 3]) {
            let [xx, xy, xz, yy, yz, zz] = m.map(|entry| S::f32s::splat(simd, entry));
            let eigen = eigen(simd, &Matrix { xx, xy, xz, yy, yz, zz });
            let alone = eigenvalues(simd, &Matrix { xx, xy, xz, yy, yz, zz });
            assert!((0..3).all(|place| alone[place].as_slice() == eigen.values[place].as_slice()));
            let vectors = eigen.vectors.map(|vector| vector.map(|axis| axis.as_slice()[3]));
            (eigen.values.map(|value| (value * eigen.scale).as_slice()[3]), vectors)
        }
        dispatch!(SimdLevel::capped(Some(level)), simd => body(simd, m))
    }

    fn matrices() -> Vec<[f32; 6]> {
        let mut matrices = vec![
            [0.0; 6],
            [1.0, 0.0, 0.0, 1.0, 0.0, 1.0],
            [2.0, 0.0, 0.0, 3.0, 0.0, 1.0],
            [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            [5.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [1e30, 0.0, 0.0, 1e-30, 0.0, 0.0],
            [1e-30, 5e-31, 0.0, 1e-30, 0.0, 2e-30],
        ];
        let mut random = Random::new(17);
        for _ in 0..2_000 {
            let spread = [1.0, random.unit(), random.unit() * random.unit() * random.unit()];
            let points: Vec<[f32; 3]> = (0..8).map(|_| spread.map(|spread| (random.unit() - 0.5) * spread)).collect();
            let entry = |a: usize, b: usize| points.iter().map(|point| point[a] * point[b]).sum::<f32>();
            matrices.push([entry(0, 0), entry(0, 1), entry(0, 2), entry(1, 1), entry(1, 2), entry(2, 2)]);
        }
        matrices
    }

    #[test]
    fn values_are_those_of_f64_and_vectors_are_orthonormal_and_belong_to_them() {
        for m in matrices() {
            let (values, vectors) = solve(SimdLevel::None, m);
            let [xx, xy, xz, yy, yz, zz] = m.map(f64::from);
            let rows = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
            let reference = nalgebra::Matrix3::from_fn(|row, column| rows[row][column]).symmetric_eigen();
            let mut expected: Vec<_> = reference.eigenvalues.iter().map(|value| value.max(0.0)).collect();
            expected.sort_by(|a, b| b.total_cmp(a));
            for index in 0..3 {
                let error = (f64::from(values[index]) - expected[index]).abs();
                assert!(error <= 1e-6 * expected[0], "{m:?}: {values:?}, not {expected:?}");
                for other in 0..3 {
                    let dot: f32 = (0..3).map(|axis| vectors[index][axis] * vectors[other][axis]).sum();
                    let expected = if index == other { 1.0 } else { 0.0 };
                    assert!((dot - expected).abs() < 2e-6, "{m:?}: vectors {index} and {other} have product {dot}");
                }
                for row in 0..3 {
                    let product: f64 = (0..3).map(|axis| rows[row][axis] * f64::from(vectors[index][axis])).sum();
                    let error = (product - expected[index] * f64::from(vectors[index][row])).abs();
                    assert!(error <= 2e-6 * expected[0], "{m:?}: vector {index} is off by {error}");
                }
            }
        }
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        for m in matrices() {
            let expected = solve(SimdLevel::None, m);
            for level in SimdLevel::available() {
                let got = solve(level, m);
                assert_eq!(got.0.map(f32::to_bits), expected.0.map(f32::to_bits), "{level}: {m:?}");
                assert_eq!(
                    got.1.as_flattened().iter().map(|value| value.to_bits()).collect::<Vec<_>>(),
                    expected.1.as_flattened().iter().map(|value| value.to_bits()).collect::<Vec<_>>(),
                    "{level}: {m:?}"
                );
            }
        }
    }
}
