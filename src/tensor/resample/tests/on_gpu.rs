//! The shader's functions, in a kernel of the test's own, against the definitions and against the CPU.

use std::borrow::Cow;

use bytemuck::{Pod, Zeroable};

use super::super::on_gpu::Geometry;
use super::super::{MOST_SIDE, Method, Resampler, SHADER, Sampling};
use super::{KINDS, METHODS, SIZES, check, numbers, samples};
use crate::cpu::SimdLevel;
use crate::device::{Device, DeviceChoice, DeviceOptions, Executor};
use crate::gpu::{Binding, Gpu, Kernel, Launch, Window};
use crate::shaders::{Layout, Subject, layout};
use crate::tensor::SampleKind;

/// Gray `f32` pixels in and out. Positions start at `first`, so that a part of a large image can be asked for.
const KERNEL: &str = "
struct Params { width: u32, count: u32, first: u32, white: f32, resampling: Resampling }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;
fn sample_at(x: u32, y: u32) -> vec4f { return vec4f(source[y * params.resampling.size.x + x]); }
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= params.count { return; }
    let pixel = params.first + id.x;
    let value = resampled(pixel % params.width, pixel / params.width, params.resampling);
    result[id.x] = select(value, whole_numbers(value, params.white), params.white > 0.0).x;
}
";

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Params {
    width: u32,
    count: u32,
    first: u32,
    white: f32,
    resampling: Geometry,
}

fn kernel(sampling: &Sampling) -> Kernel {
    let source = format!(
        "{SHADER}{KERNEL}fn resampled(x: u32, y: u32, resampling: Resampling) -> vec4f {{ return {}(x, y, resampling); }}",
        sampling.function()
    );
    Kernel {
        label: "a resize",
        source: Cow::Owned(source),
        bindings: &[Binding::Uniform, Binding::Read, Binding::Write],
    }
}

/// Kernels with every function, for the test of all shaders.
pub(crate) fn subjects() -> Vec<Subject> {
    let subject = |method| Subject {
        kernel: kernel(&Sampling::new(method, (1, 1), (1, 1)).unwrap()),
        params: Some(layout!(Params { width, count, first, white, resampling })),
    };
    METHODS.map(subject).into()
}

fn device() -> Option<Device> {
    if std::env::var_os("SWATH_TEST_GPU").is_some_and(|value| value == "off") {
        eprintln!("left out, because SWATH_TEST_GPU=off: {:?}", std::thread::current().name());
        return None;
    }
    let options = DeviceOptions { choice: DeviceChoice::Gpu, ..DeviceOptions::default() };
    Some(Device::with_options(&options).unwrap_or_else(|error| {
        panic!(
            "{error}; this test needs a GPU adapter: install Mesa's software driver (apt-get install \
             mesa-vulkan-drivers), or leave GPU tests out with SWATH_TEST_GPU=off"
        )
    }))
}

fn gpu_of(device: &Device) -> &Gpu {
    match device.executor() {
        Executor::Gpu(gpu) => gpu,
        Executor::Cpu => unreachable!("a GPU was asked for"),
    }
}

/// `count` pixels of the result from the pixel `first` on, in all passes.
fn resized(gpu: &Gpu, sampling: &Sampling, kind: SampleKind, source: &[f32], first: usize, count: usize) -> Vec<f32> {
    let mut pixels = gpu.upload(bytemuck::cast_slice(source)).unwrap();
    let passes = sampling.passes();
    for (index, pass) in passes.iter().enumerate() {
        let is_last = index + 1 == passes.len();
        let kind_in = if index == 0 { kind } else { SampleKind::F32 };
        let (first, count) = if is_last { (first, count) } else { (0, pass.to.0 * pass.to.1) };
        let whole = is_last && kind != SampleKind::F32;
        let params = Params {
            resampling: pass.geometry(kind_in),
            width: pass.to.0 as u32,
            count: count as u32,
            first: first as u32,
            white: if whole { kind.white() } else { 0.0 },
        };
        let result = gpu.upload(&vec![0xa5; 4 * count]).unwrap();
        gpu.launch(&Launch {
            kernel: &kernel(pass),
            params: bytemuck::bytes_of(&params),
            windows: &[Window::all(&pixels), Window::all(&result)],
            groups: params.count.div_ceil(64),
        })
        .unwrap();
        pixels = result;
    }
    let read = gpu.read(&[(pixels, 4 * count)]).unwrap().wait().unwrap();
    read[0].as_slice::<f32>()[..count].to_vec()
}

fn cpu_resized(sampling: &Sampling, kind: SampleKind, source: &[u8]) -> Vec<f64> {
    let mut to = vec![0_u32; sampling.to.0 * sampling.to.1];
    let to = &mut bytemuck::cast_slice_mut::<u32, u8>(&mut to)[..sampling.to.0 * sampling.to.1 * kind.bytes()];
    let source: Vec<u32> = source
        .chunks(4)
        .map(|word| {
            let mut bytes = [0; 4];
            bytes[..word.len()].copy_from_slice(word);
            u32::from_le_bytes(bytes)
        })
        .collect();
    let source = &bytemuck::cast_slice::<u32, u8>(&source)[..sampling.from.0 * sampling.from.1 * kind.bytes()];
    Resampler::new(*sampling, kind, 1).rows(SimdLevel::capped(None), source, 0..sampling.to.1, to);
    numbers(kind, to)
}

#[test]
fn the_shader_gives_what_the_definitions_and_the_cpu_give() {
    let Some(device) = device() else { return };
    let exact = device.info().name.to_lowercase().contains("llvmpipe");
    let (mut compared, mut differing) = (0, 0);
    for (from, to) in SIZES {
        for method in METHODS {
            for kind in KINDS {
                let sampling = Sampling::new(method, from, to).unwrap();
                let source = samples(kind, from.0 * from.1);
                let floats: Vec<f32> = numbers(kind, &source).iter().map(|value| *value as f32).collect();
                let got = resized(gpu_of(&device), &sampling, kind, &floats, 0, to.0 * to.1);
                let got: Vec<f64> = got.into_iter().map(f64::from).collect();
                check(&got, &sampling, kind, 1, &source);
                let expected = cpu_resized(&sampling, kind, &source);
                // Averages are added in another order; everything else is the same arithmetic.
                if exact && (method != Method::Area || kind == SampleKind::U8) {
                    assert_eq!(got, expected, "{sampling:?} {kind:?}");
                }
                let within = if kind == SampleKind::F32 { 1e-4 } else { 1.0 };
                assert!(got.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= within), "{sampling:?} {kind:?}");
                compared += got.len();
                differing += got.iter().zip(&expected).filter(|(a, b)| a != b).count();
            }
        }
    }
    println!("{differing} of {compared} samples differ from the CPU's");
}

#[test]
fn the_longest_sides_take_the_right_pixels_on_a_gpu() {
    let Some(device) = device() else { return };
    let source: Vec<f32> = (0..MOST_SIDE).map(|index| index as f32).collect();
    for to in [MOST_SIDE, MOST_SIDE - 1, MOST_SIDE / 3, 4_999, 1] {
        for method in METHODS {
            let sampling = Sampling::new(method, (MOST_SIDE, 1), (to, 1)).unwrap();
            // From somewhere in the middle to the end.
            let count = to.min(20_000);
            let got = resized(gpu_of(&device), &sampling, SampleKind::F32, &source, to - count, count);
            for (got, index) in got.into_iter().map(f64::from).zip(to - count..) {
                let center = (index as f64 + 0.5) * MOST_SIDE as f64 / to as f64;
                let expected = if method == Method::Nearest { center.floor() } else { center - 0.5 };
                assert!((got - expected).abs() <= 1.0, "{sampling:?} at {index}: {got}, {expected}");
                assert!(method != Method::Nearest || got == expected, "{sampling:?} at {index}: {got}, {expected}");
            }
        }
    }
}

#[test]
fn the_shaders_geometry_is_the_hosts() {
    let text = kernel(&Sampling::new(Method::Area, (1, 1), (1, 1)).unwrap()).source;
    let module = naga::front::wgsl::parse_str(&text).unwrap();
    let shader = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some("Resampling")).map(|(_, ty)| &ty.inner);
    let Some(naga::TypeInner::Struct { members, span }) = shader else { panic!("Resampling is a struct") };
    let members = members.iter().map(|member| (member.name.clone().unwrap(), member.offset as usize)).collect();
    let host = layout!(Geometry { size, before, after, stride, unit, whole, scale, covers });
    assert_eq!(Layout { size: *span as usize, members }, host);
}

#[test]
fn large_reductions_take_passes_that_each_end_where_the_next_begins() {
    for (from, to) in [((16_384, 16_384), (1, 1)), ((33, 5), (1, 5)), ((9_999, 3), (7, 11)), ((MOST_SIDE, 1), (1, 1))] {
        let passes = Sampling::new(Method::Area, from, to).unwrap().passes();
        assert_eq!((passes[0].from, passes.last().unwrap().to), (from, to));
        assert!(passes.len() <= 5 && passes.windows(2).all(|pair| pair[0].to == pair[1].from));
        for pass in &passes {
            assert!(pass.from.0 <= 32 * pass.to.0 && pass.from.1 <= 32 * pass.to.1, "{pass:?}");
            assert!(pass.to.0 % to.0 == 0 || pass.to.0 == from.0, "parts of a pixel are equally long: {pass:?}");
        }
    }
    for method in METHODS {
        assert_eq!(Sampling::new(method, (640, 480), (20, 15)).unwrap().passes().len(), 1);
    }
}

#[test]
fn an_average_of_a_whole_large_image_is_right() {
    let Some(device) = device() else { return };
    let (width, height) = (16_384, 1_024);
    let source: Vec<f32> = (0..width * height).map(|index| (index % 251) as f32).collect();
    let sampling = Sampling::new(Method::Area, (width, height), (1, 1)).unwrap();
    let exact = source.iter().map(|value| f64::from(*value)).sum::<f64>() / (width * height) as f64;
    let got = resized(gpu_of(&device), &sampling, SampleKind::F32, &source, 0, 1)[0];
    assert!((f64::from(got) / exact - 1.0).abs() < 1e-6, "{got}, {exact}");
    assert_eq!(resized(gpu_of(&device), &sampling, SampleKind::U8, &source, 0, 1)[0], exact.round() as f32);
}
