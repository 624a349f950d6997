//! Columns of features, written row by row as groups of neighbourhoods become known.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use super::fixed_point::MOST_NEIGHBORS;
use super::formulas::feature;
use super::moments::Moments;
use super::shape::{Frame, Shape};
use crate::cpu::ScatterRows;
use crate::points::tree::LEAF;
use crate::points::walk::Queries;
use crate::points::{Convention, Feature};

/// The columns of a table that shapes fill.
pub(super) struct Columns<'a> {
    pub(super) convention: Convention,
    pub(super) frame: Frame,
    pub(super) columns: Vec<(Feature, ScatterRows<'a, f32>)>,
    pub(super) neighbor_counts: ScatterRows<'a, u32>,
}

impl Columns<'_> {
    /// Writes the rows of a group.
    ///
    /// A function of its own at every level, so that it is compiled once for all kinds of neighbourhoods.
    #[inline(never)]
    pub(super) fn write<S: Simd>(&self, simd: S, queries: &Queries<'_>, moments: &Moments) {
        simd.vectorize(
            #[inline(always)]
            || {
                // Registers of the level's own width: sixteen lanes in registers of four are four times the code.
                for first in (0..queries.len).step_by(S::f32s::LEN) {
                    self.write_lanes(simd, queries, moments, first);
                }
            },
        );
        for lane in 0..queries.len {
            let row = queries.points.index[lane] as usize;
            #[allow(unsafe_code, reason = "rows are written in input order, along the curve")]
            // SAFETY: every input index is in one lane of one group, and every group is searched once.
            unsafe {
                self.neighbor_counts.write_row(row, &[moments.count[lane] as u32]);
            }
        }
    }

    #[inline(always)]
    fn write_lanes<S: Simd>(&self, simd: S, queries: &Queries<'_>, moments: &Moments, first: usize) {
        let shape = Shape::new(simd, moments, queries.points, &self.frame, first);
        let fewest = self.convention.fewest_neighbors() as f32;
        let enough = shape.count.simd_ge(fewest) & shape.count.simd_le(MOST_NEIGHBORS as f32);
        let missing = S::f32s::splat(simd, f32::NAN);
        let rows = &queries.points.index[first..LEAF.min(first + S::f32s::LEN).min(queries.len)];
        for (name, column) in &self.columns {
            let values = feature(simd, self.convention, *name, &shape, &self.frame);
            let counts = *name == Feature::NeighborCount;
            let values = if counts { values } else { enough.select(values, missing) };
            for (row, value) in rows.iter().zip(values.as_slice()) {
                #[allow(unsafe_code, reason = "rows are written in input order, along the curve")]
                // SAFETY: every input index is in one lane of one group, and every group is searched once.
                unsafe {
                    column.write_row(*row as usize, std::slice::from_ref(value));
                }
            }
        }
    }
}
