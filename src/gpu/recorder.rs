//! Work that is recorded but not yet submitted. Several operations share one submission.

use std::sync::Arc;

use super::kernel::{Kernel, Pipeline};
use super::pool::Lease;

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

/// The open command encoder and the leases that it uses.
#[derive(Default)]
pub(super) struct Recorder {
    encoder: Option<wgpu::CommandEncoder>,
    dispatches: u32,
    used: Vec<Arc<Lease>>,
}

impl Recorder {
    /// Records one dispatch.
    pub(super) fn dispatch(
        &mut self,
        device: &wgpu::Device,
        pipeline: &Pipeline,
        params: Option<Arc<Lease>>,
        launch: &Launch<'_>,
        grid: [u32; 2],
    ) {
        let windows = params.iter().map(Window::all).chain(launch.windows.iter().copied());
        let entries: Vec<_> = (0..)
            .zip(windows)
            .map(|(binding, window)| wgpu::BindGroupEntry { binding, resource: window.binding() })
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
        self.used.extend(launch.windows.iter().map(|window| window.lease.clone()));
        self.used.extend(params);
    }

    /// Records a copy of `bytes` between the starts and offsets of two leases.
    pub(super) fn copy(&mut self, device: &wgpu::Device, from: &Arc<Lease>, to: (&Arc<Lease>, u64), bytes: u64) {
        self.encoder(device).copy_buffer_to_buffer(from.buffer(), 0, to.0.buffer(), to.1, bytes);
        self.used.extend([from.clone(), to.0.clone()]);
    }

    /// Records zeros over a lease.
    pub(super) fn clear(&mut self, device: &wgpu::Device, lease: &Arc<Lease>) {
        self.encoder(device).clear_buffer(lease.buffer(), 0, Some(lease.bytes()));
        self.used.push(lease.clone());
    }

    /// Whether enough has been recorded to be worth a submission of its own.
    pub(super) fn is_full(&self) -> bool {
        self.dispatches >= DISPATCHES_PER_SUBMISSION
    }

    /// Submits what was recorded and lets go of its leases: from here on the queue's order protects them.
    pub(super) fn submit(&mut self, queue: &wgpu::Queue) {
        self.dispatches = 0;
        queue.submit(self.encoder.take().map(wgpu::CommandEncoder::finish));
        self.used.clear();
    }

    fn encoder(&mut self, device: &wgpu::Device) -> &mut wgpu::CommandEncoder {
        self.encoder.get_or_insert_with(|| {
            device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("swath") })
        })
    }
}
