//! A resize on a GPU: what the shader is told, and how the largest reductions are divided.

use bytemuck::{Pod, Zeroable};

use super::{Method, Sampling, scale};
use crate::tensor::SampleKind;

/// The functions that make one pixel each; what they need is in the file's head.
pub(crate) const SHADER: &str = include_str!("../../../shaders/tensor/resample.wgsl");

/// One pass makes an axis at most this many times shorter. A pixel then has at most 34 x 34 taps: little enough for a
/// driver's watchdog, and for llvmpipe, which silently stops an invocation after 65,535 loop rounds; and sums so short
/// that `f32` serves.
const MOST_FOLD: usize = 32;

/// `Resampling` of `shaders/tensor/resample.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Geometry {
    pub(super) size: [u32; 2],
    pub(super) before: [u32; 2],
    pub(super) after: [u32; 2],
    pub(super) stride: [f32; 2],
    pub(super) unit: [f32; 2],
    pub(super) whole: [f32; 2],
    pub(super) scale: f32,
    pub(super) covers: u32,
}

impl Sampling {
    /// The shader's function for this resize.
    pub(crate) fn function(&self) -> &'static str {
        match self.method {
            Method::Nearest => "resampled_nearest",
            Method::Bilinear => "resampled_bilinear",
            Method::Area => "resampled_area",
        }
    }

    /// What the shader is told, for source samples of this kind. Of an image without pixels, nothing.
    pub(crate) fn geometry(&self, kind: SampleKind) -> Geometry {
        if [self.from.0, self.from.1, self.to.0, self.to.1].contains(&0) {
            return Geometry::zeroed();
        }
        let axes = self.axes(kind);
        Geometry {
            size: axes.map(|axis| axis.size),
            before: axes.map(|axis| axis.before),
            after: axes.map(|axis| axis.after),
            stride: axes.map(|axis| (f64::from(axis.before) / f64::from(axis.after)) as f32),
            unit: axes.map(|axis| axis.unit),
            whole: axes.map(|axis| axis.whole),
            scale: scale(&axes, kind),
            covers: u32::from(axes[0].covers) | u32::from(axes[1].covers) << 1,
        }
    }

    /// The same resize as passes that a GPU runs one after the other: one, or, for averages over more than
    /// [`MOST_FOLD`] pixels along an axis, several. All but the last make `f32` pixels, not rounded.
    ///
    /// A destination pixel is cut into equally long parts, and the average of the parts' averages is its own: nothing but
    /// `f32` rounding is lost.
    pub(crate) fn passes(&self) -> Vec<Self> {
        let mut passes = Vec::new();
        let mut rest = *self;
        while let Some(first) = rest.first_of_several() {
            passes.push(first);
            rest.from = first.to;
        }
        passes.push(rest);
        passes
    }

    fn first_of_several(&self) -> Option<Self> {
        let parts = |from: usize, to: usize| from.div_ceil(to.saturating_mul(MOST_FOLD).max(1)).max(1);
        let (columns, rows) = (parts(self.from.0, self.to.0), parts(self.from.1, self.to.1));
        if self.method != Method::Area || self.to.0 == 0 || self.to.1 == 0 || (columns == 1 && rows == 1) {
            return None;
        }
        // An axis that is enlarged waits for the last pass.
        let to = |from: usize, to: usize, parts: usize| if from < to { from } else { to * parts };
        Some(Self { to: (to(self.from.0, self.to.0, columns), to(self.from.1, self.to.1, rows)), ..*self })
    }
}
