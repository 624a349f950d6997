//! Features of colours on a GPU.

use std::borrow::Cow;

use bytemuck::{Pod, Zeroable};

use super::build::WORKGROUP_SIZE;
use super::features::{Column, GpuTable, write_columns};
use super::index::GpuIndex;
use crate::error::Error;
use crate::gpu::{Binding, Kernel, Launch, Window};
use crate::points::attributes::Attributes;

/// Parameters, colours, near infrared and columns.
const BINDINGS: &[Binding] = &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Write];

/// `Params` of `shaders/points/spectral.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Params {
    first_row: u32,
    rows: u32,
    largest_color: f32,
    largest_infrared: f32,
}

impl GpuIndex {
    /// Records the pass; the attributes hold what the columns need.
    pub(super) fn spectral(&self, attributes: &Attributes, columns: &[Column], table: &GpuTable) -> Result<(), Error> {
        let Some(colors) = &attributes.colors else { return Ok(()) };
        let kernel = kernel(columns);
        let values = self.gpu().upload(bytemuck::cast_slice(&colors.values))?;
        let (infrared, largest_infrared) = match &attributes.infrared {
            Some(channel) => (self.gpu().upload(bytemuck::cast_slice(&channel.values))?, channel.maximum),
            None => (values.clone(), 1),
        };
        for rows in table.blocks() {
            let params = Params {
                first_row: rows.start as u32,
                rows: rows.len() as u32,
                largest_color: f32::from(colors.maximum),
                largest_infrared: f32::from(largest_infrared),
            };
            let [first, bytes] = [rows.start, rows.len()].map(|rows| rows as u64 * table.bytes_per_row());
            self.gpu().launch(&Launch {
                kernel: &kernel,
                params: bytemuck::bytes_of(&params),
                windows: &[Window::all(&values), Window::all(&infrared), Window::of(&table.columns, first, bytes)],
                groups: params.rows.div_ceil(WORKGROUP_SIZE),
            })?;
        }
        Ok(())
    }
}

/// The kernel that writes these columns.
fn kernel(columns: &[Column]) -> Kernel {
    let text = [
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/spectral.wgsl"),
        &write_columns("row: u32, color: Color", columns, |feature| format!("{feature}(color)")),
    ];
    Kernel { label: "features of colours", source: Cow::Owned(text.concat()), bindings: BINDINGS }
}

/// The kernel with all features, for the test of all shaders.
#[cfg(test)]
pub(super) fn subject() -> crate::shaders::Subject {
    let columns: Vec<_> = (0..).zip(crate::points::Features::spectral()).collect();
    let params = Some(crate::shaders::layout!(Params { first_row, rows, largest_color, largest_infrared }));
    crate::shaders::Subject { kernel: kernel(&columns), params }
}
