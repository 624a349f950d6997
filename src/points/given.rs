//! Features of neighbours that were searched before.

use super::cloud::PointCloud;
use super::describe::FeatureOptions;
use super::feature::{Feature, Needs};
use super::features::{Request, features_of_lists};
use super::neighborhood::{Neighborhood, Vicinity};
use super::neighbors::Neighbors;
use super::table::FeatureTable;
use crate::device::Storage;
use crate::error::Error;

impl PointCloud {
    /// A table of shape features of neighbours that were searched before, for whoever needs the lists anyway; as
    /// [`PointCloud::features`], which searches and describes in one pass, and gives the same bits. On a GPU it searches
    /// again, because that costs less than reading lists.
    ///
    /// # Errors
    /// [`Error::ForeignNeighbors`] unless the lists are those of this cloud's own points; [`Error::NoFeatures`] for no
    /// columns; [`Error::NotOfLists`] for features that are not of a neighbourhood's shape; [`Error::TooLarge`] if a GPU
    /// cannot hold the table. When the result is read: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Feature, FeatureOptions};
    ///
    /// let device = Device::cpu()?;
    /// let floor: Vec<_> = (0..100).map(|i| [f64::from(i % 10), f64::from(i / 10), 0.0]).collect();
    /// let cloud = device.points(&floor)?;
    /// let near = cloud.knn(9)?;
    /// let table = cloud.features_of(&near, &[Feature::NormalZ], &FeatureOptions::default())?.read().wait()?;
    /// assert_eq!(table.column(Feature::NormalZ).unwrap(), [1.0; 100]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn features_of(
        &self,
        neighbors: &Neighbors,
        features: &[Feature],
        options: &FeatureOptions,
    ) -> Result<FeatureTable, Error> {
        let (indices, reach) = neighbors.lists_of(self.points()).ok_or(Error::ForeignNeighbors)?;
        if features.is_empty() {
            return Err(Error::NoFeatures);
        }
        if let Some(feature) = features.iter().find(|feature| feature.needs() != Needs::Shape) {
            return Err(Error::NotOfLists { what: feature.name() });
        }
        let (len, k) = (self.len(), neighbors.k());
        // The neighbourhood is that of the lists, by whatever convention.
        let request = Request { vicinity: Vicinity::Nearest(reach), ..self.request(Neighborhood::Knn(1), options)? };
        let (points, names) = (self.points().clone(), features.to_vec());
        match indices {
            Storage::Cpu(indices) => {
                let [columns, counts] = self.device().queue().record("describing neighbours", move |cpu| {
                    let mut columns = cpu.pool.lease::<f32>(len * names.len())?;
                    let mut counts = cpu.pool.lease::<u32>(len)?;
                    let to = names.into_iter().zip(columns.as_mut_slice().chunks_mut(len.max(1))).collect();
                    let (indices, points) = (indices.get()?, points.as_slice());
                    let (lists, counts_to) = (indices.as_slice(), counts.as_mut_slice());
                    features_of_lists(points, lists, k, &request, &cpu.workers, cpu.level, to, counts_to);
                    Ok([columns, counts])
                });
                let (columns, counts) = (Storage::Cpu(columns), Storage::Cpu(counts));
                Ok(FeatureTable::new(self.device(), len, features, columns, counts, len))
            }
            #[cfg(feature = "gpu")]
            Storage::Gpu(_) => self.table(&request, features),
        }
    }
}
