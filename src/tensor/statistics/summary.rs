//! Records on the host.

use super::Moments;
use super::real::Real;
use super::whole::Whole;
use crate::device::Readback;
use crate::tensor::SampleKind;

/// What a record says, in `f64`. Of none all numbers are NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    /// The mean; NaN if a number is not finite.
    pub(crate) mean: f64,
    /// The variance of the population; NaN if a number is not finite.
    pub(crate) variance: f64,
    /// The least finite number.
    pub(crate) min: f64,
    /// The greatest finite number.
    pub(crate) max: f64,
}

impl Summary {
    const UNDEFINED: Self = Self { mean: f64::NAN, variance: f64::NAN, min: f64::NAN, max: f64::NAN };
}

impl From<&Whole> for Summary {
    fn from(record: &Whole) -> Self {
        if record.count == 0 {
            return Self::UNDEFINED;
        }
        let count = record.count as f64;
        Self {
            mean: record.sum as f64 / count,
            variance: record.spread() as f64 / (count * count),
            min: record.min.into(),
            max: record.max.into(),
        }
    }
}

impl From<&Real> for Summary {
    fn from(record: &Real) -> Self {
        if record.count == 0 {
            return Self::UNDEFINED;
        }
        let (min, max) = (record.min.into(), record.max.into());
        if record.other > 0 {
            return Self { min, max, ..Self::UNDEFINED };
        }
        Self { mean: record.mean, variance: record.deviations / record.count as f64, min, max }
    }
}

impl Moments {
    /// Reads all records back: a run after the other, in each one a channel. For whole numbers they are equal on all
    /// devices.
    pub(crate) fn read(&self) -> Readback<Vec<Summary>> {
        let whole = self.kind != SampleKind::F32;
        let on_gpu = self.device.info().is_gpu;
        let record = match (whole, on_gpu) {
            (true, _) => size_of::<Whole>(),
            (false, false) => size_of::<Real>(),
            (false, true) => size_of::<super::real::GpuReal>(),
        };
        self.device.read(vec![(self.records.clone(), self.len() * record)], move |buffers| {
            let bytes = &buffers[0];
            Ok(match (whole, on_gpu) {
                (true, _) => bytes.as_slice::<Whole>().iter().map(Summary::from).collect(),
                (false, false) => bytes.as_slice::<Real>().iter().map(Summary::from).collect(),
                (false, true) => {
                    let records = bytes.as_slice::<super::real::GpuReal>();
                    records.iter().map(|record| Summary::from(&Real::from(*record))).collect()
                }
            })
        })
    }
}
