//! Features of every point: the methods.

use super::cloud::{Index, PointCloud};
use super::coordinates::localize_point;
use super::feature::Feature;
#[cfg(feature = "gpu")]
use super::feature::Needs;
use super::features::{Frame, Request, normal_variation};
use super::host_cloud::HostCloud;
use super::neighborhood::{Convention, Neighborhood, Vicinity};
use super::table::FeatureTable;
use crate::device::Storage;
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
    /// column that describes a shape; [`HostFeatures::neighbor_counts`](crate::HostFeatures::neighbor_counts) tells. Where all neighbours coincide, ratios are
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
        let len = self.len();
        let (columns, counts, rows_per_block) = match self.index()? {
            Index::Cpu(tree) => {
                let (points, names, attributes) = (self.points().clone(), features.to_vec(), self.attributes().clone());
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
        Ok(FeatureTable::new(self.device(), len, features, columns, counts, rows_per_block))
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
            span: self.span(),
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
