//! The nearest neighbours of every point, or of points elsewhere: the methods, and the lists that they make.

use std::sync::Arc;

use super::cloud::{Index, PointCloud};
use super::coordinates::{local_squared_radius, localize_queries};
use super::knn::{Askers, nearest_neighbors};
use super::queries::SortedQueries;
use super::self_mode::SelfMode;
use super::walk::{MAX_NEIGHBORS, Reach};
use crate::cpu::HostBuffer;
use crate::device::{Device, HostArray, Readback, Storage};
use crate::error::Error;

impl PointCloud {
    /// The `k` nearest neighbours of every point, itself included, nearest first: (n, k) indices into the input and
    /// squared distances, rows in the order of the input.
    ///
    /// The search is exact. Squared distances are `(dx*dx + dy*dy) + dz*dz` in `f32`, in squared units of the input;
    /// neighbours at equal distances come in the order of their indices. Where coordinates are whole multiples of a
    /// unit ([`PointsOptions::unit`](crate::PointsOptions::unit)) and neighbours closer than 4,096 units, lists are the
    /// same on every device; otherwise a GPU whose compiler fuses multiplications and additions may swap neighbours
    /// whose squared distances differ by at most 2^-21 of their size. A cloud of fewer than `k` points gives rows that
    /// end in `u32::MAX` and infinity; [`HostNeighbors::count`] tells how many there are.
    ///
    /// # Errors
    /// [`Error::NeighborCount`] unless `k` is between 1 and 256; [`Error::TooLarge`] if a GPU cannot hold the lists. When
    /// the result is read: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    ///
    /// # Examples
    ///
    /// ```
    /// let device = swath::Device::cpu()?;
    /// let cloud = device.points(&[[0.0, 0.0, 0.0], [3.0, 4.0, 0.0], [1.0, 0.0, 0.0]])?;
    /// let near = cloud.knn(2)?.read().wait()?;
    /// assert_eq!(near.row(0), (&[0, 2][..], &[0.0, 1.0][..]));
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn knn(&self, k: usize) -> Result<Neighbors, Error> {
        self.knn_with(k, SelfMode::Include)
    }

    /// As [`PointCloud::knn`], with the point itself among its neighbours or not.
    ///
    /// # Errors
    /// As [`PointCloud::knn`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::SelfMode;
    ///
    /// let device = swath::Device::cpu()?;
    /// let cloud = device.points(&[[0.0, 0.0, 0.0], [3.0, 4.0, 0.0], [0.0, 0.0, 0.0]])?;
    /// let near = cloud.knn_with(2, SelfMode::Exclude)?.read().wait()?;
    /// assert_eq!(near.row(0), (&[2, 1][..], &[0.0, 25.0][..])); // another point at the same place counts
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn knn_with(&self, k: usize, own: SelfMode) -> Result<Neighbors, Error> {
        check_neighbor_count(k)?;
        self.nearest(None, Reach { k, limit: f32::INFINITY, own })
    }

    /// At most `k` nearest neighbours no farther than `radius`, in units of the input, of every point, itself included:
    /// rows as those of [`PointCloud::knn`], which end in `u32::MAX` and infinity where fewer are near enough.
    ///
    /// # Errors
    /// As [`PointCloud::knn`]; [`Error::Radius`] unless the radius is finite and above 0.
    ///
    /// # Examples
    ///
    /// ```
    /// let device = swath::Device::cpu()?;
    /// let cloud = device.points(&[[0.0, 0.0, 0.0], [3.0, 4.0, 0.0], [1.0, 0.0, 0.0]])?;
    /// let near = cloud.knn_within(3, 1.0)?.read().wait()?;
    /// assert_eq!((near.count(0), near.row(0).0), (2, &[0, 2, u32::MAX][..]));
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn knn_within(&self, k: usize, radius: f64) -> Result<Neighbors, Error> {
        check_neighbor_count(k)?;
        let limit = local_squared_radius(radius, self.unit())?;
        self.nearest(None, Reach { k, limit, own: SelfMode::Include })
    }

    /// The `k` points of the cloud nearest to each of `queries`, which are in the coordinates of the input and need not
    /// be points of the cloud: lists as those of [`PointCloud::knn`], rows in the order of the queries.
    ///
    /// # Errors
    /// As [`PointCloud::knn`]; [`Error::NonFinite`] names the first query that is not finite; [`Error::Extent`] for
    /// queries more than 1e18 units from the cloud's origin.
    ///
    /// # Examples
    ///
    /// ```
    /// let device = swath::Device::cpu()?;
    /// let cloud = device.points(&[[0.0, 0.0, 0.0], [3.0, 4.0, 0.0], [1.0, 0.0, 0.0]])?;
    /// let near = cloud.knn_of(&[[3.0, 3.0, 0.0]], 1)?.read().wait()?;
    /// assert_eq!(near.row(0), (&[1][..], &[1.0][..]));
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn knn_of(&self, queries: &[[f64; 3]], k: usize) -> Result<Neighbors, Error> {
        check_neighbor_count(k)?;
        let queries = localize_queries(self.device().queue().cpu(), queries, self.origin(), self.unit())?;
        self.nearest(Some(queries), Reach { k, limit: f32::INFINITY, own: SelfMode::Include })
    }

    /// Lists for `queries`, or for the cloud's own points.
    fn nearest(&self, queries: Option<HostBuffer>, reach: Reach) -> Result<Neighbors, Error> {
        let (k, squared_unit) = (reach.k, self.squared_unit());
        let cloud = queries.is_none().then(|| self.points().clone());
        let len = queries.as_ref().map_or(self.len(), |queries| queries.as_slice::<[f32; 3]>().len());
        let lists = match self.index()? {
            Index::Cpu(tree) => {
                let lists = self.device().queue().record("searching nearest neighbours", move |cpu| {
                    let tree = tree.get()?;
                    let sort =
                        |queries: HostBuffer| SortedQueries::new(queries.as_slice(), &tree, &cpu.workers, cpu.level);
                    let queries = queries.map(sort).transpose()?;
                    let askers = queries.as_ref().map_or(Askers::Own, Askers::Elsewhere);
                    let mut indices = cpu.pool.lease::<u32>(len * k)?;
                    let mut distances = cpu.pool.lease::<f32>(len * k)?;
                    let (to, distances_to) = (indices.as_mut_slice(), distances.as_mut_slice());
                    let (workers, level) = (&cpu.workers, cpu.level);
                    nearest_neighbors(&tree, askers, &reach, squared_unit, workers, level, to, distances_to);
                    Ok([indices, distances])
                });
                lists.map(Storage::Cpu)
            }
            #[cfg(feature = "gpu")]
            Index::Gpu(index) => {
                let queries = queries.as_ref().map(HostBuffer::as_slice);
                index.nearest(queries, &reach, squared_unit)?.map(Storage::Gpu)
            }
        };
        let [indices, squared_distances] = lists;
        Ok(Neighbors { device: self.device().clone(), len, reach, cloud, indices, squared_distances })
    }
}

/// `Error::NeighborCount` unless the search can be asked for `k`.
pub(super) fn check_neighbor_count(k: usize) -> Result<(), Error> {
    if (1..=MAX_NEIGHBORS).contains(&k) { Ok(()) } else { Err(Error::NeighborCount { k, limit: MAX_NEIGHBORS }) }
}

/// Lists of nearest neighbours on a device.
#[derive(Clone)]
pub struct Neighbors {
    device: Device,
    len: usize,
    /// What was asked for.
    reach: Reach,
    /// The points of the cloud whose own neighbours these are; none for queries from elsewhere.
    cloud: Option<Arc<HostBuffer>>,
    indices: Storage,
    squared_distances: Storage,
}

impl Neighbors {
    /// How many lists there are: one a query.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Neighbours a list.
    pub fn k(&self) -> usize {
        self.reach.k
    }

    /// The indices and what was asked for, if these are the lists of a cloud's own points.
    pub(super) fn lists_of(&self, points: &Arc<HostBuffer>) -> Option<(Storage, Reach)> {
        let are_own = self.cloud.as_ref().is_some_and(|own| Arc::ptr_eq(own, points));
        are_own.then(|| (self.indices.clone(), self.reach))
    }

    /// Reads the lists back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostNeighbors> {
        let (len, k) = (self.len, self.reach.k);
        let bytes = 4 * len * k;
        let arrays = vec![(self.indices.clone(), bytes), (self.squared_distances.clone(), bytes)];
        self.device.read(arrays, move |mut buffers| {
            let squared_distances = HostArray::new(buffers.swap_remove(1));
            Ok(HostNeighbors { len, k, indices: HostArray::first_of(buffers), squared_distances })
        })
    }
}

impl std::fmt::Debug for Neighbors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Neighbors({} lists of {} on {})", self.len, self.reach.k, self.device.info().name)
    }
}

/// Lists of nearest neighbours in host memory.
#[derive(Debug, Clone)]
pub struct HostNeighbors {
    len: usize,
    k: usize,
    indices: HostArray<u32>,
    squared_distances: HostArray<f32>,
}

impl HostNeighbors {
    /// How many lists there are: one a query.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Neighbours a list.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Indices into the input, list by list, nearest first; `u32::MAX` where there are fewer than `k` points.
    pub fn indices(&self) -> &[u32] {
        self.indices.as_slice()
    }

    /// Squared distances, in squared units of the input; infinity where there are fewer than `k` points.
    pub fn squared_distances(&self) -> &[f32] {
        self.squared_distances.as_slice()
    }

    /// How many neighbours a list has: `k`, unless there are fewer points, or fewer within the radius asked for.
    ///
    /// # Panics
    /// If there is no such list, as indexing a slice does.
    pub fn count(&self, list: usize) -> usize {
        self.row(list).0.partition_point(|index| *index != u32::MAX)
    }

    /// Indices and squared distances of one point's neighbours.
    ///
    /// # Panics
    /// If there is no such point, as indexing a slice does.
    pub fn row(&self, point: usize) -> (&[u32], &[f32]) {
        let row = point * self.k..(point + 1) * self.k;
        (&self.indices[row.clone()], &self.squared_distances[row])
    }
}
