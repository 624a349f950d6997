//! All columns of a table on the CPU: of shapes, of normals, of colours and of heights.

use super::attributes::Attributes;
use super::feature::{Feature, Needs};
use super::features::{Request, normal_variation, shape_features};
use super::heights::heights_above_ground;
use super::spectral::spectral;
use super::tree::Tree;
use crate::cpu::Cpu;
use crate::error::Error;

/// A cloud in host memory.
pub(super) struct HostCloud<'a> {
    pub(super) tree: &'a Tree,
    pub(super) points: &'a [[f32; 3]],
    pub(super) attributes: &'a Attributes,
}

impl HostCloud<'_> {
    /// Fills all columns.
    pub(super) fn fill(
        &self,
        cpu: &Cpu,
        request: &Request,
        columns: Vec<(Feature, &mut [f32])>,
        neighbor_counts: &mut [u32],
    ) -> Result<(), Error> {
        let mut of_shapes = Vec::new();
        let mut of_normals = Vec::new();
        for (feature, column) in columns {
            match feature.needs() {
                Needs::Shape => of_shapes.push((feature, column)),
                Needs::Normals => of_normals.push(column),
                Needs::Colors | Needs::Infrared => spectral(feature, self.attributes, &cpu.workers, column),
                Needs::Ground => {
                    let is_ground = self.attributes.ground.as_deref().unwrap_or_default();
                    heights_above_ground(cpu, self.points, is_ground, request.frame.unit, column)?;
                }
            }
        }
        if of_normals.is_empty() {
            let (workers, level) = (&cpu.workers, cpu.level);
            shape_features(self.tree, self.points, request, workers, level, of_shapes, neighbor_counts);
            return Ok(());
        }
        self.fill_with_variation(cpu, request, of_shapes, of_normals, neighbor_counts)
    }

    /// Two passes: normals with the other features, then their variation.
    fn fill_with_variation(
        &self,
        cpu: &Cpu,
        request: &Request,
        of_shapes: Vec<(Feature, &mut [f32])>,
        of_normals: Vec<&mut [f32]>,
        neighbor_counts: &mut [u32],
    ) -> Result<(), Error> {
        let len = self.points.len();
        let mut normals = cpu.pool.lease::<f32>(3 * len)?;
        let axes = [Feature::NormalX, Feature::NormalY, Feature::NormalZ];
        let axes = axes.into_iter().zip(normals.as_mut_slice().chunks_mut(len.max(1)));
        let of_shapes = of_shapes.into_iter().map(|(feature, column)| (feature, &mut *column)).chain(axes).collect();
        let (workers, level) = (&cpu.workers, cpu.level);
        shape_features(self.tree, self.points, request, workers, level, of_shapes, neighbor_counts);
        let normals: &[f32] = normals.as_slice();
        let normals = [0, 1, 2].map(|axis| &normals[axis * len..(axis + 1) * len]);
        for column in of_normals {
            normal_variation(self.tree, request, normals, neighbor_counts, workers, level, column);
        }
        Ok(())
    }
}
