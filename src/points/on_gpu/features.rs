//! Shape features on a GPU, fused with the search for neighbours.

use std::fmt::Write;
use std::sync::Arc;

use super::index::{GpuIndex, Query, kernel};
use super::top_k;
use crate::error::Error;
use crate::gpu::Lease;
use crate::points::Feature;
use crate::points::features::Request;
use crate::points::neighborhood::Vicinity;
use crate::points::table::Pass;
use crate::points::walk::Reach;

/// A table of features in device memory.
pub(in crate::points) struct GpuTable {
    /// Blocks of rows, each with all columns one after the other.
    pub(in crate::points) columns: Arc<Lease>,
    /// One count a row.
    pub(in crate::points) neighbor_counts: Arc<Lease>,
    /// Rows of every block but the last.
    pub(in crate::points) rows_per_block: usize,
}

impl GpuIndex {
    /// Records the fused computation of the features of every point's `k` nearest neighbours.
    pub(in crate::points) fn features(&self, request: &Request, features: &[Feature]) -> Result<GpuTable, Error> {
        let Vicinity::Nearest(reach) = &request.vicinity else { return Err(Error::NoFeatures) };
        let (k, squared_unit) = (reach.k, request.frame.squared_unit);
        const BYTES_PER_COUNT: u64 = 4;
        let bytes_per_row = 4 * features.len() as u64;
        let rows_per_block = self.rows_per_block("a block of the table of features", bytes_per_row)?;
        let columns = self.gpu().lease(self.len() as u64 * bytes_per_row)?;
        let neighbor_counts = self.gpu().lease(self.len() as u64 * BYTES_PER_COUNT)?;
        let kernel = kernel("features of nearest neighbours", shader(top_k::length_for(k), features));
        let outputs = [(&columns, bytes_per_row), (&neighbor_counts, BYTES_PER_COUNT)];
        let (kernel, reach) = (&kernel, Reach::nearest(k));
        self.launch(&Query { kernel, reach, squared_unit, reads_queries: false, outputs, rows_per_block })?;
        Ok(GpuTable { columns, neighbor_counts, rows_per_block })
    }
}

impl GpuIndex {
    pub(in crate::points) fn normal_variation(&self, _request: &Request, _pass: &Pass) -> Result<Arc<Lease>, Error> {
        Err(Error::NoFeatures)
    }
}

/// The text of the kernel that keeps `length` neighbours and writes a column for each feature.
pub(crate) fn shader(length: usize, features: &[Feature]) -> String {
    let mut text = String::from(include_str!("../../../shaders/points/tree.wgsl"));
    text.push_str(include_str!("../../../shaders/points/walk.wgsl"));
    text.push_str(include_str!("../../../shaders/points/features/covariance.wgsl"));
    text.push_str(include_str!("../../../shaders/points/features/jacobi.wgsl"));
    text.push_str(include_str!("../../../shaders/points/features/math.wgsl"));
    text.push_str(include_str!("../../../shaders/points/features/formulas.wgsl"));
    text.push_str(include_str!("../../../shaders/points/features/columns.wgsl"));
    text.push_str(&top_k::list(length, true));
    for (name, step) in [("sum_offsets", "add_offset"), ("sum_products", "add_products")] {
        text.push_str(&top_k::for_each(length, name, "count", "count", |kept| format!("{step}({});", kept.slot)));
    }
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\nconst COLUMNS = {}u;\n\nfn write_columns(row: u32, shape: Shape) {{", features.len());
    for (column, feature) in features.iter().enumerate() {
        let _ = writeln!(text, "    write_column({column}u, row, {feature}(shape));");
    }
    text.push_str("}\n");
    text
}
