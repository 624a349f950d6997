//! A result that is computed once, when it is needed.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::step::{Chain, Output, Source};
use crate::device::{Device, Executor, Pending, Storage};
use crate::error::Error;
use crate::tensor::{Frames, SampleKind};

/// A longer chain is cut here: every chain is a kernel of its own, to be compiled and kept.
const MOST_STEPS: usize = 16;

/// Pixels or numbers: there already, or a chain that will make them.
pub(crate) struct Lazy {
    device: Device,
    state: Mutex<State>,
}

enum State {
    Ready(Storage),
    Waiting(Box<(Chain, Output)>),
}

impl Lazy {
    /// Data that is there.
    pub(crate) fn ready(device: Device, storage: Storage) -> Arc<Self> {
        Arc::new(Self { device, state: Mutex::new(State::Ready(storage)) })
    }

    /// Data that `chain` will make. Dropped unread, it costs nothing.
    pub(crate) fn waiting(device: Device, chain: Chain, output: Output) -> Arc<Self> {
        let lazy =
            Arc::new(Self { device: device.clone(), state: Mutex::new(State::Waiting(Box::new((chain, output)))) });
        let pending: Weak<dyn Pending> = Arc::downgrade(&(lazy.clone() as Arc<dyn Pending>));
        device.register(pending);
        lazy
    }

    /// The data, computed now if it was not yet.
    pub(crate) fn storage(&self) -> Result<Storage, Error> {
        let mut state = self.state();
        if let State::Waiting(waiting) = &*state {
            let (chain, output) = &**waiting;
            *state = State::Ready(evaluate(&self.device, chain, output)?);
        }
        match &*state {
            State::Ready(storage) => Ok(storage.clone()),
            State::Waiting(_) => unreachable!("it was computed above"),
        }
    }

    /// How often each frame has each of the 256 levels, counted while the pixels are computed, so that they need not be
    /// read once more; none where they are not bytes of one channel, are there already, or are computed by a GPU.
    pub(crate) fn counted(&self) -> Option<Storage> {
        let mut state = self.state();
        let State::Waiting(waiting) = &*state else { return None };
        let (chain, Output::Pixels) = &**waiting else { return None };
        if chain.kind() != SampleKind::U8 || chain.channels() != 1 || !matches!(self.device.executor(), Executor::Cpu) {
            return None;
        }
        let [pixels, counts] = super::on_cpu::evaluate_counted(self.device.queue(), chain.clone());
        *state = State::Ready(pixels);
        Some(counts)
    }

    /// The chain that makes these pixels, to be continued; just the pixels where they are there already.
    pub(crate) fn chain(&self, kind: SampleKind, channels: usize, frames: &Frames) -> Result<Chain, Error> {
        match &*self.state() {
            State::Waiting(waiting) if waiting.0.steps.len() < MOST_STEPS => return Ok(waiting.0.clone()),
            _ => {}
        }
        Ok(Chain::of(Source { storage: self.storage()?, kind, channels, frames: frames.clone() }))
    }

    /// The device that the data is on.
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending for Lazy {
    fn materialize(&self) -> Result<(), Error> {
        self.storage().map(drop)
    }
}

fn evaluate(device: &Device, chain: &Chain, output: &Output) -> Result<Storage, Error> {
    match device.executor() {
        Executor::Cpu => Ok(super::on_cpu::evaluate(device.queue(), chain.clone(), output.clone())),
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => super::on_gpu::evaluate(gpu, chain, output),
    }
}
