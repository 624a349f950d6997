//! Tables of features on a GPU: which pass fills which columns.
//!
//! ```text
//! shapes       search, moments, eigenvalues and formulas, fused; keeps normals if their variation is asked for
//! variation    a second search, over those normals
//! colours      a pass over the channels
//! heights      found on the host and sent
//! ```
//!
//! All write to the same table, block by block of rows.

use std::ops::Range;
use std::sync::Arc;

use super::index::GpuIndex;
use crate::error::Error;
use crate::gpu::Lease;
use crate::points::Feature;
use crate::points::attributes::Attributes;
use crate::points::feature::Needs;
use crate::points::features::Request;

/// Bytes of a row of counts.
pub(super) const BYTES_PER_COUNT: u64 = 4;

/// A table of features in device memory.
pub(in crate::points) struct GpuTable {
    /// Blocks of rows, each with all columns one after the other.
    pub(in crate::points) columns: Arc<Lease>,
    /// One count a row.
    pub(in crate::points) neighbor_counts: Arc<Lease>,
    /// Rows of every block but the last.
    pub(in crate::points) rows_per_block: usize,
    /// Rows of all blocks.
    len: usize,
    /// Columns of every row.
    width: usize,
}

impl GpuTable {
    /// A table of one column, which a binding holds wherever it holds the points.
    pub(super) fn of_one_block(column: Arc<Lease>, neighbor_counts: Arc<Lease>, len: usize) -> Self {
        Self { columns: column, neighbor_counts, rows_per_block: len.max(1), len, width: 1 }
    }

    /// Bytes of a row.
    pub(super) fn bytes_per_row(&self) -> u64 {
        4 * self.width as u64
    }

    /// The rows of each block.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let blocks = (0..self.len).step_by(self.rows_per_block);
        blocks.map(|first| first..self.len.min(first + self.rows_per_block))
    }
}

/// A feature and the column of the table that it goes to.
pub(super) type Column = (u32, Feature);

impl GpuIndex {
    /// Records the computation of the features of every point. `heights` are those above ground, in the order of the
    /// input, if a feature needs them; colours are taken from the attributes.
    pub(in crate::points) fn features(
        &self,
        request: &Request,
        features: &[Feature],
        attributes: &Attributes,
        heights: &[f32],
    ) -> Result<GpuTable, Error> {
        let bytes_per_row = 4 * features.len() as u64;
        let table = GpuTable {
            rows_per_block: self.rows_per_block("a block of the table of features", bytes_per_row)?,
            columns: self.gpu().lease(self.len() as u64 * bytes_per_row)?,
            neighbor_counts: self.gpu().lease(self.len() as u64 * BYTES_PER_COUNT)?,
            len: self.len(),
            width: features.len(),
        };
        let columns_of = |wanted: &[Needs]| -> Vec<Column> {
            (0..).zip(features.iter().copied()).filter(|(_, feature)| wanted.contains(&feature.needs())).collect()
        };
        let of_normals = columns_of(&[Needs::Normals]);
        let normals = self.shapes(request, &columns_of(&[Needs::Shape]), !of_normals.is_empty(), &table)?;
        if let Some(normals) = normals {
            self.variation(request, &of_normals, &normals, &table)?;
        }
        let of_colors = columns_of(&[Needs::Colors, Needs::Infrared]);
        if !of_colors.is_empty() {
            self.spectral(attributes, &of_colors, &table)?;
        }
        for (column, _) in columns_of(&[Needs::Ground]) {
            self.send_column(column, heights, &table)?;
        }
        Ok(table)
    }

    /// Records a copy of values of the host to a column.
    fn send_column(&self, column: u32, values: &[f32], table: &GpuTable) -> Result<(), Error> {
        for rows in table.blocks() {
            let offset = rows.start as u64 * table.bytes_per_row() + 4 * u64::from(column) * rows.len() as u64;
            let bytes = 4 * rows.len() as u64;
            let from = self.gpu().upload(bytemuck::cast_slice(&values[rows]))?;
            self.gpu().copy(&from, (&table.columns, offset), bytes)?;
        }
        Ok(())
    }
}

/// A call of `write_column` for each column, in a function of this head; `value` is the text of a feature's value.
pub(super) fn write_columns(head: &str, columns: &[Column], value: impl Fn(Feature) -> String) -> String {
    let calls =
        columns.iter().map(|(column, feature)| format!("    write_column({column}u, row, {});\n", value(*feature)));
    format!("\nfn write_columns({head}) {{\n{}}}\n", calls.collect::<String>())
}
