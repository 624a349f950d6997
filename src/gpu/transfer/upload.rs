//! The staging ring that uploads go through: a few mapped buffers, made when they are first needed and used for the
//! device's life.
//!
//! A large upload takes an empty slot out of the ring, writes into it without holding any lock, and puts it back with what
//! is to be copied from it. Small ones share slots, and are written under the ring's lock: a slot that something waits to
//! be copied from must be at hand, to be unmapped, whenever somebody submits. Before a submission all that was
//! written is unmapped and copied by one command buffer of its own, neighbours by one copy; once the device has done
//! that, the slot is mapped again. A slot whose map fails is dropped, never used unmapped.

use std::sync::Arc;
use std::sync::mpsc::channel;

use super::Word;
use crate::gpu::pool::Lease;
use crate::memory::RingStats;

/// Bytes of a slot.
pub(crate) const SLOT_BYTES: u64 = 4 << 20;
/// How many slots there are at most: one to fill, one in flight, and as much again, so that neither side waits.
const SLOTS: usize = 4;
/// Where writes start: what maps and copies ask for, and room for any element.
const ALIGNMENT: u64 = 16;

/// A mapped buffer, in the hands of one writer or in the ring.
pub(super) struct Slot {
    id: u64,
    buffer: wgpu::Buffer,
    filled: u64,
}

impl Slot {
    /// The next so many of its bytes, mapped for writing.
    pub(super) fn room(&self, bytes: u64) -> Result<wgpu::BufferViewMut, wgpu::MapRangeError> {
        self.buffer.slice(self.filled..self.filled + bytes).get_mapped_range_mut()
    }

    /// Bytes that are left.
    pub(super) fn left(&self) -> u64 {
        SLOT_BYTES - self.filled
    }
}

/// What the ring has for a writer.
pub(super) enum Offer {
    /// A slot.
    Slot(Slot),
    /// The place for a new slot, which the caller makes, or gives back by [`UploadRing::lose`].
    Place(u64),
    /// Nothing before the next submission.
    AfterSubmission,
    /// Nothing before the device has done its oldest submission.
    AfterDevice,
    /// Nothing before another writer is done.
    AfterWriter,
}

struct Copy {
    slot: u64,
    from: wgpu::Buffer,
    at: u64,
    to: Arc<Lease>,
    to_at: u64,
    bytes: u64,
}

/// The ring. Its owner keeps it in a lock.
pub(crate) struct UploadRing {
    /// Mapped and empty.
    free: Vec<Slot>,
    /// Mapped, with bytes that wait for the next submission.
    written: Vec<Slot>,
    /// Being submitted.
    sealed: Vec<Slot>,
    in_flight: Vec<Slot>,
    copies: Vec<Copy>,
    next_id: u64,
    mapped: Word,
    stats: RingStats,
}

impl UploadRing {
    /// No slots yet.
    pub(crate) fn new() -> Self {
        Self {
            free: Vec::new(),
            written: Vec::new(),
            sealed: Vec::new(),
            in_flight: Vec::new(),
            copies: Vec::new(),
            next_id: 0,
            mapped: channel(),
            stats: RingStats { slot_bytes: SLOT_BYTES, ..RingStats::default() },
        }
    }

    /// A slot with room for so many bytes. Whoever takes it puts it back before the lock is free.
    pub(super) fn offer_shared(&mut self, bytes: u64) -> Offer {
        match self.written.iter().position(|slot| slot.left() >= bytes) {
            Some(index) => Offer::Slot(self.written.swap_remove(index)),
            None => self.offer(),
        }
    }

    /// An empty slot, for one writer alone.
    pub(super) fn offer(&mut self) -> Offer {
        self.take_back();
        if let Some(slot) = self.free.pop() {
            return Offer::Slot(slot);
        }
        if self.stats.slots < SLOTS as u64 {
            self.stats.slots += 1;
            self.next_id += 1;
            return Offer::Place(self.next_id);
        }
        if !self.written.is_empty() {
            return Offer::AfterSubmission;
        }
        if self.in_flight.is_empty() { Offer::AfterWriter } else { Offer::AfterDevice }
    }

    /// Gives up a place, or a slot that turned out not to be mapped.
    pub(super) fn lose(&mut self) {
        self.stats.slots -= 1;
        self.stats.failed_maps += 1;
    }

    /// Counts a wait for the device.
    pub(super) fn count_stall(&mut self) {
        self.stats.stalls += 1;
    }

    /// Takes back a slot with so many more bytes, which go to an offset of a lease that nothing recorded uses.
    pub(super) fn put(&mut self, mut slot: Slot, bytes: u64, to: &Arc<Lease>, to_at: u64) {
        if bytes > 0 {
            self.stats.writes += 1;
            self.stats.bytes += bytes;
            self.append(&slot, bytes, to, to_at);
        }
        slot.filled = (slot.filled + bytes).next_multiple_of(ALIGNMENT).min(SLOT_BYTES);
        if slot.filled == 0 {
            self.free.push(slot);
        } else {
            self.written.push(slot);
        }
    }

    fn append(&mut self, slot: &Slot, bytes: u64, to: &Arc<Lease>, to_at: u64) {
        if let Some(last) = self.copies.last_mut()
            && last.slot == slot.id
            && last.at + last.bytes == slot.filled
            && Arc::ptr_eq(&last.to, to)
            && last.to_at + last.bytes == to_at
        {
            last.bytes += bytes;
            return;
        }
        self.copies.push(Copy {
            slot: slot.id,
            from: slot.buffer.clone(),
            at: slot.filled,
            to: to.clone(),
            to_at,
            bytes,
        });
    }

    /// Whether nothing waits to be copied.
    pub(crate) fn is_empty(&self) -> bool {
        self.copies.is_empty()
    }

    /// Unmaps what was written and records its copies. What comes back goes before all that uses them.
    pub(crate) fn seal(&mut self, device: &wgpu::Device, epoch: u64) -> Option<wgpu::CommandBuffer> {
        if self.copies.is_empty() {
            return None;
        }
        self.written.iter().for_each(|slot| slot.buffer.unmap());
        self.sealed.append(&mut self.written);
        let mut encoder =
            device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("swath uploads") });
        self.stats.copies += self.copies.len() as u64;
        for copy in self.copies.drain(..) {
            copy.to.record(epoch);
            encoder.copy_buffer_to_buffer(&copy.from, copy.at, copy.to.buffer(), copy.to_at, copy.bytes);
        }
        Some(encoder.finish())
    }

    /// The submission with the sealed slots is on its way: they are mapped again when it is done.
    pub(crate) fn sent(&mut self) {
        for mut slot in self.sealed.drain(..) {
            slot.filled = 0;
            let (id, mapped) = (slot.id, self.mapped.0.clone());
            let buffer = slot.buffer.clone();
            self.in_flight.push(slot);
            buffer.slice(..).map_async(wgpu::MapMode::Write, move |result| {
                // A callback runs inside any submission or poll, so it only leaves word. Nobody listens once the device
                // is gone.
                let _ = mapped.send((id, result.is_ok()));
            });
        }
    }

    /// Forgets what was written, and drops the slots that it was written to.
    pub(crate) fn abandon(&mut self) {
        self.copies.clear();
        self.stats.slots -= self.written.len() as u64;
        self.written.clear();
    }

    /// Takes the memory of all slots in flight away, so that they cannot be mapped; tells how many there are.
    #[cfg(test)]
    pub(super) fn destroy_slots(&self) -> usize {
        self.in_flight.iter().for_each(|slot| slot.buffer.destroy());
        self.in_flight.len()
    }

    /// The statistics so far.
    pub(crate) fn stats(&self) -> RingStats {
        RingStats { in_flight: self.in_flight.len() as u64, ..self.stats }
    }

    /// Slots that the device has done with.
    fn take_back(&mut self) {
        while let Ok((id, is_mapped)) = self.mapped.1.try_recv() {
            let Some(index) = self.in_flight.iter().position(|slot| slot.id == id) else { continue };
            let slot = self.in_flight.remove(index);
            if is_mapped {
                self.free.push(slot);
            } else {
                self.lose();
            }
        }
    }
}

/// A new slot for a place.
pub(super) fn slot(device: &wgpu::Device, id: u64) -> Slot {
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("swath uploads"),
        size: SLOT_BYTES,
        usage: wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: true,
    });
    Slot { id, buffer, filled: 0 }
}
