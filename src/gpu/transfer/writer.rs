//! One upload on its way: bytes written, piece by piece, to where the device copies them from.

use std::num::NonZero;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::channel;

use super::upload::{Offer, Slot, slot};
use super::wait::Wait;
use crate::error::Error;
use crate::gpu::Gpu;
use crate::gpu::pool::{Lease, Mapping};
use crate::gpu::recorder::Recorder;

/// An upload up to here shares a slot with others, and goes through the queue's own staging memory where there is none: a
/// wait would take longer.
pub(in crate::gpu) const SMALL: u64 = 64 << 10;

/// Where the bytes are written to.
enum Target {
    /// Nowhere, before the first byte and behind a full slot.
    None,
    /// A slot of the ring: the room that it had, how much of that is written, and where that starts in the lease.
    Slot { slot: Slot, room: wgpu::BufferViewMut, written: usize, start: u64 },
    /// The lease itself.
    Direct { view: wgpu::BufferViewMut, mapping: Mapping },
    /// The queue's staging memory, for all of the lease from a place on.
    Queue { view: wgpu::QueueWriteBufferView, start: u64 },
}

/// Writes a lease from its start towards its end.
pub(crate) struct Writer {
    gpu: Gpu,
    lease: Arc<Lease>,
    at: u64,
    target: Target,
}

impl Writer {
    /// Nothing written yet. Nothing that is recorded uses the lease.
    pub(in crate::gpu) fn new(gpu: Gpu, lease: Arc<Lease>) -> Self {
        Self { gpu, lease, at: 0, target: Target::None }
    }

    /// One that writes to the lease itself, in memory that the host shares; none where the device still uses it.
    pub(in crate::gpu) fn direct(gpu: Gpu, lease: Arc<Lease>) -> Result<Option<Self>, Error> {
        // A wait would take longer than a copy.
        if !gpu.has_done(lease.before()) {
            return Ok(None);
        }
        let Some(mapping) = Mapping::new(lease.clone()) else { return Ok(None) };
        let (sender, mapped) = channel();
        let view = gpu.scoped("mapping shared memory", || {
            mapping.ask(wgpu::MapMode::Write, move |is_mapped| {
                let _ = sender.send(is_mapped);
            });
            let _ = gpu.device().poll(wgpu::PollType::Poll);
            matches!(mapped.try_recv(), Ok(true)).then(|| mapping.range().get_mapped_range_mut())
        })?;
        let view = view.transpose().map_err(|error| gpu.health().lost(format!("uploading failed: {error}")))?;
        let Some(mut view) = view else { return Ok(None) };
        if gpu.is_poisoned() {
            view.slice(..).fill(0xff);
        }
        Ok(Some(Self { gpu, lease, at: 0, target: Target::Direct { view, mapping } }))
    }

    /// Bytes written so far.
    pub(crate) fn written(&self) -> u64 {
        self.at
    }

    /// Appends bytes; no more than the lease has left.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.append(bytes.len(), |mut room, part| room.copy_from_slice(&bytes[part]))
    }

    /// Appends zeros; no more than the lease has left.
    pub(crate) fn zeros(&mut self, count: u64) -> Result<(), Error> {
        self.append(count as usize, |mut room, _| room.fill(0))
    }

    /// The lease. What was not written of its last 16 bytes is zero; beyond, its contents are unspecified.
    pub(crate) fn finish(mut self) -> Result<Arc<Lease>, Error> {
        self.zeros(self.at.next_multiple_of(16).min(self.lease.bytes()) - self.at)?;
        self.release()?;
        self.gpu.count_uploaded(self.at);
        Ok(self.lease.clone())
    }

    fn append(
        &mut self,
        count: usize,
        mut fill: impl FnMut(wgpu::WriteOnly<'_, [u8]>, Range<usize>),
    ) -> Result<(), Error> {
        let mut done = 0;
        while done < count {
            self.find_room()?;
            let (room, from) = match &mut self.target {
                Target::Slot { room, written, .. } => (room.slice(*written..), *written),
                Target::Direct { view, .. } => (view.slice(self.at as usize..), 0),
                Target::Queue { view, start } => (view.slice((self.at - *start) as usize..), 0),
                Target::None => continue,
            };
            let now = room.len().min(count - done);
            fill(room.into_slice(..now), done..done + now);
            if let Target::Slot { written, .. } = &mut self.target {
                *written = from + now;
            }
            done += now;
            self.at += now as u64;
        }
        Ok(())
    }

    /// Sees to it that at least a byte can be written.
    fn find_room(&mut self) -> Result<(), Error> {
        if let Target::Slot { room, written, .. } = &self.target
            && *written == room.len()
        {
            self.release()?;
            // The device copies this slot while the next one is filled.
            self.gpu.flush()?;
        }
        if matches!(self.target, Target::None) {
            self.target = self.open()?;
        }
        Ok(())
    }

    fn open(&self) -> Result<Target, Error> {
        let is_small = self.lease.bytes() <= SMALL;
        if cfg!(not(target_arch = "wasm32"))
            && let Some(slot) = acquire(&self.gpu, !is_small)?
        {
            let room = slot.room(slot.left()).map_err(|error| unmapped(&self.gpu, &mut self.gpu.recorder(), &error))?;
            return Ok(Target::Slot { slot, room, written: 0, start: self.at });
        }
        let refused = || self.gpu.health().lost("the queue refused an upload".into());
        let bytes = NonZero::new(self.lease.bytes() - self.at).ok_or_else(refused)?;
        let view =
            self.gpu.scoped("uploading", || self.gpu.queue().write_buffer_with(self.lease.buffer(), self.at, bytes))?;
        Ok(Target::Queue { view: view.ok_or_else(refused)?, start: self.at })
    }

    /// Hands over what was written.
    fn release(&mut self) -> Result<(), Error> {
        match std::mem::replace(&mut self.target, Target::None) {
            Target::None => Ok(()),
            Target::Slot { slot, room, written, start } => {
                drop(room);
                self.gpu.recorder().uploads().put(slot, written as u64, &self.lease, start);
                Ok(())
            }
            Target::Direct { view, mapping } => {
                drop(view);
                drop(mapping);
                Ok(())
            }
            Target::Queue { mut view, start } => {
                view.slice((self.at - start) as usize..).fill(0);
                self.gpu.scoped("uploading", || drop(view))
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Nobody will read what an abandoned upload has written.
        if let Target::Slot { written, .. } = &mut self.target {
            *written = 0;
        }
        if let Err(error) = self.release() {
            log::debug!("an upload was given up: {error}");
        }
    }
}

/// Uploads a small lease at once, in a slot that it shares: `fill` writes all of it. Gives up, and says so, where that
/// would take a wait.
pub(in crate::gpu) fn share(
    gpu: &Gpu,
    lease: &Arc<Lease>,
    fill: impl FnOnce(wgpu::WriteOnly<'_, [u8]>),
) -> Result<bool, Error> {
    loop {
        let mut recorder = gpu.recorder();
        match recorder.uploads().offer_shared(lease.bytes()) {
            Offer::Slot(slot) => {
                let mut room = slot.room(lease.bytes()).map_err(|error| unmapped(gpu, &mut recorder, &error))?;
                fill(room.slice(..));
                drop(room);
                recorder.uploads().put(slot, lease.bytes(), lease, 0);
                return Ok(true);
            }
            Offer::Place(id) => {
                drop(recorder);
                let slot = make(gpu, id)?;
                gpu.recorder().uploads().put(slot, 0, lease, 0);
            }
            Offer::AfterSubmission | Offer::AfterDevice | Offer::AfterWriter => return Ok(false),
        }
    }
}

/// The error of a slot that turned out not to be mapped. It was, so only a device that is gone can have taken that away.
fn unmapped(gpu: &Gpu, recorder: &mut Recorder, error: &wgpu::MapRangeError) -> Error {
    recorder.uploads().lose();
    gpu.health().lost(format!("uploading failed: {error}"))
}

/// An empty slot, or none where that takes a wait that the caller does not want, or another writer.
fn acquire(gpu: &Gpu, may_wait: bool) -> Result<Option<Slot>, Error> {
    let (mut wait, mut stalled) = (Wait::new(gpu, "an upload"), None);
    loop {
        gpu.check()?;
        let offer = gpu.recorder().uploads().offer();
        match offer {
            Offer::Slot(slot) => return Ok(Some(slot)),
            Offer::Place(id) => return make(gpu, id).map(Some),
            Offer::AfterWriter => return Ok(None),
            Offer::AfterSubmission | Offer::AfterDevice if !may_wait => return Ok(None),
            Offer::AfterSubmission => gpu.flush()?,
            Offer::AfterDevice => {
                stalled.get_or_insert_with(|| gpu.recorder().uploads().count_stall());
                wait.pause()?;
            }
        }
    }
}

fn make(gpu: &Gpu, id: u64) -> Result<Slot, Error> {
    let made = gpu.scoped("making a staging buffer", || slot(gpu.device(), id));
    if made.is_err() {
        gpu.recorder().uploads().lose();
    }
    made
}
