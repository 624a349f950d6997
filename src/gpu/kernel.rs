//! A kernel: shader text with the bindings it takes, compiled once for a device and kept.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::scope::{Failure, Later, scoped};

/// What one binding of a kernel is. Bindings are numbered in order, in group 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    /// `var<uniform>`: the parameters, binding 0 where there are any.
    Uniform,
    /// `var<storage, read>`
    Read,
    /// `var<storage, read_write>`
    Write,
}

/// A compute shader with one entry point, `main`.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    /// For messages and debuggers.
    pub(crate) label: &'static str,
    /// WGSL, complete.
    pub(crate) source: Cow<'static, str>,
    /// Its bindings in order.
    pub(crate) bindings: &'static [Binding],
}

/// A compiled kernel.
pub(super) struct Pipeline {
    pub(super) pipeline: wgpu::ComputePipeline,
    pub(super) layout: wgpu::BindGroupLayout,
}

/// Every kernel that a device has compiled, by its text.
#[derive(Default)]
pub(super) struct Kernels(Mutex<HashMap<Cow<'static, str>, Arc<Pipeline>>>);

impl Kernels {
    /// The compiled kernel, compiling it on first use.
    pub(super) fn get(&self, device: &wgpu::Device, later: &Later, kernel: &Kernel) -> Result<Arc<Pipeline>, Failure> {
        if let Some(pipeline) = self.compiled().get(&kernel.source) {
            return Ok(pipeline.clone());
        }
        // Compiled outside the lock: another thread may compile the same kernel meanwhile, and either result serves.
        let pipeline = Arc::new(scoped(device, later, || compile(device, kernel))?);
        self.compiled().insert(kernel.source.clone(), pipeline.clone());
        Ok(pipeline)
    }

    fn compiled(&self) -> std::sync::MutexGuard<'_, HashMap<Cow<'static, str>, Arc<Pipeline>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn compile(device: &wgpu::Device, kernel: &Kernel) -> Pipeline {
    let label = Some(kernel.label);
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label,
        source: wgpu::ShaderSource::Wgsl(Cow::Borrowed(&kernel.source)),
    });
    // Explicit, because an automatic layout drops the bindings that a shader happens not to use.
    let entries: Vec<_> =
        kernel.bindings.iter().zip(0..).map(|(binding, index)| layout_entry(*binding, index)).collect();
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label,
        bind_group_layouts: &[Some(&layout)],
        immediate_size: 0,
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label,
        layout: Some(&pipeline_layout),
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    Pipeline { pipeline, layout }
}

fn layout_entry(binding: Binding, index: u32) -> wgpu::BindGroupLayoutEntry {
    let ty = match binding {
        Binding::Uniform => wgpu::BufferBindingType::Uniform,
        Binding::Read => wgpu::BufferBindingType::Storage { read_only: true },
        Binding::Write => wgpu::BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding: index,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}
