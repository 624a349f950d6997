//! Records on the host.

use bytemuck::Pod;

use super::Moments;
#[cfg(feature = "gpu")]
use super::real::GpuReal;
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
    #[cfg(test)]
    pub(crate) fn read(&self) -> Readback<Vec<Summary>> {
        self.read_as(|summaries| summaries)
    }

    /// Reads all records back, as what `make` makes of them.
    pub(crate) fn read_as<T: 'static>(&self, make: impl FnOnce(Vec<Summary>) -> T + Send + 'static) -> Readback<T> {
        if self.kind != SampleKind::F32 {
            return self.read_records(|record: &Whole| record.into(), make);
        }
        #[cfg(feature = "gpu")]
        if self.device.info().is_gpu {
            return self.read_records(|record: &GpuReal| (&Real::from(*record)).into(), make);
        }
        self.read_records(|record: &Real| record.into(), make)
    }

    fn read_records<R: Pod, T: 'static>(
        &self,
        summary: fn(&R) -> Summary,
        make: impl FnOnce(Vec<Summary>) -> T + Send + 'static,
    ) -> Readback<T> {
        let bytes = self.len() * size_of::<R>();
        self.device.read(vec![(self.records.clone(), bytes)], move |buffers| {
            Ok(make(buffers[0].as_slice::<R>().iter().map(summary).collect()))
        })
    }
}
