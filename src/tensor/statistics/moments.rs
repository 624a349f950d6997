//! What is summed, and the records on the device that come out.

use std::sync::Arc;

use crate::device::{Device, Executor, Storage};
use crate::error::Error;
use crate::tensor::SampleKind;

/// Samples of one image or tensor: consecutive ones of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// Index of the first sample: of an image a multiple of 16.
    pub(crate) first: usize,
    /// How many samples: whole rounds through all channels, below 2^32.
    pub(crate) len: usize,
}

/// Samples of one or many images or tensors. Sample `i` of a run is of channel `(i / inner) % channels`.
#[derive(Clone)]
pub(crate) struct Samples {
    /// The array.
    pub(crate) storage: Storage,
    /// What it holds.
    pub(crate) kind: SampleKind,
    /// Where the samples are, first to last, without overlap.
    pub(crate) runs: Arc<[Run]>,
    /// Channels, at least one.
    pub(crate) channels: usize,
    /// Consecutive samples of one channel: 1 where channels are interleaved.
    pub(crate) inner: usize,
}

impl Samples {
    /// Samples that every channel has in a run.
    #[cfg(feature = "gpu")]
    pub(super) fn columns(&self, run: &Run) -> usize {
        run.len / self.channels
    }

    /// Whether pixels lie as in images, with few channels side by side, each image at a whole word of 16 bytes.
    pub(super) fn are_interleaved(&self) -> bool {
        let aligned = |run: &Run| (run.first * self.kind.bytes()).is_multiple_of(16);
        (self.channels == 1 || self.inner == 1) && [1, 3, 4].contains(&self.channels) && self.runs.iter().all(aligned)
    }
}

/// Records on the device, a run after the other, in each one a channel.
#[derive(Clone)]
pub(crate) struct Moments {
    pub(super) device: Device,
    pub(super) records: Storage,
    pub(super) kind: SampleKind,
    pub(super) runs: usize,
    pub(super) channels: usize,
}

impl Moments {
    /// The same records, each as the only one of a run of its own.
    pub(crate) fn as_runs(&self) -> Self {
        Self { runs: self.len(), channels: 1, ..self.clone() }
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.runs * self.channels
    }
}

/// Records the summing of all samples and returns at once.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::OutOfMemory`] or [`Error::DeviceLost`].
pub(crate) fn moments(device: &Device, samples: &Samples) -> Result<Moments, Error> {
    let records = match device.executor() {
        Executor::Cpu => super::on_cpu::record(device.queue(), samples),
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => Storage::Gpu(super::on_gpu::record(gpu, samples)?),
    };
    let (runs, channels) = (samples.runs.len(), samples.channels);
    Ok(Moments { device: device.clone(), records, kind: samples.kind, runs, channels })
}
