//! A readback, for whoever waits for it.

use std::sync::Arc;
use std::task::Poll;

use super::poller::Watch;
use super::ticket::Ticket;
use super::upload::SLOT_BYTES;
use super::wait::Wait;
use crate::cpu::HostBuffer;
use crate::error::Error;
use crate::gpu::Gpu;
use crate::gpu::pool::Lease;

/// Bytes on their way from the device, one piece for each array asked for.
pub(crate) struct GpuRead {
    gpu: Gpu,
    ticket: Arc<Ticket>,
    watch: Option<Watch>,
}

impl GpuRead {
    /// Reads the first so many bytes of each array. Everything recorded so far is submitted.
    pub(in crate::gpu) fn new(gpu: Gpu, arrays: Vec<(Arc<Lease>, usize)>) -> Result<Self, Error> {
        let (ticket, pieces) = Ticket::new(arrays, SLOT_BYTES);
        // Made first: where something below fails, dropping it gives back what is mapped.
        let read = Self { gpu, ticket, watch: None };
        let pieces = read.gpu.in_place().begin(&read.gpu, pieces)?;
        if !pieces.is_empty() {
            read.gpu.reads().queue(pieces);
        }
        read.gpu.reads().drive(&read.gpu);
        // Where no slot was free, and none is needed, the work at least begins.
        read.gpu.flush()?;
        Ok(read)
    }

    /// Blocks until the bytes are here; in the browser, where nothing may block, an error.
    pub(crate) fn wait(self) -> Result<Vec<Arc<HostBuffer>>, Error> {
        if cfg!(target_arch = "wasm32") {
            return Err(Error::WouldBlock {
                operation: "waiting for a GPU in the browser",
                advice: "await the Readback, or use the CPU executor",
            });
        }
        let mut wait = Wait::new(&self.gpu, "a readback");
        loop {
            let pause = wait.look()?;
            if self.gpu.reads().drive(&self.gpu) {
                wait.restart();
            }
            if let Some(arrived) = self.take() {
                return arrived;
            }
            self.ticket.pause(pause);
        }
    }

    /// The bytes, or a promise to wake when they are here.
    pub(crate) fn poll(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Result<Vec<Arc<HostBuffer>>, Error>> {
        if let Err(error) = self.gpu.check() {
            return Poll::Ready(Err(error));
        }
        if let Some(error) = std::task::ready!(self.gpu.poll_errors(cx)) {
            return Poll::Ready(Err(error));
        }
        self.gpu.reads().drive(&self.gpu);
        if self.ticket.poll_settled(cx.waker()).is_pending() {
            self.watch.get_or_insert_with(|| self.gpu.poller().watch(&self.gpu, &self.ticket));
            return Poll::Pending;
        }
        self.watch = None;
        let gone = || {
            Err(Error::WouldBlock { operation: "polling a readback that has given its result", advice: "read again" })
        };
        Poll::Ready(self.take().unwrap_or_else(gone))
    }

    fn take(&self) -> Option<Result<Vec<Arc<HostBuffer>>, Error>> {
        let arrived = self.ticket.take(self.gpu.host_pool())?;
        if let Ok(buffers) = &arrived {
            self.gpu.job().count_down(buffers.iter().map(|buffer| buffer.as_slice::<u8>().len() as u64).sum());
        }
        Some(arrived)
    }
}

impl Drop for GpuRead {
    fn drop(&mut self) {
        self.gpu.in_place().forget(&self.ticket);
        self.ticket.give_up();
    }
}
