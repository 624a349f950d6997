//! What holds of every kernel: its text parses, validates and translates to SPIR-V, MSL and HLSL, and agrees with Rust
//! about parameters and bindings. No adapter is needed. Rooms hand over their kernels as [`Subject`]s, because only they
//! know how to assemble them.

use std::path::{Path, PathBuf};

use naga::back::{hlsl, msl, pipeline_constants, spv};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Module, ShaderStage, StorageAccess, TypeInner};

use crate::device::Device;
use crate::gpu::{Binding, Kernel};
use crate::image::{
    Color, Gray, Gray8, Gray16, GrayF32, Image, ImageView, Pixel, Resize, Rgb8, Rgb16, RgbF32, Rgba8, Rgba16, RgbaF32,
    Threshold, ThresholdKind,
};
use crate::tensor::pixelwise::{Chain, Number, Output, Parameters, Placement, Planes};

/// A kernel and how Rust lays out its parameters.
pub(crate) struct Subject {
    /// Text and bindings.
    pub(crate) kernel: Kernel,
    /// Its `Params`, if it takes any.
    pub(crate) params: Option<Layout>,
}

/// Size of a struct and where its members are, in bytes.
#[derive(Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) size: usize,
    pub(crate) members: Vec<(String, usize)>,
}

/// The [`Layout`] of a struct, its members listed in order.
macro_rules! layout {
    ($params:ident { $($member:ident),* }) => {
        $crate::shaders::Layout {
            size: size_of::<$params>(),
            members: vec![$((stringify!($member).to_owned(), std::mem::offset_of!($params, $member))),*],
        }
    };
}
pub(crate) use layout;

/// Every kernel, in every variant that makes a difference.
fn subjects() -> Vec<Subject> {
    let mut subjects = vec![crate::image::histogram_subject(), crate::image::otsu_subject()];
    subjects.extend(crate::image::adaptive_subjects());
    subjects.extend(crate::tensor::statistics::subjects());
    subjects.extend(crate::tensor::quantize::subjects());
    subjects.push(crate::tensor::standardize::subject());
    subjects.extend(crate::points::subjects());
    subjects.extend(crate::tensor::resample::subjects());
    subjects.extend(chains().iter().map(|(chain, output)| crate::tensor::pixelwise::subject(chain, output)));
    subjects
}

/// Chains of every source to every output, with one operation, several, and one several times.
fn chains() -> Vec<(Chain, Output)> {
    let mut chains = Vec::new();
    chains_of_color::<Rgb8>(&mut chains);
    chains_of_color::<Rgba8>(&mut chains);
    chains_of_color::<Rgb16>(&mut chains);
    chains_of_color::<Rgba16>(&mut chains);
    chains_of_color::<RgbF32>(&mut chains);
    chains_of_color::<RgbaF32>(&mut chains);
    chains_of_gray(&image::<Gray8>(16), &mut chains);
    chains_of_gray(&image::<Gray8>(1), &mut chains);
    chains_of_gray(&image::<Gray16>(16), &mut chains);
    chains_of_gray(&image::<GrayF32>(16), &mut chains);
    chains
}

/// An image of so many pixels in a row.
fn image<P: Pixel>(pixels: usize) -> Image<P> {
    let samples = vec![bytemuck::Zeroable::zeroed(); pixels * P::CHANNELS];
    Device::cpu().unwrap().image(ImageView::<P>::new(&samples, pixels, 1).unwrap()).unwrap()
}

fn chains_of_color<P: Color>(chains: &mut Vec<(Chain, Output)>) {
    for pixels in [1, 16] {
        let image = image::<P>(pixels);
        chains.extend(planes(3).map(|planes| (image.chain().unwrap(), planes)));
        for method in [Resize::Nearest, Resize::Bilinear, Resize::Area] {
            let resized = image.resize(3, 2, method).unwrap();
            chains.push((resized.chain().unwrap(), Output::Pixels));
            chains.extend(planes(3).map(|planes| (resized.chain().unwrap(), planes)));
            chains.push((resized.grayscale().unwrap().chain().unwrap(), Output::Pixels));
        }
        chains_of_gray(&image.grayscale().unwrap(), chains);
    }
}

fn chains_of_gray<P: Gray>(gray: &Image<P>, chains: &mut Vec<(Chain, Output)>) {
    use ThresholdKind::{Binary, BinaryInverted, ToZero, ToZeroInverted, Truncate};
    let mut every = gray.clone();
    for kind in [Binary, BinaryInverted, Truncate, ToZero, ToZeroInverted] {
        every = every.threshold(Threshold::binary(1).kind(kind)).unwrap();
    }
    let twice = gray.threshold(Threshold::binary(1)).unwrap().threshold(Threshold::binary(2)).unwrap();
    for chain in [gray, &every, &twice].map(|image| image.chain().unwrap()) {
        chains.extend(planes(1).map(|planes| (chain.clone(), planes)));
        chains.push((chain, Output::Pixels));
    }
}

/// Planes of both numbers, where the pixels are and elsewhere.
fn planes(planes: usize) -> impl Iterator<Item = Output> {
    let moved = Placement { is_flipped: true, canvas: Some((16, 3, 0.0)) };
    let kinds = [(Number::F32, Placement::default()), (Number::F16, Placement::default())];
    kinds.into_iter().chain([(Number::F32, moved), (Number::F16, moved)]).map(move |(number, placement)| {
        let rescale = Parameters::known(&[], &[0; 12]);
        Output::Planes(Planes { number, channel_of: (0..planes).collect(), rescale, placement })
    })
}

fn parsed(text: &str) -> Result<(Module, ModuleInfo), String> {
    let module = naga::front::wgsl::parse_str(text).map_err(|error| error.emit_to_string(text))?;
    // What every WebGPU device can do, and no more.
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .map_err(|error| error.emit_to_string(text))?;
    Ok((module, info))
}

fn translated(text: &str) -> Result<(), String> {
    let (module, info) = parsed(text)?;
    let entry = (ShaderStage::Compute, "main".to_owned());
    let (module, info) =
        pipeline_constants::process_overrides(&module, &info, Some((entry.0, "main")), &Default::default())
            .map_err(|error| format!("overrides: {error}"))?;

    let options = spv::PipelineOptions { shader_stage: entry.0, entry_point: entry.1.clone() };
    spv::write_vec(&module, &info, &spv::Options::default(), Some(&options))
        .map_err(|error| format!("SPIR-V: {error}"))?;

    let options = msl::Options { fake_missing_bindings: true, ..Default::default() };
    let pipeline = msl::PipelineOptions { entry_point: Some(entry.clone()), ..Default::default() };
    msl::write_string(&module, &info, &options, &pipeline).map_err(|error| format!("MSL: {error}"))?;

    let options = hlsl::Options { fake_missing_bindings: true, ..Default::default() };
    let pipeline = hlsl::PipelineOptions { entry_point: Some(entry) };
    let mut text = String::new();
    hlsl::Writer::new(&mut text, &options, &pipeline)
        .write(&module, &info, None)
        .map_err(|error| format!("HLSL: {error}"))?;
    Ok(())
}

/// Runs a check on every kernel and fails with all that went wrong.
fn for_every_kernel(check: impl Fn(&Subject) -> Result<(), String>) {
    let subjects = subjects();
    let failures: Vec<_> = subjects
        .iter()
        .filter_map(|subject| check(subject).err().map(|error| format!("{}: {error}", subject.kernel.label)))
        .collect();
    assert!(failures.is_empty(), "{} of {} kernels fail:\n{}", failures.len(), subjects.len(), failures.join("\n"));
    println!("{} kernels checked", subjects.len());
}

#[test]
fn every_kernel_validates_and_translates_to_every_language() {
    for_every_kernel(|subject| translated(&subject.kernel.source));
}

#[test]
fn every_kernel_agrees_with_rust_about_its_parameters() {
    for_every_kernel(|subject| {
        let (module, _) = parsed(&subject.kernel.source)?;
        let params = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some("Params"));
        let shader = params.and_then(|(_, ty)| match &ty.inner {
            TypeInner::Struct { members, span } => Some(Layout {
                size: *span as usize,
                members: members
                    .iter()
                    .map(|member| (member.name.clone().unwrap_or_default(), member.offset as usize))
                    .collect(),
            }),
            _ => None,
        });
        if shader == subject.params { Ok(()) } else { Err(format!("{shader:?} in WGSL, {:?} in Rust", subject.params)) }
    });
}

#[test]
fn every_kernel_agrees_with_rust_about_its_bindings() {
    for_every_kernel(|subject| {
        let (module, _) = parsed(&subject.kernel.source)?;
        let mut bindings: Vec<_> = module
            .global_variables
            .iter()
            .filter_map(|(_, variable)| {
                variable.binding.map(|binding| (binding.group, binding.binding, variable.space))
            })
            .collect();
        bindings.sort_by_key(|(group, binding, _)| (*group, *binding));
        let of = |space| match space {
            AddressSpace::Uniform => Some(Binding::Uniform),
            AddressSpace::Storage { access } if access.contains(StorageAccess::STORE) => Some(Binding::Write),
            AddressSpace::Storage { .. } => Some(Binding::Read),
            _ => None,
        };
        let in_order = bindings.iter().zip(0..).all(|((group, binding, _), place)| (*group, *binding) == (0, place));
        let kinds: Option<Vec<_>> = bindings.iter().map(|(.., space)| of(*space)).collect();
        if in_order && kinds.as_deref() == Some(subject.kernel.bindings) {
            return Ok(());
        }
        Err(format!("{bindings:?} in WGSL, {:?} in Rust", subject.kernel.bindings))
    });
}

/// `.wgsl` files beneath `folder`.
fn shader_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { shader_files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "wgsl")).collect()
}

#[test]
fn every_shader_file_is_in_a_kernel_and_has_its_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = shader_files(&root.join("shaders"));
    assert!(!files.is_empty(), "shaders are looked for in the wrong folder");
    let subjects = subjects();
    let mut failures = Vec::new();
    for file in &files {
        let name = file.strip_prefix(root.join("shaders")).unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        if !subjects.iter().any(|subject| subject.kernel.source.contains(&text)) {
            failures.push(format!("{} is in no kernel that is tested", name.display()));
        }
        // Its own file, or a folder of that name; or the room that one of its folders is a part of.
        let below_floor = name.components().count() - 1;
        let rooms = root.join("src").join(name);
        let mut rooms = rooms.ancestors().take(below_floor).map(|room| room.with_extension(""));
        let has_room = rooms.any(|room| room.with_extension("rs").exists() || room.join("mod.rs").exists());
        if !name.starts_with("shared") && !has_room {
            failures.push(format!("{} has no room in src", name.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    println!("{} shader files checked", files.len());
}
