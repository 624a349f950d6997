//! Work that is recorded but not yet submitted. Several operations share one submission.

use std::sync::Arc;

use super::kernel::{Kernel, Pipeline};
use super::pool::{DevicePool, Lease};
use super::transfer::UploadRing;

/// After this many dispatches the recorder submits by itself, so that the device starts while the host goes on.
const DISPATCHES_PER_SUBMISSION: u32 = 64;

/// A part of a lease, bound to a shader.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a> {
    /// The memory.
    pub(crate) lease: &'a Arc<Lease>,
    /// Bytes from its start; a multiple of the binding alignment.
    pub(crate) offset: u64,
    /// Bytes; a multiple of four.
    pub(crate) bytes: u64,
}

impl<'a> Window<'a> {
    /// The whole lease.
    pub(crate) fn all(lease: &'a Arc<Lease>) -> Self {
        Self { lease, offset: 0, bytes: lease.bytes() }
    }

    /// `bytes` from `offset`, both rounded to what bindings allow and cut at the lease's end.
    pub(crate) fn of(lease: &'a Arc<Lease>, offset: u64, bytes: u64) -> Self {
        let bytes = bytes.next_multiple_of(16).min(lease.bytes().saturating_sub(offset));
        Self { lease, offset, bytes }
    }

    fn binding(self) -> wgpu::BindingResource<'a> {
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: self.lease.buffer(),
            offset: self.offset,
            size: std::num::NonZero::new(self.bytes),
        })
    }
}

/// One dispatch.
pub(crate) struct Launch<'a> {
    /// What runs.
    pub(crate) kernel: &'a Kernel,
    /// The parameter struct, binding 0; empty for a kernel without one.
    pub(crate) params: &'a [u8],
    /// The storage bindings, in order, behind it.
    pub(crate) windows: &'a [Window<'a>],
    /// Workgroups; folded into two dimensions where one row cannot hold them.
    pub(crate) groups: u32,
}

/// The open command encoder, and the uploads that go before what it holds.
pub(super) struct Recorder {
    encoder: Option<wgpu::CommandEncoder>,
    dispatches: u32,
    epoch: u64,
    uploads: UploadRing,
}

impl Recorder {
    /// Nothing recorded.
    pub(super) fn new(uploads: UploadRing) -> Self {
        Self { encoder: None, dispatches: 0, epoch: 1, uploads }
    }

    /// Records one dispatch.
    pub(super) fn dispatch(
        &mut self,
        device: &wgpu::Device,
        pipeline: &Pipeline,
        params: Option<&Arc<Lease>>,
        launch: &Launch<'_>,
        grid: [u32; 2],
    ) {
        let windows = params.into_iter().map(Window::all).chain(launch.windows.iter().copied());
        let entries: Vec<_> = (0..)
            .zip(windows)
            .map(|(binding, window)| {
                window.lease.record(self.epoch);
                window.lease.name(launch.kernel.label);
                wgpu::BindGroupEntry { binding, resource: window.binding() }
            })
            .collect();
        let label = Some(launch.kernel.label);
        let group =
            device.create_bind_group(&wgpu::BindGroupDescriptor { label, layout: &pipeline.layout, entries: &entries });
        let mut pass =
            self.encoder(device).begin_compute_pass(&wgpu::ComputePassDescriptor { label, timestamp_writes: None });
        pass.set_pipeline(&pipeline.pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(grid[0], grid[1], 1);
        drop(pass);
        self.dispatches += 1;
    }

    /// Records a copy of bytes of a lease to an offset of a buffer.
    pub(super) fn copy(&mut self, device: &wgpu::Device, from: (&Lease, u64), to: (&wgpu::Buffer, u64), bytes: u64) {
        from.0.record(self.epoch);
        self.encoder(device).copy_buffer_to_buffer(from.0.buffer(), from.1, to.0, to.1, bytes);
    }

    /// Records a copy between leases.
    pub(super) fn copy_lease(&mut self, device: &wgpu::Device, from: &Lease, to: (&Lease, u64), bytes: u64) {
        to.0.record(self.epoch);
        self.copy(device, (from, 0), (to.0.buffer(), to.1), bytes);
    }

    /// Records zeros over a lease.
    pub(super) fn clear(&mut self, device: &wgpu::Device, lease: &Lease) {
        lease.record(self.epoch);
        self.clear_buffer(device, lease.buffer(), 0, lease.bytes());
    }

    /// Records zeros over bytes of a buffer.
    pub(super) fn clear_buffer(&mut self, device: &wgpu::Device, buffer: &wgpu::Buffer, at: u64, bytes: u64) {
        self.encoder(device).clear_buffer(buffer, at, Some(bytes));
    }

    /// Where uploads are written, and what the submission at hand copies from there.
    pub(super) fn uploads(&mut self) -> &mut UploadRing {
        &mut self.uploads
    }

    /// Whether there is nothing to submit.
    pub(super) fn is_empty(&self) -> bool {
        self.encoder.is_none() && self.uploads.is_empty()
    }

    /// The number of the last submission; 0 before the first.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn submitted(&self) -> u64 {
        self.epoch - 1
    }

    /// Whether enough has been recorded to be worth a submission of its own.
    pub(super) fn is_full(&self) -> bool {
        self.dispatches >= DISPATCHES_PER_SUBMISSION
    }

    /// Submits what was recorded, uploads first, and tells the submission's number. From here on the queue's order protects
    /// what it uses.
    pub(super) fn submit(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, pool: &DevicePool) -> u64 {
        let uploads = self.uploads.seal(device, self.epoch);
        let work = self.encoder.take().map(wgpu::CommandEncoder::finish);
        self.dispatches = 0;
        queue.submit(uploads.into_iter().chain(work));
        self.uploads.sent();
        let epoch = self.epoch;
        pool.submitted(epoch);
        self.epoch += 1;
        epoch
    }

    /// Forgets what was recorded.
    pub(super) fn abandon(&mut self) {
        self.encoder = None;
        self.dispatches = 0;
        self.uploads.abandon();
    }

    fn encoder(&mut self, device: &wgpu::Device) -> &mut wgpu::CommandEncoder {
        self.encoder.get_or_insert_with(|| {
            device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("swath") })
        })
    }
}
