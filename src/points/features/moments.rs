//! What a shape is computed from: count, mean and covariance of the neighbourhoods of a group, one a lane.

use crate::points::tree::LEAF;

/// Sixteen neighbourhoods in local units. Coordinates are relative to the point that each surrounds.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Moments {
    /// How many neighbours there are.
    pub(super) count: [f32; LEAF],
    pub(super) mean: [[f32; LEAF]; 3],
    /// xx, xy, xz, yy, yz, zz, centred on the mean and divided by the count.
    pub(super) covariance: [[f32; LEAF]; 6],
    /// Squared distance of the farthest neighbour.
    pub(super) reach: [f32; LEAF],
    /// Smallest and largest z.
    pub(super) heights: [[f32; LEAF]; 2],
}

impl Moments {
    /// No neighbours anywhere.
    pub(super) const NONE: Self = Self {
        count: [0.0; LEAF],
        mean: [[0.0; LEAF]; 3],
        covariance: [[0.0; LEAF]; 6],
        reach: [0.0; LEAF],
        heights: [[0.0; LEAF]; 2],
    };
}
