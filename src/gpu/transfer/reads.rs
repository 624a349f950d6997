//! The staging ring that readbacks go through: a few buffers that the host can map, made when they are first needed and
//! used for the device's life, and a queue of what waits for them.
//!
//! Reading never waits for a slot. It queues pieces of its arrays; whoever looks at the device next records copies of as
//! many as the free slots hold, several small ones in one, and submits. When a slot is mapped its bytes go to host
//! memory, whoever wants them, and the slot is free for the next pieces. A slot whose map fails is dropped and
//! its pieces are read again, once.

use std::collections::VecDeque;
use std::sync::mpsc::channel;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Word;
use super::ticket::{Piece, Settled, Source};
use super::upload::SLOT_BYTES;
use crate::error::Error;
use crate::gpu::Gpu;
use crate::gpu::scope::unmap;
use crate::memory::RingStats;

/// How many slots there are at most: one that the device fills, one that is being mapped, and as much again.
const SLOTS: u64 = 4;

/// The ring and its queue.
pub(crate) struct Reads(Mutex<State>);

struct State {
    waiting: VecDeque<Piece>,
    free: Vec<wgpu::Buffer>,
    in_flight: Vec<Flight>,
    next_id: u64,
    mapped: Word,
    stats: RingStats,
}

/// A slot that the device fills.
struct Flight {
    id: u64,
    slot: wgpu::Buffer,
    /// Pieces, and where they are in the slot.
    pieces: Vec<(Piece, u64)>,
    /// Bytes that they take there.
    room: u64,
}

impl Reads {
    /// No slots yet.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            waiting: VecDeque::new(),
            free: Vec::new(),
            in_flight: Vec::new(),
            next_id: 0,
            mapped: channel(),
            stats: RingStats { slot_bytes: SLOT_BYTES, ..RingStats::default() },
        }))
    }

    /// Queues a readback.
    pub(super) fn queue(&self, pieces: Vec<Piece>) {
        let mut state = self.state();
        state.stats.writes += 1;
        state.waiting.extend(pieces);
        if state.in_flight.len() as u64 == SLOTS {
            state.stats.stalls += 1;
        }
    }

    /// Whether nothing waits or is on its way.
    #[cfg(not(target_arch = "wasm32"))]
    pub(in crate::gpu) fn is_idle(&self) -> bool {
        let state = self.state();
        state.waiting.is_empty() && state.in_flight.is_empty()
    }

    /// The statistics so far.
    pub(crate) fn stats(&self) -> RingStats {
        let state = self.state();
        RingStats { in_flight: state.in_flight.len() as u64, ..state.stats }
    }

    /// Moves what has arrived to host memory, and sends what waits on its way; tells whether anything had arrived.
    pub(in crate::gpu) fn drive(&self, gpu: &Gpu) -> bool {
        if let Err(error) = gpu.health().check() {
            gpu.in_place().fail(&error);
            self.fail(&error);
            return true;
        }
        let mut has_arrived = gpu.in_place().drive(gpu);
        loop {
            // Between two submissions, because a driver may take long over one, and what arrives meanwhile frees a slot.
            while let Some((flight, is_mapped)) = self.landed() {
                has_arrived = true;
                let view = is_mapped.then(|| flight.slot.slice(..flight.room).get_mapped_range());
                match view {
                    Some(Ok(view)) => self.unload(gpu, flight, view),
                    _ => self.failed(gpu, flight),
                }
            }
            match self.send(gpu) {
                Ok(true) => {}
                Ok(false) => return has_arrived,
                Err(error) => {
                    self.fail(&error);
                    return true;
                }
            }
        }
    }

    /// A slot that was mapped, or could not be.
    fn landed(&self) -> Option<(Flight, bool)> {
        let mut state = self.state();
        while let Ok((id, is_mapped)) = state.mapped.1.try_recv() {
            if let Some(index) = state.in_flight.iter().position(|flight| flight.id == id) {
                return Some((state.in_flight.swap_remove(index), is_mapped));
            }
        }
        None
    }

    /// Moves the pieces of a mapped slot to host memory; the slot is free again.
    fn unload(&self, gpu: &Gpu, flight: Flight, view: wgpu::BufferView) {
        let mut bytes = 0;
        let mut settled = Vec::new();
        for (piece, at) in flight.pieces {
            let part = &view[at as usize..][..piece.bytes as usize];
            bytes += piece.bytes;
            settled.extend(piece.arrive(part, gpu.host_pool()));
        }
        drop(view);
        unmap(gpu.device(), &flight.slot);
        gpu.count_read(bytes);
        {
            let mut state = self.state();
            state.stats.bytes += bytes;
            state.free.push(flight.slot);
        }
        settled.into_iter().for_each(Settled::tell);
    }

    /// Drops a slot, as it is. Its pieces are read again, for no array is lost with it.
    fn failed(&self, gpu: &Gpu, flight: Flight) {
        drop(flight.slot);
        let mut again = Vec::new();
        for (mut piece, _) in flight.pieces {
            piece.failures += 1;
            again.push(piece);
        }
        let is_hopeless = again.iter().any(|piece| piece.failures > 1);
        let mut state = self.state();
        state.stats.slots -= 1;
        state.stats.failed_maps += 1;
        again.into_iter().rev().for_each(|piece| state.waiting.push_front(piece));
        drop(state);
        if is_hopeless {
            // Maps of ours are valid, so only a device that is gone refuses them again.
            self.fail(&gpu.health().lost("reading back failed: the device does not map its memory".into()));
        }
    }

    /// Sends what fits a free slot on its way; tells whether there was anything to send.
    fn send(&self, gpu: &Gpu) -> Result<bool, Error> {
        let Some(slot) = self.slot(gpu)? else { return Ok(false) };
        let (pieces, room) = self.pack();
        if pieces.is_empty() {
            self.state().free.push(slot);
            return Ok(false);
        }
        if let Err(error) = record(gpu, &slot, &pieces) {
            self.state().stats.slots -= 1;
            pieces.iter().for_each(|(piece, _)| piece.ticket.fail(&error));
            return Ok(true);
        }
        let tickets: Vec<_> = pieces.iter().map(|(piece, _)| piece.ticket.clone()).collect();
        let (id, mapped) = {
            let mut state = self.state();
            state.next_id += 1;
            let id = state.next_id;
            state.stats.copies += pieces.len() as u64;
            state.in_flight.push(Flight { id, slot: slot.clone(), pieces, room });
            (id, state.mapped.0.clone())
        };
        gpu.scoped("mapping a staging buffer", || {
            slot.slice(..room).map_async(wgpu::MapMode::Read, move |result| {
                // A callback runs inside any submission or poll, so it only leaves word.
                let _ = mapped.send((id, result.is_ok()));
                if cfg!(target_arch = "wasm32") {
                    // Nobody polls there but who awaits.
                    tickets.iter().for_each(|ticket| ticket.nudge());
                }
            });
        })?;
        Ok(true)
    }

    /// A free slot, if anything waits for one.
    fn slot(&self, gpu: &Gpu) -> Result<Option<wgpu::Buffer>, Error> {
        {
            let mut state = self.state();
            if state.waiting.is_empty() {
                return Ok(None);
            }
            if let Some(slot) = state.free.pop() {
                return Ok(Some(slot));
            }
            if state.stats.slots == SLOTS {
                return Ok(None);
            }
            state.stats.slots += 1;
        }
        let made = gpu.scoped("making a staging buffer", || {
            gpu.device().create_buffer(&wgpu::BufferDescriptor {
                label: Some("swath readbacks"),
                size: SLOT_BYTES,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        });
        if made.is_err() {
            self.state().stats.slots -= 1;
        }
        made.map(Some)
    }

    /// As many waiting pieces as a slot holds, in order, and the bytes that they take there. Those that nobody wants any
    /// more are dropped.
    fn pack(&self) -> (Vec<(Piece, u64)>, u64) {
        let mut state = self.state();
        let (mut pieces, mut end) = (Vec::new(), 0);
        while let Some(piece) = state.waiting.pop_front() {
            if let Source::Unwanted = piece.source() {
                continue;
            }
            if end + piece.room() > SLOT_BYTES {
                state.waiting.push_front(piece);
                break;
            }
            let at = end;
            end += piece.room();
            pieces.push((piece, at));
        }
        (pieces, end)
    }

    /// Nothing will arrive any more.
    fn fail(&self, error: &Error) {
        let (waiting, in_flight) = {
            let mut state = self.state();
            let gone = state.in_flight.len() + state.free.len();
            state.stats.slots -= gone as u64;
            state.free.clear();
            (std::mem::take(&mut state.waiting), std::mem::take(&mut state.in_flight))
        };
        let in_flight = in_flight.into_iter().flat_map(|flight| flight.pieces).map(|(piece, _)| piece);
        waiting.into_iter().chain(in_flight).for_each(|piece| piece.give_up(error));
    }

    /// Takes the memory of all slots in flight away, so that they cannot be mapped; tells how many there are.
    #[cfg(test)]
    pub(super) fn destroy_slots(&self) -> usize {
        let state = self.state();
        state.in_flight.iter().for_each(|flight| flight.slot.destroy());
        state.in_flight.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records copies of pieces to their places in a slot, and submits them.
fn record(gpu: &Gpu, slot: &wgpu::Buffer, pieces: &[(Piece, u64)]) -> Result<(), Error> {
    let sources: Vec<_> = pieces.iter().map(|(piece, at)| (piece, *at, piece.source())).collect();
    let leases = sources.iter().filter_map(|(_, _, source)| source.lease());
    let mut recorder = gpu.recorder_for(leases);
    gpu.scoped("recording a readback", || {
        for (piece, at, source) in &sources {
            match source {
                Source::Array(lease) => {
                    recorder.copy(gpu.device(), (lease, piece.at), (slot, *at), piece.room());
                }
                // A slot that no command touches is mapped at once, whatever the device still works at.
                Source::Nothing | Source::Unwanted => recorder.clear_buffer(gpu.device(), slot, *at, piece.room()),
            }
        }
    })?;
    gpu.submit(&mut recorder)
}
