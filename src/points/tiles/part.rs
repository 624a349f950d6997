//! Parts of a cloud too large for one call, and how it is cut.

use super::cut::{Chunk, cut};
use super::region::Region;
use crate::device::{Device, Executor};
use crate::error::Error;
use crate::points::coordinates::{PointsOptions, common_frame, local_point, squared_distance};

/// How a cloud is processed in tiles.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TileOptions {
    /// Origin and unit, which all tiles share. Default: the middle of all points, no unit.
    pub points: PointsOptions,
    /// Bytes of memory that the work on one chunk may take, besides the input and four bytes a point that tell the chunks
    /// apart. Smaller limits mean more chunks, and the same result. At least 1 MiB. Default: 2 GiB, and no more than the
    /// device can bind at once.
    pub memory_limit: Option<u64>,
}

/// The smallest limit that is accepted.
const LEAST_MEMORY: u64 = 1 << 20;
const DEFAULT_MEMORY: u64 = 2 << 30;

/// Points of one file or tile, with what they carry. The point of index `i` here has the index `i` plus the number of all
/// points of the parts before in the whole cloud.
#[derive(Debug, Clone, Copy)]
pub struct TilePart<'a> {
    pub(super) xyz: &'a [[f64; 3]],
    pub(super) colors: Option<(&'a [[u16; 3]], u16)>,
    pub(super) infrared: Option<(&'a [u16], u16)>,
    pub(super) ground: Option<&'a [bool]>,
}

impl<'a> TilePart<'a> {
    /// Points alone.
    pub fn new(xyz: &'a [[f64; 3]]) -> Self {
        Self { xyz, colors: None, infrared: None, ground: None }
    }

    /// With colours, as [`PointCloud::with_colors`](crate::PointCloud::with_colors).
    #[must_use]
    pub fn with_colors(self, rgb: &'a [[u16; 3]], maximum: u16) -> Self {
        Self { colors: Some((rgb, maximum)), ..self }
    }

    /// With near infrared, as [`PointCloud::with_near_infrared`](crate::PointCloud::with_near_infrared).
    #[must_use]
    pub fn with_near_infrared(self, values: &'a [u16], maximum: u16) -> Self {
        Self { infrared: Some((values, maximum)), ..self }
    }

    /// With ground points, as [`PointCloud::with_ground`](crate::PointCloud::with_ground).
    #[must_use]
    pub fn with_ground(self, is_ground: &'a [bool]) -> Self {
        Self { ground: Some(is_ground), ..self }
    }

    fn check(&self) -> Result<(), Error> {
        let points = self.xyz.len();
        let lengths = [
            ("colours", self.colors.map(|(values, _)| values.len())),
            ("values of near infrared", self.infrared.map(|(values, _)| values.len())),
            ("ground flags", self.ground.map(<[bool]>::len)),
        ];
        match lengths.into_iter().find_map(|(what, len)| len.filter(|len| *len != points).map(|given| (what, given))) {
            Some((what, given)) => Err(Error::AttributeLength { what, given, points }),
            None => Ok(()),
        }
    }
}

/// A cloud that is processed chunk by chunk: larger than memory or a device can hold at once, or in several files whose
/// points are each other's neighbours.
pub struct TiledCloud<'a> {
    pub(super) device: Device,
    pub(super) parts: Vec<TilePart<'a>>,
    /// Shared by all chunks.
    pub(super) frame: PointsOptions,
    /// The box around all points.
    pub(super) all: Region,
    pub(super) memory_limit: u64,
}

impl Device {
    /// A cloud to be processed in tiles: the parts together, in their order.
    ///
    /// # Errors
    /// [`Error::NonFinite`] names the first coordinate of a part that is not finite; [`Error::AttributeLength`] unless
    /// attributes are one a point; [`Error::Extent`] and [`Error::PointsOption`] as [`Device::points_with`];
    /// [`Error::MemoryLimit`] for a limit below 1 MiB; [`Error::TooLarge`] for more than 2^32 - 2 points.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Error, Feature, FeatureOptions, Neighborhood, TileOptions, TilePart};
    ///
    /// let west: Vec<_> = (0..50).map(|i| [f64::from(i % 10), f64::from(i / 10), 0.0]).collect();
    /// let east: Vec<_> = (0..50).map(|i| [f64::from(i % 10) + 10.0, f64::from(i / 10), 0.0]).collect();
    /// let parts = [TilePart::new(&west), TilePart::new(&east)];
    /// let tiles = Device::cpu()?.tiles(&parts, &TileOptions::default())?;
    /// let mut rows = 0;
    /// tiles.features(Neighborhood::Knn(9), &[Feature::NormalZ], &FeatureOptions::default(), |tile| {
    ///     assert!(tile.column(Feature::NormalZ).unwrap().iter().all(|z| *z == 1.0));
    ///     rows += tile.rows().len();
    ///     Ok::<(), Error>(())
    /// })?;
    /// assert_eq!(rows, 100);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn tiles<'a>(&self, parts: &[TilePart<'a>], options: &TileOptions) -> Result<TiledCloud<'a>, Error> {
        const MOST: u64 = u32::MAX as u64 - 1;
        parts.iter().try_for_each(TilePart::check)?;
        let points: u64 = parts.iter().map(|part| part.xyz.len() as u64).sum();
        if points > MOST {
            return Err(Error::TooLarge {
                what: "the cloud".into(),
                requested: points,
                unit: "points",
                limit_name: "the most that 32-bit indices can tell apart",
                limit: MOST,
                advice: "process fewer parts at a time",
            });
        }
        let memory_limit = options.memory_limit.unwrap_or(DEFAULT_MEMORY);
        if memory_limit < LEAST_MEMORY {
            return Err(Error::MemoryLimit { bytes: memory_limit, least: LEAST_MEMORY });
        }
        let clouds: Vec<_> = parts.iter().map(|part| part.xyz).collect();
        let (frame, min, max) = common_frame(self.queue().cpu(), &clouds, &options.points)?;
        let all = Region { min, max };
        Ok(TiledCloud { device: self.clone(), parts: parts.to_vec(), frame, all, memory_limit })
    }
}

impl TiledCloud<'_> {
    /// How many points there are in all parts.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.xyz.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The point that local coordinates are relative to.
    pub fn origin(&self) -> [f64; 3] {
        self.frame.origin.unwrap_or_default()
    }

    /// The unit of which local coordinates are whole multiples, if one was given and the parts are narrow enough for it.
    pub fn unit(&self) -> Option<f64> {
        self.frame.unit
    }

    /// Squared diagonal of the box around all points, in local units.
    pub(super) fn span(&self) -> f32 {
        let corner = |corner| local_point(corner, self.origin(), self.unit());
        squared_distance(corner(self.all.min), corner(self.all.max))
    }

    /// How far rounding to local coordinates may move two points towards each other, in units of the input.
    pub(super) fn rounding(&self) -> f64 {
        // Half a step of the unit, or half a unit in the last place of an `f32`, an axis and point; rounded up.
        let origin = self.origin();
        let reach = |axis: usize| (self.all.max[axis] - origin[axis]).max(origin[axis] - self.all.min[axis]);
        let step = self.unit().unwrap_or(f64::from(f32::EPSILON) * reach(0).max(reach(1)).max(reach(2)));
        2.0 * step
    }

    /// Points that a chunk and its halo may have, for so many columns.
    pub(super) fn capacity(&self, columns: usize) -> usize {
        /// Coordinates in `f64` and `f32`, places along the curve twice, leaves, boxes, and bookkeeping.
        const BYTES_PER_POINT: u64 = 24 + 12 + 24 + 16 + 4 + 16;
        let fitting = self.memory_limit / (BYTES_PER_POINT + 8 * columns as u64);
        let bindable = match self.device.executor() {
            Executor::Cpu => u64::MAX,
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => gpu.limits().max_binding / 16,
        };
        usize::try_from(fitting.min(bindable)).unwrap_or(usize::MAX)
    }

    /// All parts in chunks of at most `capacity` points.
    pub(super) fn chunks(&self, capacity: usize) -> Vec<Chunk> {
        (0..).zip(&self.parts).flat_map(|(part, points)| cut(part, points.xyz, capacity)).collect()
    }
}

impl std::fmt::Debug for TiledCloud<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TiledCloud({} points in {} parts)", self.len(), self.parts.len())
    }
}
