//! The nearest neighbours of every point: the method, and the lists that it makes.

use super::cloud::{Index, PointCloud};
use super::knn::nearest_neighbors;
use super::walk::MAX_NEIGHBORS;
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
    /// end in `u32::MAX` and infinity.
    ///
    /// # Errors
    /// [`Error::NeighborCount`] unless `k` is between 1 and 32; [`Error::TooLarge`] if a GPU cannot hold the lists. When
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
        check_neighbor_count(k)?;
        let squared_unit = self.squared_unit();
        let lists = match self.index()? {
            Index::Cpu(tree) => {
                let len = self.len();
                let lists = self.device().queue().record("searching nearest neighbours", move |cpu| {
                    let mut indices = cpu.pool.lease::<u32>(len * k)?;
                    let mut distances = cpu.pool.lease::<f32>(len * k)?;
                    let (to, distances_to) = (indices.as_mut_slice(), distances.as_mut_slice());
                    nearest_neighbors(&*tree.get()?, k, squared_unit, &cpu.workers, cpu.level, to, distances_to);
                    Ok([indices, distances])
                });
                lists.map(Storage::Cpu)
            }
            #[cfg(feature = "gpu")]
            Index::Gpu(index) => index.knn(k, squared_unit)?.map(Storage::Gpu),
        };
        let [indices, squared_distances] = lists;
        Ok(Neighbors { device: self.device().clone(), len: self.len(), k, indices, squared_distances })
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
    k: usize,
    indices: Storage,
    squared_distances: Storage,
}

impl Neighbors {
    /// How many lists there are: one a point.
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

    /// Reads the lists back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostNeighbors> {
        let (len, k) = (self.len, self.k);
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
        write!(f, "Neighbors({} lists of {} on {})", self.len, self.k, self.device.info().name)
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
    /// How many lists there are: one a point.
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

    /// Indices and squared distances of one point's neighbours.
    ///
    /// # Panics
    /// If there is no such point, as indexing a slice does.
    pub fn row(&self, point: usize) -> (&[u32], &[f32]) {
        let row = point * self.k..(point + 1) * self.k;
        (&self.indices[row.clone()], &self.squared_distances[row])
    }
}
