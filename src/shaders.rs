//! What holds of every kernel: its text parses, validates and translates to SPIR-V, MSL and HLSL, and agrees with Rust
//! about parameters and bindings. No adapter is needed. Rooms hand over their kernels as [`Subject`]s, because only they
//! know how to assemble them.

use std::path::{Path, PathBuf};

use naga::back::{hlsl, msl, pipeline_constants, spv};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Module, ShaderStage, StorageAccess, TypeInner};

use crate::device::Device;
use crate::gpu::{Binding, Kernel};
use crate::image::{Gray8, Image, ImageView, Pixel, Rgb8, Rgba8, Threshold};
use crate::tensor::pixelwise::{Affine, Chain, Output};

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
    subjects.extend(crate::points::subjects());
    subjects.extend(crate::tensor::resample::subjects());
    subjects.extend(chains().iter().map(|(chain, output)| crate::tensor::pixelwise::subject(chain, output)));
    subjects
}

/// Chains of every source to every output, with one operation, several, and one several times.
fn chains() -> Vec<(Chain, Output)> {
    fn image<P: Pixel>() -> Image<P> {
        let device = Device::cpu().unwrap();
        device.image(ImageView::<P>::new(&[0; 4][..P::CHANNELS], 1, 1).unwrap()).unwrap()
    }
    let planes = |planes| Output::Planes(Affine { planes, scale: [1.0; 3], bias: [0.0; 3] });
    let colors = [image::<Rgb8>().chain().unwrap(), image::<Rgba8>().chain().unwrap()];
    let grays = [image::<Rgb8>().grayscale().unwrap(), image::<Rgba8>().grayscale().unwrap(), image::<Gray8>()];
    let cut = |gray: &Image<Gray8>, level| gray.threshold(Threshold::binary(level)).unwrap();
    let mut chains: Vec<_> = colors.into_iter().map(|chain| (chain, planes(3))).collect();
    for gray in grays {
        let once = cut(&gray, 1);
        let twice = cut(&once, 2);
        for chain in [gray, once, twice].map(|image| image.chain().unwrap()) {
            if !chain.steps.is_empty() {
                chains.push((chain.clone(), Output::Gray));
            }
            chains.push((chain, planes(1)));
        }
    }
    chains
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
        // Its own file; a folder of that name; or a part of the room, a file or a folder, that its folder is named for.
        let room = root.join("src").join(name);
        let parent = room.parent().filter(|_| name.components().count() > 2);
        let rooms = [
            Some(room.with_extension("rs")),
            Some(room.with_extension("").join("mod.rs")),
            parent.map(|parent| parent.join("mod.rs")),
            parent.map(|parent| parent.with_extension("rs")),
        ];
        if !name.starts_with("shared") && !rooms.iter().flatten().any(|room| room.exists()) {
            failures.push(format!("{} has no room in src", name.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    println!("{} shader files checked", files.len());
}
