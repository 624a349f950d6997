//! Features of every point: the methods, and the table that they make.

use std::sync::Arc;

use super::attributes::Attributes;
use super::cloud::{Index, PointCloud};
use super::coordinates::localize_point;
use super::feature::{Feature, Needs};
use super::features::{Frame, Request, normal_variation, shape_features};
use super::heights::heights_above_ground;
use super::neighborhood::{Convention, Neighborhood, Vicinity};
use super::spectral::spectral;
use super::tree::Tree;
use crate::cpu::{Cpu, HostBuffer, HostPool};
use crate::device::{Device, HostArray, Readback, Storage};
use crate::error::Error;

/// How features are computed. The default is Swath's own convention, with normals that look up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FeatureOptions {
    /// Whose definitions they follow. Default: Swath's.
    pub convention: Convention,
    /// A point in the coordinates of the input that all normals look at, such as the scanner's. Default: none, and normals
    /// look up; see [`Feature::NormalX`].
    pub viewpoint: Option<[f64; 3]>,
}

impl PointCloud {
    /// A table of features, one column a feature in the order asked for, one row a point in the order of the input. What
    /// each feature means stands at [`Feature`]; [`Features`](crate::Features) has named sets.
    ///
    /// Neighbours, covariance, eigenvalues and features are computed in one pass; no lists are kept
    /// ([`Feature::NormalVariation`] takes a second pass over the normals of the first). Against the same in `f64`, ratios
    /// are within 2e-6 and entropy within 1e-5. A point with fewer than 3 neighbours, itself included, has NaN in every
    /// column that describes a shape; [`HostFeatures::neighbor_counts`] tells. Where all neighbours coincide, ratios are
    /// NaN and the normal is (0, 0, 1). Neighbourhoods of a radius have the same bits in whatever order their points come;
    /// more than 2^21 neighbours within a radius give NaN.
    ///
    /// # Errors
    /// [`Error::NeighborCount`], [`Error::Radius`] or [`Error::OptimalRange`] for a neighbourhood that cannot be asked for;
    /// [`Error::NoFeatures`] for no columns; [`Error::MissingAttribute`] for features of what the cloud does not have;
    /// [`Error::TooLarge`] if a GPU cannot hold the table. When the result is read: [`Error::DeviceLost`],
    /// [`Error::OutOfMemory`] or [`Error::Gpu`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Feature, Neighborhood};
    ///
    /// let device = Device::cpu()?;
    /// let floor: Vec<_> = (0..100).map(|i| [f64::from(i % 10), f64::from(i / 10), 0.0]).collect();
    /// let table = device.points(&floor)?.features(Neighborhood::Knn(9), &[Feature::NormalZ, Feature::Planarity])?;
    /// let table = table.read().wait()?;
    /// assert_eq!(table.column(Feature::NormalZ).unwrap(), [1.0; 100]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn features(&self, neighborhood: Neighborhood, features: &[Feature]) -> Result<FeatureTable, Error> {
        self.features_with(neighborhood, features, &FeatureOptions::default())
    }

    /// As [`PointCloud::features`], by the definitions of another library, or with normals that look at a viewpoint.
    ///
    /// # Errors
    /// As [`PointCloud::features`]; [`Error::PointsOption`] for a viewpoint that is not finite.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Convention, Device, Feature, FeatureOptions, Neighborhood};
    ///
    /// let device = Device::cpu()?;
    /// let line: Vec<_> = (0..9).map(|i| [f64::from(i), 0.0, 0.0]).collect();
    /// let options = FeatureOptions { convention: Convention::Jakteristics, ..FeatureOptions::default() };
    /// let table = device.points(&line)?.features_with(Neighborhood::Radius(1.0), &[Feature::Eigenvalue1], &options)?;
    /// assert_eq!(table.read().wait()?.column(Feature::Eigenvalue1).unwrap()[..2], [0.5, 1.0]); // divisor n - 1
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn features_with(
        &self,
        neighborhood: Neighborhood,
        features: &[Feature],
        options: &FeatureOptions,
    ) -> Result<FeatureTable, Error> {
        let request = self.request(neighborhood, options)?;
        if features.is_empty() {
            return Err(Error::NoFeatures);
        }
        features.iter().try_for_each(|feature| self.attributes().check(*feature))?;
        self.table(&request, features)
    }

    /// Records the search and what describes it.
    pub(super) fn table(&self, request: &Request, features: &[Feature]) -> Result<FeatureTable, Error> {
        let request = request.clone();
        let (len, names) = (self.len(), features.to_vec());
        let (columns, counts, rows_per_block) = match self.index()? {
            Index::Cpu(tree) => {
                let (points, names, attributes) = (self.points().clone(), names.clone(), self.attributes().clone());
                let [columns, counts] = self.device().queue().record("computing features", move |cpu| {
                    let mut columns = cpu.pool.lease::<f32>(len * names.len())?;
                    let mut counts = cpu.pool.lease::<u32>(len)?;
                    let columns_to = names.into_iter().zip(columns.as_mut_slice().chunks_mut(len.max(1))).collect();
                    let cloud = HostCloud { tree: &*tree.get()?, points: points.as_slice(), attributes: &attributes };
                    cloud.fill(cpu, &request, columns_to, counts.as_mut_slice())?;
                    Ok([columns, counts])
                });
                (Storage::Cpu(columns), Storage::Cpu(counts), len)
            }
            #[cfg(feature = "gpu")]
            Index::Gpu(index) => {
                let needs_heights = features.iter().any(|feature| feature.needs() == Needs::Ground);
                let heights = if needs_heights { self.heights_above_ground(request.frame.unit)? } else { Vec::new() };
                let table = index.features(&request, features, self.attributes(), &heights)?;
                (Storage::Gpu(table.columns), Storage::Gpu(table.neighbor_counts), table.rows_per_block)
            }
        };
        Ok(FeatureTable { device: self.device().clone(), len, features: names, columns, counts, rows_per_block })
    }

    /// What a neighbourhood and options mean in local units.
    pub(super) fn request(&self, neighborhood: Neighborhood, options: &FeatureOptions) -> Result<Request, Error> {
        if let Some(viewpoint) = options.viewpoint.filter(|point| !point.iter().all(|axis| axis.is_finite())) {
            let (what, allowed) = ("the viewpoint", "three finite numbers");
            return Err(Error::PointsOption { what, value: format!("{viewpoint:?}"), allowed });
        }
        let vicinity = neighborhood.local(options.convention, self.unit())?;
        let radius = match (neighborhood, &vicinity) {
            (Neighborhood::Radius(_), Vicinity::Inside(ball)) => Some(ball.limit.sqrt()),
            _ => None,
        };
        let frame = Frame {
            unit: self.unit().map_or(1.0, |unit| unit as f32),
            squared_unit: self.squared_unit(),
            radius,
            chooses_k: matches!(vicinity, Vicinity::Optimal { .. }),
            viewpoint: options.viewpoint.map(|point| localize_point(point, self.origin(), self.unit())),
        };
        Ok(Request { vicinity, convention: options.convention, frame })
    }
}

/// What the first of two passes tells the second: normals by coordinate and numbers of neighbours, of every point.
pub(super) struct Pass {
    pub(super) normals: [Vec<f32>; 3],
    pub(super) counts: Vec<u32>,
}

impl PointCloud {
    /// [`Feature::NormalVariation`] for normals that are known. Waits for the result.
    pub(super) fn variation_of(
        &self,
        neighborhood: Neighborhood,
        options: &FeatureOptions,
        pass: Pass,
    ) -> Result<Vec<f32>, Error> {
        let request = self.request(neighborhood, options)?;
        let len = self.len();
        let column = match self.index()? {
            Index::Cpu(tree) => {
                let [column] = self.device().queue().record("comparing normals", move |cpu| {
                    let mut column = cpu.pool.lease::<f32>(len)?;
                    let normals = pass.normals.each_ref().map(Vec::as_slice);
                    let (workers, level, to) = (&cpu.workers, cpu.level, column.as_mut_slice());
                    normal_variation(&*tree.get()?, &request, normals, &pass.counts, workers, level, to);
                    Ok([column])
                });
                Storage::Cpu(column)
            }
            #[cfg(feature = "gpu")]
            Index::Gpu(index) => Storage::Gpu(index.normal_variation(&request, &pass)?),
        };
        self.device().read(vec![(column, 4 * len)], |buffers| Ok(buffers[0].as_slice::<f32>().to_vec())).wait()
    }
}

/// A cloud in host memory.
struct HostCloud<'a> {
    tree: &'a Tree,
    points: &'a [[f32; 3]],
    attributes: &'a Attributes,
}

impl HostCloud<'_> {
    /// Fills all columns.
    fn fill(
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

/// Features on a device: one column a feature, one row a point.
#[derive(Clone)]
pub struct FeatureTable {
    device: Device,
    len: usize,
    features: Vec<Feature>,
    /// Blocks of rows, each with all columns one after the other. One block, unless the table exceeds what a GPU can
    /// bind at once.
    columns: Storage,
    counts: Storage,
    rows_per_block: usize,
}

impl FeatureTable {
    /// A table in one block.
    pub(super) fn whole(device: &Device, len: usize, features: &[Feature], columns: Storage, counts: Storage) -> Self {
        let features = features.to_vec();
        Self { device: device.clone(), len, features, columns, counts, rows_per_block: len }
    }

    /// How many rows there are: one a point.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The columns, in the order asked for.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Reads the table back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostFeatures> {
        let (len, features, rows_per_block) = (self.len, self.features.clone(), self.rows_per_block);
        let arrays = vec![(self.columns.clone(), 4 * len * features.len()), (self.counts.clone(), 4 * len)];
        let pool = self.device.queue().cpu().pool.clone();
        self.device.read(arrays, move |mut buffers| {
            let counts = HostArray::new(buffers.swap_remove(1));
            let columns = whole_columns(buffers.swap_remove(0), len, features.len(), rows_per_block, &pool)?;
            Ok(HostFeatures { len, features, columns: HostArray::new(columns), counts })
        })
    }
}

impl std::fmt::Debug for FeatureTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FeatureTable({} rows of {:?} on {})", self.len, self.features, self.device.info().name)
    }
}

/// Columns in one piece each, from blocks of rows.
fn whole_columns(
    blocks: Arc<HostBuffer>,
    len: usize,
    columns: usize,
    rows_per_block: usize,
    pool: &HostPool,
) -> Result<Arc<HostBuffer>, Error> {
    if rows_per_block >= len {
        return Ok(blocks);
    }
    let mut whole = pool.lease::<f32>(len * columns)?;
    let to = whole.as_mut_slice::<f32>();
    for (index, block) in blocks.as_slice::<f32>().chunks(rows_per_block * columns).enumerate() {
        let first = index * rows_per_block;
        for (column, from) in block.chunks_exact(block.len() / columns).enumerate() {
            to[column * len + first..][..from.len()].copy_from_slice(from);
        }
    }
    Ok(Arc::new(whole))
}

/// A table of features in host memory.
#[derive(Debug, Clone)]
pub struct HostFeatures {
    len: usize,
    features: Vec<Feature>,
    columns: HostArray<f32>,
    counts: HostArray<u32>,
}

impl HostFeatures {
    /// How many rows there are: one a point.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The columns, in the order asked for.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The values of a feature, in the order of the input; `None` if it was not asked for.
    pub fn column(&self, feature: Feature) -> Option<&[f32]> {
        let column = self.features.iter().position(|name| *name == feature)?;
        Some(&self.columns[column * self.len..][..self.len])
    }

    /// How many neighbours each point's features describe, itself included.
    pub fn neighbor_counts(&self) -> &[u32] {
        self.counts.as_slice()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_rows_become_whole_columns() {
        let pool = HostPool::new();
        // Five rows of two columns in blocks of two rows; column c of row r is 10 c + r.
        let blocks = pool.copy_of(&[0.0_f32, 1.0, 10.0, 11.0, 2.0, 3.0, 12.0, 13.0, 4.0, 14.0]).unwrap();
        let whole = whole_columns(Arc::new(blocks), 5, 2, 2, &pool).unwrap();
        assert_eq!(whole.as_slice::<f32>(), [0.0, 1.0, 2.0, 3.0, 4.0, 10.0, 11.0, 12.0, 13.0, 14.0]);
    }
}
