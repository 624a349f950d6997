//! The adapters of this machine, and opening one as a device. Which one to open is decided in `device/select.rs`.

use std::sync::OnceLock;

use super::context::{Gpu, GpuOptions};
use super::grid::Limits;
use super::health::Health;
use super::pool::Sharing;
use crate::error::Error;

/// Storage bindings that the widest kernel takes; eight is what every WebGPU device has.
const STORAGE_BUFFERS: u32 = 8;
/// Invocations of the largest workgroup.
const INVOCATIONS: u32 = 256;
/// Bytes of workgroup memory; every WebGPU device has as much.
const WORKGROUP_BYTES: u32 = 16 << 10;
/// Above this share of the device's memory, drivers start paging; `wgpu` then reports out of memory instead.
#[cfg(not(target_arch = "wasm32"))]
const MEMORY_PERCENT: u8 = 95;

/// What lets buffers be mapped where the device uses them.
const SHARED_MEMORY: wgpu::Features = wgpu::Features::MAPPABLE_PRIMARY_BUFFERS;

/// What kind of hardware an adapter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Discrete,
    Integrated,
    Virtual,
    /// A rasteriser in software.
    Software,
    Unknown,
}

/// One adapter that was seen.
pub(crate) struct Candidate {
    adapter: wgpu::Adapter,
    pub(crate) name: String,
    pub(crate) backend: &'static str,
    pub(crate) driver: String,
    pub(crate) kind: Kind,
    /// Whether buffers can be mapped where the device uses them. Every native one says so; only where host and device share
    /// memory is that fast.
    pub(crate) maps_anything: bool,
    /// Why Swath's kernels cannot run on it, if so.
    pub(crate) unfit: Option<String>,
}

/// Where adapters are looked for. Not in OpenGL, which shows the same hardware once more: there the driver of an NVIDIA H100
/// (580.159) hung when several threads asked it at once, and its adapter took no kernel (`wgpu` 30: "the selected version
/// doesn't support `BUFFER_STORAGE | COMPUTE_SHADER`"), though it said that it has compute shaders.
const BACKENDS: wgpu::Backends = wgpu::Backends::PRIMARY;

/// One for the process: with one for each device the driver is loaded and unloaded again and again, and that of an NVIDIA
/// H100 (580.159) showed no adapter any more after some sixty times.
static INSTANCE: OnceLock<wgpu::Instance> = OnceLock::new();

/// Every adapter of every backend, in the backends' order.
pub(crate) async fn candidates() -> Vec<Candidate> {
    let instance = INSTANCE.get_or_init(|| wgpu::Instance::new(instance_descriptor()));
    let adapters = instance.enumerate_adapters(BACKENDS).await;
    adapters.into_iter().map(candidate).collect()
}

fn instance_descriptor() -> wgpu::InstanceDescriptor {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = BACKENDS;
    // Validation layers of a debug build print to stderr and slow everything down; who wants them uses wgpu's own
    // variables on a device of their own.
    descriptor.flags = wgpu::InstanceFlags::empty();
    #[cfg(not(target_arch = "wasm32"))]
    {
        descriptor.memory_budget_thresholds.for_resource_creation = Some(MEMORY_PERCENT);
    }
    descriptor
}

fn candidate(adapter: wgpu::Adapter) -> Candidate {
    let info = adapter.get_info();
    let compute = adapter.get_downlevel_capabilities().flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS);
    let unfit = if compute { lacking(&adapter.limits()) } else { Some("it has no compute shaders".into()) };
    let (name, backend, driver) = describe(&info);
    let maps_anything = adapter.features().contains(SHARED_MEMORY);
    Candidate { name, backend, driver, kind: kind(info.device_type), maps_anything, unfit, adapter }
}

fn describe(info: &wgpu::AdapterInfo) -> (String, &'static str, String) {
    let name = if info.name.is_empty() { "unnamed GPU".into() } else { info.name.clone() };
    let backend = match info.backend {
        wgpu::Backend::Noop => "noop",
        wgpu::Backend::Vulkan => "Vulkan",
        wgpu::Backend::Metal => "Metal",
        wgpu::Backend::Dx12 => "DX12",
        wgpu::Backend::Gl => "OpenGL",
        wgpu::Backend::BrowserWebGpu => "WebGPU",
    };
    let driver = [info.driver.as_str(), info.driver_info.as_str()].join(" ").trim().to_owned();
    (name, backend, driver)
}

fn kind(device_type: wgpu::DeviceType) -> Kind {
    match device_type {
        wgpu::DeviceType::DiscreteGpu => Kind::Discrete,
        wgpu::DeviceType::IntegratedGpu => Kind::Integrated,
        wgpu::DeviceType::VirtualGpu => Kind::Virtual,
        wgpu::DeviceType::Cpu => Kind::Software,
        wgpu::DeviceType::Other => Kind::Unknown,
    }
}

/// Which limit is too small for Swath's kernels, in words.
fn lacking(limits: &wgpu::Limits) -> Option<String> {
    let needs = [
        ("storage buffers in a shader", limits.max_storage_buffers_per_shader_stage, STORAGE_BUFFERS),
        ("invocations in a workgroup", limits.max_compute_invocations_per_workgroup, INVOCATIONS),
        ("invocations along x", limits.max_compute_workgroup_size_x, INVOCATIONS),
        ("bytes of workgroup memory", limits.max_compute_workgroup_storage_size, WORKGROUP_BYTES),
        ("workgroups along a dimension", limits.max_compute_workgroups_per_dimension, 1),
    ];
    needs
        .into_iter()
        .find(|(_, has, needed)| has < needed)
        .map(|(what, has, needed)| format!("it allows {has} {what}, and {needed} are needed"))
}

/// Opens an adapter; `options` say what to do within its limits.
pub(crate) async fn open(
    candidate: &Candidate,
    sharing: Sharing,
    options: impl Fn(Limits) -> GpuOptions,
) -> Result<Gpu, Error> {
    let adapter = &candidate.adapter;
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("swath"),
        required_features: if sharing.is_some() { SHARED_MEMORY } else { wgpu::Features::empty() },
        required_limits: compute_limits(&adapter.limits()),
        experimental_features: wgpu::ExperimentalFeatures::disabled(),
        memory_hints: wgpu::MemoryHints::Performance,
        trace: wgpu::Trace::Off,
    };
    let (device, queue) = adapter.request_device(&descriptor).await.map_err(|error| Error::Gpu {
        operation: format!("opening {} ({})", candidate.name, candidate.backend),
        message: error.to_string(),
    })?;
    let health = Health::default();
    health.watch(&device);
    let options = options(limits_of(&device));
    Ok(Gpu::new(device, queue, health, options))
}

/// Wraps a device that belongs to the application, whose callbacks stay its own.
pub(crate) fn wrap(
    device: wgpu::Device,
    queue: wgpu::Queue,
    options: impl Fn(Limits, Kind, bool) -> GpuOptions,
) -> Result<(Gpu, Kind, [String; 3]), Error> {
    let info = device.adapter_info();
    let (name, backend, driver) = describe(&info);
    if let Some(reason) = lacking(&device.limits()) {
        return Err(Error::NoAdapter {
            wanted: "Swath was to run on a device of the application".into(),
            seen: format!("{name} does not fit: {reason}; request the adapter's own compute limits"),
        });
    }
    let kind = kind(info.device_type);
    let options = options(limits_of(&device), kind, device.features().contains(SHARED_MEMORY));
    Ok((Gpu::new(device, queue, Health::default(), options), kind, [name, backend.into(), driver]))
}

/// Default limits for everything that Swath does not use, the adapter's own for what it does: a device grants exactly
/// what it is asked for.
fn compute_limits(of_adapter: &wgpu::Limits) -> wgpu::Limits {
    wgpu::Limits {
        max_buffer_size: of_adapter.max_buffer_size,
        max_storage_buffer_binding_size: of_adapter.max_storage_buffer_binding_size,
        max_compute_workgroups_per_dimension: of_adapter.max_compute_workgroups_per_dimension,
        max_compute_workgroup_storage_size: of_adapter.max_compute_workgroup_storage_size,
        max_storage_buffers_per_shader_stage: of_adapter.max_storage_buffers_per_shader_stage,
        min_storage_buffer_offset_alignment: of_adapter.min_storage_buffer_offset_alignment,
        ..wgpu::Limits::default().or_worse_values_from(of_adapter)
    }
}

fn limits_of(device: &wgpu::Device) -> Limits {
    let limits = device.limits();
    Limits {
        max_groups: limits.max_compute_workgroups_per_dimension,
        // Metal allows more, but shaders know the size of a binding, and index its words, as 32-bit numbers.
        max_binding: limits.max_storage_buffer_binding_size.min(u64::from(u32::MAX)),
        alignment: u64::from(limits.min_storage_buffer_offset_alignment),
    }
}
