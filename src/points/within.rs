//! All neighbours within a radius: the methods, and the rows of any length that they make.

use super::cloud::{Index, PointCloud};
use super::coordinates::{local_squared_radius, localize_queries};
use super::knn::Askers;
use super::queries::SortedQueries;
use super::radius::{Ball, count_neighbors, fill_neighbors};
use super::self_mode::SelfMode;
use crate::cpu::{Cpu, HostBuffer};
use crate::device::{Device, HostArray, Readback, Storage};
use crate::error::Error;

impl PointCloud {
    /// All points within `radius`, in units of the input, of every point, itself included and nearest first, however
    /// many there are: rows of differing lengths, in the order of the input.
    ///
    /// A point is within the radius if its squared distance, as [`PointCloud::knn`] computes it, is at most the squared
    /// radius rounded to `f32`; points at equal distances come in the order of their indices. On a GPU the call waits for
    /// the neighbours to be counted, because that tells how large the result is.
    ///
    /// # Errors
    /// [`Error::Radius`] unless the radius is finite and above 0; [`Error::TooLarge`] if there are 2^32 neighbours or
    /// more, or a GPU cannot hold them. When the result is read: [`Error::DeviceLost`], [`Error::OutOfMemory`],
    /// [`Error::TooLarge`] or [`Error::Gpu`].
    ///
    /// # Examples
    ///
    /// ```
    /// let device = swath::Device::cpu()?;
    /// let cloud = device.points(&[[0.0, 0.0, 0.0], [3.0, 4.0, 0.0], [1.0, 0.0, 0.0]])?;
    /// let near = cloud.within(1.0)?.read().wait()?;
    /// assert_eq!(near.offsets(), [0, 2, 3, 5]);
    /// assert_eq!(near.row(2), (&[2, 0][..], &[0.0, 1.0][..]));
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn within(&self, radius: f64) -> Result<RadiusNeighbors, Error> {
        self.within_with(radius, SelfMode::Include)
    }

    /// As [`PointCloud::within`], with the point itself among its neighbours or not.
    ///
    /// # Errors
    /// As [`PointCloud::within`].
    pub fn within_with(&self, radius: f64, own: SelfMode) -> Result<RadiusNeighbors, Error> {
        self.inside(None, radius, own)
    }

    /// All points of the cloud within `radius` of each of `queries`, which are in the coordinates of the input and need
    /// not be points of the cloud: rows as those of [`PointCloud::within`], in the order of the queries.
    ///
    /// # Errors
    /// As [`PointCloud::within`]; [`Error::NonFinite`] names the first query that is not finite; [`Error::Extent`] for
    /// queries more than 1e18 units from the cloud's origin.
    ///
    /// # Examples
    ///
    /// ```
    /// let device = swath::Device::cpu()?;
    /// let cloud = device.points(&[[0.0, 0.0, 0.0], [3.0, 4.0, 0.0], [1.0, 0.0, 0.0]])?;
    /// let near = cloud.within_of(&[[9.0, 9.0, 9.0], [0.5, 0.0, 0.0]], 0.5)?.read().wait()?;
    /// assert_eq!((near.count(0), near.row(1).0), (0, &[0, 2][..]));
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn within_of(&self, queries: &[[f64; 3]], radius: f64) -> Result<RadiusNeighbors, Error> {
        let queries = localize_queries(self.device().queue().cpu(), queries, self.origin(), self.unit())?;
        self.inside(Some(queries), radius, SelfMode::Include)
    }

    /// Rows for `queries`, or for the cloud's own points.
    fn inside(&self, queries: Option<HostBuffer>, radius: f64, own: SelfMode) -> Result<RadiusNeighbors, Error> {
        let ball = Ball { limit: local_squared_radius(radius, self.unit())?, own };
        let squared_unit = self.squared_unit();
        let len = queries.as_ref().map_or(self.len(), |queries| queries.as_slice::<[f32; 3]>().len());
        let rows = match self.index()? {
            Index::Cpu(tree) => {
                let rows = self.device().queue().record("searching neighbours within a radius", move |cpu| {
                    let tree = tree.get()?;
                    let sort =
                        |queries: HostBuffer| SortedQueries::new(queries.as_slice(), &tree, &cpu.workers, cpu.level);
                    let queries = queries.map(sort).transpose()?;
                    let askers = queries.as_ref().map_or(Askers::Own, Askers::Elsewhere);
                    let (workers, level) = (&cpu.workers, cpu.level);
                    let mut offsets = cpu.pool.lease::<u32>(len + 1)?;
                    let counts = &mut offsets.as_mut_slice::<u32>()[..len];
                    count_neighbors(&tree, askers, &ball, workers, level, counts);
                    let total = turn_counts_into_offsets(offsets.as_mut_slice())?;
                    let [mut indices, mut distances] = lists(cpu, total)?;
                    let (to, distances_to) = (indices.as_mut_slice(), distances.as_mut_slice());
                    let from = offsets.as_slice();
                    fill_neighbors(&tree, askers, &ball, squared_unit, from, workers, level, to, distances_to);
                    Ok([offsets, indices, distances])
                });
                rows.map(|cell| (Storage::Cpu(cell), 0))
            }
            #[cfg(feature = "gpu")]
            Index::Gpu(index) => {
                let queries = queries.as_ref().map(HostBuffer::as_slice);
                index.within(queries, &ball, squared_unit)?.map(|(lease, bytes)| (Storage::Gpu(lease), bytes))
            }
        };
        Ok(RadiusNeighbors { device: self.device().clone(), len, rows })
    }
}

fn lists(cpu: &Cpu, total: usize) -> Result<[HostBuffer; 2], Error> {
    Ok([cpu.pool.lease::<u32>(total)?, cpu.pool.lease::<f32>(total)?])
}

/// Replaces counts, and one place behind them, by where each row starts and the last one ends.
pub(super) fn turn_counts_into_offsets(counts: &mut [u32]) -> Result<usize, Error> {
    let last = counts.len() - 1;
    let total: u64 = counts[..last].iter().map(|count| u64::from(*count)).sum();
    if total > u64::from(u32::MAX) {
        return Err(Error::TooLarge {
            what: "the list of all neighbours".into(),
            requested: total,
            unit: "neighbours",
            limit_name: "the most that 32-bit offsets can tell apart",
            limit: u64::from(u32::MAX),
            advice: "use a smaller radius, process the cloud in tiles, or ask for features, which keep no lists",
        });
    }
    let mut start = 0_u32;
    for place in counts {
        let count = *place;
        *place = start;
        // What the last place held does not count.
        start = start.wrapping_add(count);
    }
    Ok(total as usize)
}

/// Rows of all neighbours within a radius, on a device.
#[derive(Clone)]
pub struct RadiusNeighbors {
    device: Device,
    len: usize,
    /// Offsets, indices and squared distances, and their bytes on a GPU.
    rows: [(Storage, usize); 3],
}

impl RadiusNeighbors {
    /// How many rows there are: one a query.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads the rows back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`], [`Error::TooLarge`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostRadiusNeighbors> {
        self.device.read(self.rows.to_vec(), move |mut buffers| {
            let squared_distances = HostArray::new(buffers.swap_remove(2));
            let indices = HostArray::new(buffers.swap_remove(1));
            Ok(HostRadiusNeighbors { offsets: HostArray::first_of(buffers), indices, squared_distances })
        })
    }
}

impl std::fmt::Debug for RadiusNeighbors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RadiusNeighbors({} rows on {})", self.len, self.device.info().name)
    }
}

/// Rows of all neighbours within a radius, in host memory: compressed sparse rows, as in `scipy.sparse.csr_array`.
#[derive(Debug, Clone)]
pub struct HostRadiusNeighbors {
    offsets: HostArray<u32>,
    indices: HostArray<u32>,
    squared_distances: HostArray<f32>,
}

impl HostRadiusNeighbors {
    /// How many rows there are: one a query.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where each row starts, and at the end where the last one ends: one more than there are rows.
    pub fn offsets(&self) -> &[u32] {
        self.offsets.as_slice()
    }

    /// Indices into the input, row by row, nearest first.
    pub fn indices(&self) -> &[u32] {
        self.indices.as_slice()
    }

    /// Squared distances, in squared units of the input.
    pub fn squared_distances(&self) -> &[f32] {
        self.squared_distances.as_slice()
    }

    /// How many neighbours a row has.
    ///
    /// # Panics
    /// If there is no such row, as indexing a slice does.
    pub fn count(&self, row: usize) -> usize {
        (self.offsets[row + 1] - self.offsets[row]) as usize
    }

    /// Indices and squared distances of one row.
    ///
    /// # Panics
    /// If there is no such row, as indexing a slice does.
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let places = self.offsets[row] as usize..self.offsets[row + 1] as usize;
        (&self.indices[places.clone()], &self.squared_distances[places])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_where_rows_start() {
        let mut counts = [2, 0, 3, 77];
        assert_eq!(turn_counts_into_offsets(&mut counts), Ok(5));
        assert_eq!(counts, [0, 2, 2, 5]);
        assert_eq!(turn_counts_into_offsets(&mut [9]), Ok(0));
        let error = turn_counts_into_offsets(&mut [u32::MAX, 1, 0]).unwrap_err();
        assert!(matches!(error, Error::TooLarge { requested: 4_294_967_296, .. }), "{error}");
    }
}
