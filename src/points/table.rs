//! Tables of features, on a device and in host memory.

use std::sync::Arc;

use super::feature::Feature;
use crate::cpu::{HostBuffer, HostPool};
use crate::device::{Device, HostArray, Readback, Storage};
use crate::error::Error;

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
    /// A table in blocks of so many rows.
    pub(super) fn new(
        device: &Device,
        len: usize,
        features: &[Feature],
        columns: Storage,
        counts: Storage,
        rows_per_block: usize,
    ) -> Self {
        Self { device: device.clone(), len, features: features.to_vec(), columns, counts, rows_per_block }
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
        let pool = HostPool::new(None, false);
        // Five rows of two columns in blocks of two rows; column c of row r is 10 c + r.
        let blocks = pool.copy_of(&[0.0_f32, 1.0, 10.0, 11.0, 2.0, 3.0, 12.0, 13.0, 4.0, 14.0]).unwrap();
        let whole = whole_columns(Arc::new(blocks), 5, 2, 2, &pool).unwrap();
        assert_eq!(whole.as_slice::<f32>(), [0.0, 1.0, 2.0, 3.0, 4.0, 10.0, 11.0, 12.0, 13.0, 14.0]);
    }
}
