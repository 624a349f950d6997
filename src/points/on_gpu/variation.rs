//! How much normals vary, on a GPU: a second search, over the normals that the first pass kept.

use std::borrow::Cow;
use std::sync::Arc;

use super::features::{BYTES_PER_COUNT, Column, GpuTable, write_columns};
use super::index::{Array, GpuIndex, Query};
use super::shapes::Search;
use super::top_k;
use crate::error::Error;
use crate::gpu::{Binding, Kernel, Lease};
use crate::points::Feature;
use crate::points::describe::Pass;
use crate::points::features::Request;

/// Parameters, points, boxes, the list of queries, normals, counts and columns.
const BINDINGS: &[Binding] =
    &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Read, Binding::Read, Binding::Write];

impl GpuIndex {
    /// Records the pass for normals and counts that are known: one value a point.
    pub(in crate::points) fn normal_variation(&self, request: &Request, pass: &Pass) -> Result<Arc<Lease>, Error> {
        let [x, y, z] = &pass.normals;
        // One missing number stands for all.
        let word = |value: f32| if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() };
        let normals: Vec<_> = x.iter().zip(y).zip(z).map(|((x, y), z)| [word(*x), word(*y), word(*z)]).collect();
        let normals = self.gpu().upload(bytemuck::cast_slice(&normals))?;
        let counts = self.gpu().upload(bytemuck::cast_slice(&pass.counts))?;
        let table = GpuTable::of_one_block(self.gpu().lease(4 * self.len() as u64)?, counts, self.len());
        self.variation(request, &[(0, Feature::NormalVariation)], &normals, &table)?;
        Ok(table.columns)
    }

    /// Records the pass. The counts of the table tell how many of the nearest neighbours are looked at.
    pub(super) fn variation(
        &self,
        request: &Request,
        columns: &[Column],
        normals: &Arc<Lease>,
        table: &GpuTable,
    ) -> Result<(), Error> {
        let kernel = kernel(Search::of(&request.vicinity), columns);
        let arrays = &[
            Array::Whole(normals),
            Array::Rows(&table.neighbor_counts, BYTES_PER_COUNT),
            Array::Rows(&table.columns, table.bytes_per_row()),
        ];
        let (params, rows_per_block) = (self.params_within(request), table.rows_per_block);
        self.launch(&Query { kernel: &kernel, params, arrays, rows_per_block })
    }
}

/// The kernel that writes these columns, all of them alike.
pub(super) fn kernel(search: Search, columns: &[Column]) -> Kernel {
    Kernel { label: "variation of normals", source: Cow::Owned(shader(search, columns)), bindings: BINDINGS }
}

fn shader(search: Search, columns: &[Column]) -> String {
    let mut text = search.text();
    text += include_str!("../../../shaders/points/features/variation.wgsl");
    match search {
        Search::Nearest(length) | Search::Optimal(length) => {
            text += include_str!("../../../shaders/points/features/variation/listed.wgsl");
            text += &top_k::for_each(length, "add_differences", "count", "count", |kept| {
                format!("add_difference({});", kept.slot)
            });
        }
        Search::Inside => text += include_str!("../../../shaders/points/features/variation/inside.wgsl"),
    }
    text + &write_columns("row: u32, value: u32", columns, |_| "value".into())
}

/// The kernels of all searches, for the test of all shaders.
#[cfg(test)]
pub(super) fn variants() -> Vec<Kernel> {
    let twice = [0, 2].map(|column| (column, Feature::NormalVariation));
    Search::variants().into_iter().map(|search| kernel(search, &twice)).collect()
}
