//! Reading arrays where they lie, in memory that the host shares.
//!
//! An array is mapped instead of copied to a slot. While it is, the device must not use it, so whoever records work that
//! does takes it [back](InPlace::take_back), and what had not arrived goes through the staging ring.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Word;
use super::ticket::{Piece, Settled, Ticket};
use crate::error::Error;
use crate::gpu::Gpu;
use crate::gpu::pool::{Lease, Mapping};

/// The arrays that are being read so.
pub(crate) struct InPlace(Mutex<State>);

struct State {
    flights: Vec<Flight>,
    next_id: u64,
    mapped: Word,
}

/// An array that is mapped, or will be once the device has done with it.
struct Flight {
    id: u64,
    mapping: Mapping,
    /// All of one array.
    pieces: Vec<Piece>,
}

impl InPlace {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State { flights: Vec::new(), next_id: 0, mapped: channel() }))
    }

    /// Whether none is being read so.
    #[cfg(not(target_arch = "wasm32"))]
    pub(in crate::gpu) fn is_idle(&self) -> bool {
        self.state().flights.is_empty()
    }

    /// Maps the arrays of those pieces that can be read so; gives back the others.
    pub(super) fn begin(&self, gpu: &Gpu, pieces: Vec<Piece>) -> Result<Vec<Piece>, Error> {
        if !gpu.is_unified() || pieces.iter().all(|piece| piece.in_place().is_none()) {
            return Ok(pieces);
        }
        // Held throughout, so that nobody records work that uses one of them in between.
        let mut recorder = gpu.recorder();
        if !recorder.is_empty() {
            gpu.submit(&mut recorder)?;
        }
        let mut others = Vec::new();
        let mut pieces = pieces.into_iter().peekable();
        while let Some(first) = pieces.next() {
            let mut all = vec![first];
            while let Some(next) = pieces.next_if(|piece| piece.is_of_same_array(&all[0])) {
                all.push(next);
            }
            match all[0].in_place().and_then(Mapping::new) {
                Some(mapping) => self.map(gpu, mapping, all)?,
                None => others.append(&mut all),
            }
        }
        Ok(others)
    }

    fn map(&self, gpu: &Gpu, mapping: Mapping, pieces: Vec<Piece>) -> Result<(), Error> {
        let mut state = self.state();
        state.next_id += 1;
        let (id, mapped) = (state.next_id, state.mapped.0.clone());
        // A callback runs inside any submission or poll, so it only leaves word.
        gpu.scoped("mapping shared memory", || {
            mapping.ask(wgpu::MapMode::Read, move |is_mapped| {
                let _ = mapped.send((id, is_mapped));
            });
        })?;
        state.flights.push(Flight { id, mapping, pieces });
        Ok(())
    }

    /// Moves what has been mapped to host memory; tells whether there was anything.
    pub(super) fn drive(&self, gpu: &Gpu) -> bool {
        let mut has_arrived = false;
        while let Some((flight, is_mapped)) = self.landed() {
            has_arrived = true;
            let view = is_mapped.then(|| flight.mapping.range().get_mapped_range());
            match view {
                Some(Ok(view)) => unload(gpu, flight, view),
                // The map was valid, so only a device that is gone refuses it.
                _ => {
                    let error = gpu.health().lost("reading back failed: the device does not map its memory".into());
                    flight.fail(&error);
                }
            }
        }
        has_arrived
    }

    fn landed(&self) -> Option<(Flight, bool)> {
        let mut state = self.state();
        while let Ok((id, is_mapped)) = state.mapped.1.try_recv() {
            // Those that were taken back are heard of too.
            if let Some(index) = state.flights.iter().position(|flight| flight.id == id) {
                return Some((state.flights.swap_remove(index), is_mapped));
            }
        }
        None
    }

    /// The device is to use an array: it is unmapped, and read through the ring instead. The caller holds the recorder.
    pub(in crate::gpu) fn take_back(&self, gpu: &Gpu, lease: &Lease) {
        while lease.is_mapped() {
            let flight = self.remove(|flight| std::ptr::eq(&**flight.mapping.lease(), lease));
            match flight {
                Some(Flight { mapping, pieces, .. }) => {
                    drop(mapping);
                    gpu.reads().queue(pieces);
                }
                // Its bytes are being moved at this moment, by a thread that waits for nobody.
                None => std::thread::yield_now(),
            }
        }
    }

    /// Nobody waits any more: the arrays go back at once.
    pub(super) fn forget(&self, ticket: &Arc<Ticket>) {
        while let Some(flight) = self.remove(|flight| Arc::ptr_eq(&flight.pieces[0].ticket, ticket)) {
            drop(flight);
        }
    }

    /// Nothing will arrive any more.
    pub(super) fn fail(&self, error: &Error) {
        while let Some(flight) = self.remove(|_| true) {
            flight.fail(error);
        }
    }

    fn remove(&self, is_it: impl Fn(&Flight) -> bool) -> Option<Flight> {
        let mut state = self.state();
        let index = state.flights.iter().position(is_it)?;
        Some(state.flights.swap_remove(index))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    fn fail(self, error: &Error) {
        drop(self.mapping);
        self.pieces.iter().for_each(|piece| piece.give_up(error));
    }
}

/// Moves the bytes of a mapped array to host memory, and gives it back to the device.
fn unload(gpu: &Gpu, flight: Flight, view: wgpu::BufferView) {
    let mut bytes = 0;
    let mut settled = Vec::new();
    for piece in flight.pieces {
        bytes += piece.bytes;
        let part = &view[piece.at as usize..][..piece.bytes as usize];
        settled.extend(piece.arrive(part, gpu.host_pool()));
    }
    drop(view);
    drop(flight.mapping);
    gpu.count_read(bytes);
    settled.into_iter().for_each(Settled::tell);
}

#[cfg(test)]
mod tests;
