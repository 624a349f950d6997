//! Coordinates in `f64`, far from zero, to coordinates in `f32` about a local origin.
//!
//! Map coordinates in the millions leave an `f32` less than half a metre; differences from a nearby origin keep every
//! digit that matters. Where the file's coordinates are whole multiples of a unit, as in LAS, the local ones are those
//! whole numbers, exactly, and so are all distances up to 4,096 units.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(feature = "gpu")]
use super::hilbert::CurveScale;
use crate::cpu::{Cpu, HostBuffer};
use crate::error::Error;

/// Whole numbers up to here are exact in `f32`.
const EXACT: f64 = 16_777_216.0;
/// Local coordinates up to here have squared distances and covariances that `f32` can hold.
const FARTHEST: f64 = 1e18;
/// Units whose square, times any squared distance, is a normal `f32`.
const UNITS: std::ops::RangeInclusive<f64> = 1e-12..=1e9;
/// Points that a worker takes at a time.
const CHUNK: usize = 16 << 10;
const AXES: [char; 3] = ['x', 'y', 'z'];

/// How coordinates become local ones. The default suits any cloud.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PointsOptions {
    /// The step of which all coordinates, relative to one another, are whole multiples: for LAS the finest of the three
    /// scales, if the other two are whole multiples of it. Local coordinates are then whole numbers, rounded to the
    /// nearest, and neighbours are the same on every device to the last tie. Where the cloud is 2^24 units wide or
    /// more, the unit is left aside; [`PointCloud::unit`](crate::PointCloud::unit) tells. Between 1e-12 and 1e9.
    /// Default: none.
    pub unit: Option<f64>,
    /// The point that local coordinates are relative to. Clouds that must agree exactly, such as the tiles of one
    /// survey, share it. Default: the middle of the cloud's bounding box.
    pub origin: Option<[f64; 3]>,
}

impl PointsOptions {
    fn validate(&self) -> Result<(), Error> {
        if let Some(unit) = self.unit.filter(|unit| !UNITS.contains(unit)) {
            let allowed = "between 1e-12 and 1e9, in units of the coordinates";
            return Err(Error::PointsOption { what: "the unit of the coordinates", value: unit.to_string(), allowed });
        }
        if let Some(origin) = self.origin.filter(|origin| !origin.iter().all(|axis| axis.is_finite())) {
            let allowed = "three finite numbers";
            return Err(Error::PointsOption { what: "the origin", value: format!("{origin:?}"), allowed });
        }
        Ok(())
    }
}

/// Local coordinates and how they came about.
pub(super) struct Local {
    /// `[f32; 3]` a point, in the order of the input.
    pub(super) points: HostBuffer,
    pub(super) origin: [f64; 3],
    pub(super) unit: Option<f64>,
    /// Squared diagonal of the box around the points.
    pub(super) span: f32,
    /// The scale of the curve through them.
    #[cfg(feature = "gpu")]
    pub(super) scale: CurveScale,
}

/// Takes coordinates to a local origin.
#[track_caller]
pub(super) fn localize(cpu: &Cpu, xyz: &[[f64; 3]], options: &PointsOptions) -> Result<Local, Error> {
    options.validate()?;
    let (min, max) = bounds(cpu, xyz)?;
    let frame = Frame::choose(min, max, options);
    frame.check(min, max)?;
    let mut points = cpu.pool.lease::<[f32; 3]>(xyz.len())?;
    cpu.workers.for_each_chunk(points.as_mut_slice::<[f32; 3]>(), CHUNK, |index, to| {
        to.iter_mut().zip(&xyz[index * CHUNK..]).for_each(|(to, from)| *to = frame.local(*from));
    });
    // The smallest coordinate stays the smallest, because every step from global to local is monotone.
    #[cfg(feature = "gpu")]
    let scale = CurveScale::between(frame.local(min), frame.local(max));
    Ok(Local {
        points,
        origin: frame.origin,
        unit: frame.unit,
        span: squared_distance(frame.local(min), frame.local(max)),
        #[cfg(feature = "gpu")]
        scale,
    })
}

/// The frame that several clouds share, and the corners of the box around all their points.
pub(super) fn common_frame(
    cpu: &Cpu,
    clouds: &[&[[f64; 3]]],
    options: &PointsOptions,
) -> Result<(PointsOptions, [f64; 3], [f64; 3]), Error> {
    options.validate()?;
    let (mut min, mut max) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for xyz in clouds.iter().filter(|xyz| !xyz.is_empty()) {
        let (low, high) = bounds(cpu, xyz)?;
        min = std::array::from_fn(|axis| min[axis].min(low[axis]));
        max = std::array::from_fn(|axis| max[axis].max(high[axis]));
    }
    if min[0] > max[0] {
        (min, max) = ([0.0; 3], [0.0; 3]);
    }
    let frame = Frame::choose(min, max, options);
    frame.check(min, max)?;
    Ok((PointsOptions { unit: frame.unit, origin: Some(frame.origin) }, min, max))
}

/// A point of a cloud in its frame: whole steps of the unit, where there is one.
pub(super) fn local_point(point: [f64; 3], origin: [f64; 3], unit: Option<f64>) -> [f32; 3] {
    std::array::from_fn(|axis| {
        let offset = point[axis] - origin[axis];
        unit.map_or(offset, |unit| (offset / unit).round()) as f32
    })
}

/// The squared distance as all searches compute it.
pub(super) fn squared_distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    let [dx, dy, dz] = std::array::from_fn(|axis| a[axis] - b[axis]);
    (dx * dx + dy * dy) + dz * dz
}

/// Takes queries to the frame of a cloud. They are not rounded to its unit, which they need not be multiples of.
pub(super) fn localize_queries(
    cpu: &Cpu,
    xyz: &[[f64; 3]],
    origin: [f64; 3],
    unit: Option<f64>,
) -> Result<HostBuffer, Error> {
    let (min, max) = bounds(cpu, xyz)?;
    Frame { origin, unit }.check(min, max)?;
    let mut points = cpu.pool.lease::<[f32; 3]>(xyz.len())?;
    cpu.workers.for_each_chunk(points.as_mut_slice::<[f32; 3]>(), CHUNK, |index, to| {
        for (to, from) in to.iter_mut().zip(&xyz[index * CHUNK..]) {
            *to = localize_point(*from, origin, unit);
        }
    });
    Ok(points)
}

/// A point in the frame of a cloud.
pub(super) fn localize_point(point: [f64; 3], origin: [f64; 3], unit: Option<f64>) -> [f32; 3] {
    std::array::from_fn(|axis| ((point[axis] - origin[axis]) / unit.unwrap_or(1.0)) as f32)
}

/// The squared radius in local units, for squared distances of local coordinates to be compared with.
///
/// # Errors
/// [`Error::Radius`] unless the radius is finite and above 0.
pub(super) fn local_squared_radius(radius: f64, unit: Option<f64>) -> Result<f32, Error> {
    if !(radius.is_finite() && radius > 0.0) {
        return Err(Error::Radius { radius });
    }
    let steps = radius / unit.unwrap_or(1.0);
    // 0.29 / 0.01 is a little less than 29 in binary, and would leave out points at 0.29 exactly.
    let whole = steps.round();
    let steps = if unit.is_some() && (steps - whole).abs() <= whole * 1e-12 { whole } else { steps };
    // A radius beyond all points is as good as the largest.
    Ok(((steps * steps) as f32).min(f32::MAX))
}

/// Smallest and largest coordinates, all zero without points; the first coordinate that is not finite is an error.
fn bounds(cpu: &Cpu, xyz: &[[f64; 3]]) -> Result<([f64; 3], [f64; 3]), Error> {
    let all = Mutex::new(([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]));
    let all_finite = AtomicBool::new(true);
    cpu.workers.for_each(xyz.len().div_ceil(CHUNK), |chunk| {
        let points = &xyz[chunk * CHUNK..xyz.len().min((chunk + 1) * CHUNK)];
        // Asked for by itself: comparisons lose a NaN to the number that follows it.
        if !points.as_flattened().iter().fold(true, |finite, value| finite & value.is_finite()) {
            all_finite.store(false, Ordering::Relaxed);
        }
        let part: [(f64, f64); 3] = std::array::from_fn(|axis| {
            let values = || points.iter().map(|point| point[axis]);
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
        });
        let mut all = all.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (axis, (min, max)) in part.into_iter().enumerate() {
            all.0[axis] = all.0[axis].min(min);
            all.1[axis] = all.1[axis].max(max);
        }
    });
    if !all_finite.into_inner() {
        return Err(first_not_finite(xyz));
    }
    if xyz.is_empty() {
        return Ok(([0.0; 3], [0.0; 3]));
    }
    Ok(all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

fn first_not_finite(xyz: &[[f64; 3]]) -> Error {
    let coordinates =
        xyz.iter().enumerate().flat_map(|(index, point)| (0..3).map(move |axis| (index, axis, point[axis])));
    let (index, axis, value) = coordinates.clone().find(|(_, _, value)| !value.is_finite()).unwrap_or((0, 0, f64::NAN));
    Error::NonFinite { index, axis: AXES[axis], value }
}

/// The local frame of a cloud.
struct Frame {
    origin: [f64; 3],
    unit: Option<f64>,
}

impl Frame {
    fn choose(min: [f64; 3], max: [f64; 3], options: &PointsOptions) -> Self {
        let unit = options.unit.filter(|unit| {
            let reach = |axis: usize| match options.origin {
                Some(origin) => (max[axis] - origin[axis]).max(origin[axis] - min[axis]),
                None => max[axis] - min[axis],
            };
            (0..3).all(|axis| reach(axis) / unit < EXACT)
        });
        let middle = |axis: usize| {
            let half = max[axis] / 2.0 - min[axis] / 2.0;
            // With a unit, a whole number of steps from the smallest coordinate.
            min[axis] + unit.map_or(half, |unit| (half / unit).floor() * unit)
        };
        let origin = options.origin.unwrap_or_else(|| std::array::from_fn(middle));
        Self { origin, unit }
    }

    fn check(&self, min: [f64; 3], max: [f64; 3]) -> Result<(), Error> {
        let reach =
            (0..3).map(|axis| (max[axis] - self.origin[axis]).max(self.origin[axis] - min[axis])).fold(0.0, f64::max);
        // Queries may lie farther from a cloud than its unit can count.
        let limit = FARTHEST * self.unit.unwrap_or(1.0);
        if reach <= limit {
            return Ok(());
        }
        Err(Error::Extent { reach, limit, origin: self.origin })
    }

    fn local(&self, point: [f64; 3]) -> [f32; 3] {
        local_point(point, self.origin, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::{HostPool, SimdLevel, Workers};

    fn cpu() -> Cpu {
        Cpu {
            level: SimdLevel::capped(None),
            workers: Workers::new(Some(2)).unwrap(),
            pool: HostPool::new(None, false),
        }
    }

    fn local(xyz: &[[f64; 3]], options: PointsOptions) -> Result<(Vec<[f32; 3]>, Local), Error> {
        let local = localize(&cpu(), xyz, &options)?;
        Ok((local.points.as_slice().to_vec(), local))
    }

    #[test]
    fn las_integers_come_back_exactly() {
        // Lambert-93, scale 0.01 and an offset that is no multiple of it.
        let integers: Vec<[i32; 3]> = (0..40_000).map(|i| [i * 7 % 30_001, i * 13 % 25_000, i % 3_000]).collect();
        let file = |value: i32| f64::from(value) * 0.01 + 770_500.123;
        let xyz: Vec<_> = integers.iter().map(|point| point.map(file)).collect();
        let (points, frame) = local(&xyz, PointsOptions { unit: Some(0.01), origin: None }).unwrap();
        assert_eq!(frame.unit, Some(0.01));
        let shift: [i32; 3] = std::array::from_fn(|axis| integers[0][axis] - points[0][axis] as i32);
        for (point, integer) in points.iter().zip(&integers) {
            assert_eq!(std::array::from_fn(|axis| point[axis] as i32 + shift[axis]), *integer);
        }
    }

    #[test]
    fn a_cloud_too_wide_for_its_unit_goes_without() {
        let xyz = [[0.0, 0.0, 0.0], [16_777_216.0, 1.0, 1.0]];
        assert_eq!(local(&xyz, PointsOptions { unit: Some(1.0), origin: None }).unwrap().1.unit, None);
        assert_eq!(local(&xyz, PointsOptions { unit: Some(1.01), origin: None }).unwrap().1.unit, Some(1.01));
        let far = PointsOptions { unit: Some(1.01), origin: Some([-1e8, 0.0, 0.0]) };
        assert_eq!(local(&xyz, far).unwrap().1.unit, None);
    }

    #[test]
    fn radii_of_whole_units_stay_whole() {
        for (radius, unit, squared) in
            [(0.29, 0.01, 841.0), (0.57, 0.001, 324_900.0), (2.5, 1.0, 6.25), (1e30, 1e-6, f32::MAX)]
        {
            assert_eq!(local_squared_radius(radius, Some(unit)), Ok(squared), "{radius} in steps of {unit}");
        }
        for radius in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(local_squared_radius(radius, None), Err(Error::Radius { .. })), "{radius}");
        }
    }

    #[test]
    fn a_coordinate_that_is_not_finite_is_named() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut xyz = vec![[1.0; 3]; 40_000];
            xyz[39_999][2] = value;
            xyz[20_123][1] = value;
            let error = local(&xyz, PointsOptions::default()).err().unwrap();
            assert!(matches!(error, Error::NonFinite { index: 20_123, axis: 'y', .. }), "{error}");
            // Between two good points of the same chunk.
            let error = local(&[[0.0; 3], [0.0, 0.0, value], [0.0; 3]], PointsOptions::default()).err().unwrap();
            assert!(matches!(error, Error::NonFinite { index: 1, axis: 'z', .. }), "{error}");
        }
    }

    #[test]
    fn an_extent_beyond_f32_is_an_error_with_both_numbers() {
        let error = local(&[[0.0; 3], [1e200, 0.0, 0.0]], PointsOptions::default()).err().unwrap();
        assert_eq!(
            error.to_string(),
            "the points reach 5e199 units from the origin [5e199, 0.0, 0.0], where f32 distances end at 1e18; \
             leave the origin to Swath, or remove the outliers"
        );
        assert!(local(&[[-f64::MAX; 3], [f64::MAX; 3]], PointsOptions::default()).is_err());
        assert!(local(&[[0.0; 3]], PointsOptions { unit: None, origin: Some([1e19, 0.0, 0.0]) }).is_err());
    }

    #[test]
    fn wrong_options_are_refused() {
        for unit in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-13, 1e10] {
            let error = local(&[[0.0; 3]], PointsOptions { unit: Some(unit), origin: None }).err().unwrap();
            assert!(matches!(error, Error::PointsOption { .. }), "{error}");
        }
        let error = local(&[], PointsOptions { unit: None, origin: Some([0.0, f64::NAN, 0.0]) }).err().unwrap();
        assert_eq!(error.to_string(), "the origin is [0.0, NaN, 0.0]; it must be three finite numbers");
    }

    #[cfg(feature = "gpu")]
    #[test]
    fn the_curves_scale_is_that_of_the_local_coordinates() {
        let workers = Workers::new(Some(1)).unwrap();
        for (unit, origin) in
            [(None, None), (Some(0.01), None), (None, Some([1e6, -1e7, 3.3])), (Some(0.25), Some([0.1; 3]))]
        {
            let xyz: Vec<_> = (0..5_000)
                .map(|i| [f64::from(i * 7_919 % 5_003) * 0.37 + 7e5, f64::from(i % 71) * -0.013, f64::from(i % 13)])
                .collect();
            for xyz in [&xyz[..], &xyz[..1]] {
                let (points, local) = local(xyz, PointsOptions { unit, origin }).unwrap();
                assert_eq!(local.scale, CurveScale::of(&points, &workers), "{unit:?}, {origin:?}");
            }
        }
    }

    #[test]
    fn nothing_is_nothing() {
        assert!(local(&[], PointsOptions::default()).unwrap().0.is_empty());
    }
}
