//! Points on a device, with the index over them.

use std::sync::{Arc, Mutex, PoisonError};

use super::attributes::Attributes;
use super::coordinates::{PointsOptions, localize};
#[cfg(feature = "gpu")]
use super::hilbert::CurveScale;
#[cfg(feature = "gpu")]
use super::on_gpu::GpuIndex;
use super::tree::Tree;
use crate::cpu::{Deferred, HostBuffer};
use crate::device::{Device, Executor};
use crate::error::Error;

/// Points on a device. The index over them is built when it is first needed, once, and shared by all queries.
///
/// Cheap to clone; clones share points and index.
#[derive(Clone)]
pub struct PointCloud {
    shared: Arc<Shared>,
    attributes: Arc<Attributes>,
    span: f32,
}

/// What clouds that differ in attributes alone have in common.
struct Shared {
    device: Device,
    len: usize,
    origin: [f64; 3],
    unit: Option<f64>,
    points: Arc<HostBuffer>,
    #[cfg(feature = "gpu")]
    scale: CurveScale,
    index: Mutex<Option<Index>>,
}

/// The index, in the memory of the device.
#[derive(Clone)]
pub(super) enum Index {
    /// Built by the CPU's queue.
    Cpu(Arc<Deferred<Tree>>),
    /// Built by kernels that were recorded before those of the queries.
    #[cfg(feature = "gpu")]
    Gpu(Arc<GpuIndex>),
}

impl Device {
    /// Sends points to the device, relative to the middle of their bounding box; see [`Device::points_with`].
    ///
    /// # Errors
    /// As [`Device::points_with`].
    ///
    /// # Examples
    ///
    /// ```
    /// let device = swath::Device::cpu()?;
    /// let cloud = device.points(&[[652_381.25, 6_862_047.5, 35.0], [652_382.25, 6_862_047.5, 35.5]])?;
    /// assert_eq!((cloud.len(), cloud.origin()), (2, [652_381.75, 6_862_047.5, 35.25]));
    /// # Ok::<(), swath::Error>(())
    /// ```
    #[track_caller]
    pub fn points(&self, xyz: &[[f64; 3]]) -> Result<PointCloud, Error> {
        self.points_with(xyz, &PointsOptions::default())
    }

    /// Sends points to the device. Coordinates are taken relative to an origin in `f64`, and only then rounded to
    /// `f32`. Duplicates are kept; no points make an empty cloud.
    ///
    /// # Errors
    /// [`Error::NonFinite`] names the first point that is not finite; [`Error::Extent`] if the points reach more than
    /// 1e18 from the origin; [`Error::PointsOption`] for a unit or origin that cannot be used; [`Error::TooLarge`] for
    /// more than 2^32 - 2 points; [`Error::OutOfMemory`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, PointsOptions};
    ///
    /// let device = Device::cpu()?;
    /// let options = PointsOptions { unit: Some(0.01), origin: None };
    /// let cloud = device.points_with(&[[485_000.01, 6_629_000.02, 35.5]], &options)?;
    /// assert_eq!(cloud.unit(), Some(0.01));
    /// # Ok::<(), swath::Error>(())
    /// ```
    #[track_caller]
    pub fn points_with(&self, xyz: &[[f64; 3]], options: &PointsOptions) -> Result<PointCloud, Error> {
        const MOST: u64 = u32::MAX as u64 - 1;
        if xyz.len() as u64 > MOST {
            return Err(Error::TooLarge {
                what: "the cloud".into(),
                requested: xyz.len() as u64,
                unit: "points",
                limit_name: "the most that 32-bit indices can tell apart",
                limit: MOST,
                advice: "process it in tiles",
            });
        }
        let local = localize(self.queue().cpu(), xyz, options)?;
        let shared = Shared {
            device: self.clone(),
            len: xyz.len(),
            origin: local.origin,
            unit: local.unit,
            points: Arc::new(local.points),
            #[cfg(feature = "gpu")]
            scale: local.scale,
            index: Mutex::new(None),
        };
        Ok(PointCloud { shared: Arc::new(shared), attributes: Arc::default(), span: local.span })
    }
}

impl PointCloud {
    /// How many points there are.
    pub fn len(&self) -> usize {
        self.shared.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.shared.len == 0
    }

    /// The point that local coordinates are relative to.
    pub fn origin(&self) -> [f64; 3] {
        self.shared.origin
    }

    /// The unit of which local coordinates are whole multiples, if one was given and the cloud is narrow enough for it.
    pub fn unit(&self) -> Option<f64> {
        self.shared.unit
    }

    /// Builds the index that queries use, if that has not happened yet; queries do so by themselves.
    ///
    /// Records the work and returns at once: the CPU's workers or the GPU build it in the background.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the device cannot hold it, [`Error::OutOfMemory`], [`Error::DeviceLost`].
    pub fn build_index(&self) -> Result<(), Error> {
        self.index().map(drop)
    }

    pub(super) fn index(&self) -> Result<Index, Error> {
        // Held while the build is recorded, so that it happens once. Nothing in there waits, for workers least of all:
        // a worker that waits may take up another query of this cloud, which would wait here for itself.
        let mut index = self.shared.index.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = &*index {
            return Ok(index.clone());
        }
        let built = match self.shared.device.executor() {
            Executor::Cpu => {
                let points = self.shared.points.clone();
                let [tree] = self.shared.device.queue().record("building a point index", move |cpu| {
                    Ok([Tree::build(points.as_slice(), &cpu.workers, cpu.level)?])
                });
                Index::Cpu(tree)
            }
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => {
                let (coordinates, exact) = (self.shared.points.as_slice(), self.shared.unit.is_some());
                Index::Gpu(Arc::new(GpuIndex::build(gpu, coordinates, self.shared.scale, exact)?))
            }
        };
        self.shared.device.count_index();
        Ok(index.insert(built).clone())
    }

    pub(super) fn device(&self) -> &Device {
        &self.shared.device
    }

    /// Local coordinates in the order of the input, `[f32; 3]` a point.
    pub(super) fn points(&self) -> &Arc<HostBuffer> {
        &self.shared.points
    }

    /// What the points carry besides coordinates.
    pub(super) fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The same points and index with other attributes.
    pub(super) fn with_attributes(&self, attributes: Attributes) -> Self {
        Self { shared: self.shared.clone(), attributes: Arc::new(attributes), span: self.span }
    }

    /// Squared diagonal of the box around the points, or around those of the cloud that they are a part of.
    pub(super) fn span(&self) -> f32 {
        self.span
    }

    /// The same cloud as a part of a larger one.
    pub(super) fn part_of(self, span: f32) -> Self {
        Self { span, ..self }
    }

    /// What turns squared local units into squared units of the input.
    pub(super) fn squared_unit(&self) -> f32 {
        self.shared.unit.map_or(1.0, |unit| (unit * unit) as f32)
    }
}

impl std::fmt::Debug for PointCloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "PointCloud({} points about {:?} on {})",
            self.shared.len,
            self.shared.origin,
            self.shared.device.info().name
        )
    }
}
