//! The shapes of neighbourhoods, one a lane: what all formulas start from.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use super::covariance::load;
use super::jacobi::{Eigen, Matrix, eigen};
use super::moments::Moments;
use crate::points::tree::Leaf;

/// A normal whose z, then y, is smaller than this counts as lying in the plane below, where the next axis decides the
/// sign: rounding alone would otherwise flip the normals of walls.
const LEVEL: f32 = 1e-6;

/// What turns local units into those of the input, and what a normal looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::points) struct Frame {
    /// Units of the input a local unit.
    pub(in crate::points) unit: f32,
    /// Its square.
    pub(in crate::points) squared_unit: f32,
    /// The radius asked for, in local units, where one was.
    pub(in crate::points) radius: Option<f32>,
    /// Squared diagonal of the box around all points, in local units: no neighbour lies farther.
    pub(in crate::points) span: f32,
    /// Whether the neighbourhood chooses its number of neighbours.
    pub(in crate::points) chooses_k: bool,
    /// In local coordinates.
    pub(in crate::points) viewpoint: Option<[f32; 3]>,
}

/// Shapes in local units.
pub(super) struct Shape<S: Simd> {
    pub(super) eigen: Eigen<S>,
    /// How many neighbours there are.
    pub(super) count: S::f32s,
    /// The mean of the neighbours, relative to the point.
    pub(super) mean: [S::f32s; 3],
    /// Variance of the neighbours' z.
    pub(super) variance_of_z: S::f32s,
    /// Squared distance of the farthest neighbour.
    pub(super) reach: S::f32s,
    pub(super) height_range: S::f32s,
    /// Of length 1, turned upwards or to the viewpoint.
    pub(super) normal: [S::f32s; 3],
}

impl<S: Simd> Shape<S> {
    /// The shapes of the neighbourhoods from `first` on.
    #[inline(always)]
    pub(super) fn new(simd: S, moments: &Moments, queries: &Leaf, frame: &Frame, first: usize) -> Self {
        let [xx, xy, xz, yy, yz, zz] = &moments.covariance;
        let matrix = Matrix {
            xx: load(simd, xx, first),
            xy: load(simd, xy, first),
            xz: load(simd, xz, first),
            yy: load(simd, yy, first),
            yz: load(simd, yz, first),
            zz: load(simd, zz, first),
        };
        let eigen = eigen(simd, &matrix);
        let [mean_x, mean_y, mean_z] = &moments.mean;
        let mut normal = upward(simd, unit_length(eigen.vectors[2]));
        if let Some([x, y, z]) = frame.viewpoint {
            // From the viewpoint to the point: a normal along it looks away.
            let away = [
                load(simd, &queries.x, first) - x,
                load(simd, &queries.y, first) - y,
                load(simd, &queries.z, first) - z,
            ];
            normal = turned(simd, normal, dot(away, normal).simd_gt(0.0));
        }
        Self {
            eigen,
            count: load(simd, &moments.count, first),
            mean: [load(simd, mean_x, first), load(simd, mean_y, first), load(simd, mean_z, first)],
            variance_of_z: matrix.zz,
            reach: load(simd, &moments.reach, first),
            height_range: load(simd, &moments.heights[1], first) - load(simd, &moments.heights[0], first),
            normal,
        }
    }
}

#[inline(always)]
pub(super) fn dot<S: Simd, V: SimdFloat<S>>(a: [V; 3], b: [V; 3]) -> V {
    (a[0] * b[0] + a[1] * b[1]) + a[2] * b[2]
}

/// The same direction with length 1. Rounding is monotone and sqrt(z * z) is |z|, so no component exceeds 1.
#[inline(always)]
pub(super) fn unit_length<S: Simd, V: SimdFloat<S>>(vector: [V; 3]) -> [V; 3] {
    let length = dot(vector, vector).sqrt();
    [vector[0] / length, vector[1] / length, vector[2] / length]
}

/// The vector or its opposite, so that z, or where that is next to nothing y, or then x, is positive.
#[inline(always)]
pub(super) fn upward<S: Simd>(simd: S, vector: [S::f32s; 3]) -> [S::f32s; 3] {
    let [x, y, z] = vector;
    let decides = z.abs().simd_lt(LEVEL).select(y.abs().simd_lt(LEVEL).select(x, y), z);
    turned(simd, vector, decides.simd_lt(0.0))
}

#[inline(always)]
fn turned<S: Simd>(simd: S, [x, y, z]: [S::f32s; 3], opposite: S::mask32s) -> [S::f32s; 3] {
    let zero = S::f32s::splat(simd, 0.0);
    [opposite.select(zero - x, x), opposite.select(zero - y, y), opposite.select(zero - z, z)]
}
