//! Bytes that kernels move, counted by the kernels themselves: with counters written into their text, a software device
//! tells what any other would read and write.

use super::form::Form;
use super::pieces::{Ends, pieces};
use super::{BINDINGS, Params, WORKGROUP, kernel, tables};
use crate::device::{Device, DeviceChoice, DeviceOptions, Executor};
use crate::gpu::{Binding, Gpu, Kernel, Launch, Window};
use crate::image::{Color, Gray8, GrayF32, Image, ImageView, Pixel, Rgb8, Rgb16, RgbF32, Rgba8, Threshold};
use crate::tensor::pixelwise::{Chain, Number, Output, Parameters, Placement, Planes};

/// The GPU; none where GPU tests are left out.
fn device() -> Option<Device> {
    if std::env::var("SWATH_TEST_GPU").is_ok_and(|value| value == "off") {
        return None;
    }
    Some(Device::with_options(&DeviceOptions { choice: DeviceChoice::Gpu, ..DeviceOptions::default() }).unwrap())
}

/// Kernel text that counts the bytes it reads from its source and writes to its result.
fn counting(kernel: &Kernel) -> Kernel {
    let counters = "@group(0) @binding(5) var<storage, read_write> moved: array<atomic<u32>, 2>;\n";
    let text = kernel
        .source
        .replace("let four = source[first + i];", "let four = source[first + i];\natomicAdd(&moved[0], 16u);")
        .replace("value: vec4u) {\n    result[", "value: vec4u) {\n    atomicAdd(&moved[1], 16u);\n    result[")
        .replace("value: u32) {\n    result[", "value: u32) {\n    atomicAdd(&moved[1], 4u);\n    result[");
    assert_eq!(text.matches("atomicAdd").count(), 2, "source and result are counted, once each");
    let bindings = [BINDINGS, &[Binding::Write]].concat().leak();
    Kernel { label: kernel.label, source: (counters.to_owned() + &text).into(), bindings }
}

/// Bytes read and written by the launches of a chain.
fn moved(device: &Device, gpu: &Gpu, chain: &Chain, output: &Output) -> [u32; 2] {
    let ends = Ends::new(chain, output).unwrap();
    let form = Form::of(chain, output, &ends);
    let result = gpu.lease(ends.result_bytes() as u64).unwrap();
    let (parameters, places) = tables::parameters(gpu, chain, output).unwrap();
    let frames = tables::frames(gpu, chain, &ends).unwrap();
    let moved = gpu.upload(&[0; 8]).unwrap();
    let kernel = counting(&kernel(chain, output, &form, &places));
    for piece in pieces(chain, &form, &ends, gpu.limits()).unwrap() {
        let params = Params { frame_count: ends.frames.len() as u32, ..piece.params(&form, output) };
        let windows = [
            Window::of(chain.source.storage.lease(), piece.source.start, piece.source.end - piece.source.start),
            Window::all(&parameters),
            Window::all(&frames),
            Window::of(&result, piece.result.start, piece.result.end - piece.result.start),
            Window::all(&moved),
        ];
        let groups = params.units.div_ceil(WORKGROUP);
        gpu.launch(&Launch { kernel: &kernel, params: bytemuck::bytes_of(&params), windows: &windows, groups })
            .unwrap();
    }
    let storage = crate::device::Storage::Gpu(moved);
    let counts = crate::device::Array::<u32>::new(device.clone(), storage, 2).read().wait().unwrap();
    [counts[0], counts[1]]
}

fn image<P: Pixel>(device: &Device, width: usize, height: usize) -> Image<P> {
    let samples = vec![bytemuck::Zeroable::zeroed(); width * height * P::CHANNELS];
    device.image(ImageView::<P>::new(&samples, width, height).unwrap()).unwrap()
}

fn planes(number: Number, planes: usize) -> Output {
    let (rescale, placement) = (Parameters::known(&[], &[0; 12]), Placement::default());
    Output::Planes(Planes { number, channel_of: (0..planes).collect(), rescale, placement })
}

/// Bytes a pixel that a chain over 64 x 48 pixels reads and writes.
fn per_pixel(moved: [u32; 2]) -> [u32; 2] {
    assert!(moved.iter().all(|bytes| bytes % (64 * 48) == 0), "{moved:?}");
    moved.map(|bytes| bytes / (64 * 48))
}

#[test]
fn every_byte_is_read_once_and_written_once() {
    let Some(device) = device() else { return };
    let Executor::Gpu(gpu) = device.executor() else { panic!("a GPU was asked for") };
    let gray_of = |chain: Chain| per_pixel(moved(&device, gpu, &chain, &Output::Pixels));
    fn gray<P: Color>(device: &Device) -> Chain {
        image::<P>(device, 64, 48).grayscale().unwrap().chain().unwrap()
    }
    assert_eq!(gray_of(gray::<Rgb8>(&device)), [3, 1]);
    assert_eq!(gray_of(gray::<Rgba8>(&device)), [4, 1]);
    assert_eq!(gray_of(gray::<Rgb16>(&device)), [6, 2]);
    assert_eq!(gray_of(gray::<RgbF32>(&device)), [12, 4]);
    let cut = |image: Image<Gray8>| image.threshold(Threshold::binary(9)).unwrap();
    assert_eq!(gray_of(cut(image::<Gray8>(&device, 64, 48)).chain().unwrap()), [1, 1]);
    // A chain of two operations moves no more than one.
    let gray_and_cut = cut(image::<Rgb8>(&device, 64, 48).grayscale().unwrap());
    assert_eq!(gray_of(gray_and_cut.chain().unwrap()), [3, 1]);

    let planes_of = |chain: Chain, output: Output| per_pixel(moved(&device, gpu, &chain, &output));
    let rgb = image::<Rgb8>(&device, 64, 48).chain().unwrap();
    assert_eq!(planes_of(rgb.clone(), planes(Number::F32, 3)), [3, 12]);
    assert_eq!(planes_of(rgb, planes(Number::F16, 3)), [3, 6]);
    assert_eq!(planes_of(gray::<Rgba8>(&device), planes(Number::F32, 1)), [4, 4]);
    let floats = image::<GrayF32>(&device, 64, 48).chain().unwrap();
    assert_eq!(planes_of(floats, planes(Number::F32, 1)), [4, 4]);
}

#[test]
fn odd_planes_are_written_number_by_number_and_still_once() {
    let Some(device) = device() else { return };
    let Executor::Gpu(gpu) = device.executor() else { panic!("a GPU was asked for") };
    let chain = image::<Rgb8>(&device, 13, 11).chain().unwrap();
    // 143 pixels take nine whole groups of 16.
    assert_eq!(moved(&device, gpu, &chain, &planes(Number::F32, 3)), [144 * 3, 143 * 12]);
}
