//! The one place that chooses where work runs, and says why.

#[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
use super::info::AdapterSummary;
use super::options::DeviceOptions;
#[cfg(feature = "gpu")]
use super::options::{DeviceChoice, DispatchLimits, UnifiedMemory};
#[cfg(feature = "gpu")]
use crate::cpu::HostPool;
use crate::error::Error;
#[cfg(feature = "gpu")]
use crate::gpu::{self, Candidate, Gpu, GpuOptions, Kind, Limits, PoolOptions, Sharing};
use crate::memory::TransferDevice;

/// What is said of the device that was chosen.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) kind: TransferDevice,
    pub(super) backend: String,
    pub(super) driver: String,
    pub(super) reason: String,
}

impl Choice {
    /// The CPU, for this reason.
    pub(super) fn cpu(reason: String) -> Self {
        Self { name: "CPU".into(), kind: TransferDevice::Cpu, backend: "CPU".into(), driver: String::new(), reason }
    }
}

/// The decision where Swath was built without the feature `gpu`.
#[cfg(not(feature = "gpu"))]
pub(super) fn without_gpu(options: &DeviceOptions) -> Result<Choice, Error> {
    use super::options::DeviceChoice;
    match options.choice {
        DeviceChoice::Cpu => Ok(Choice::cpu("the CPU was asked for".into())),
        DeviceChoice::Auto if options.adapter.is_none() => {
            Ok(Choice::cpu("Swath was built without its feature `gpu`".into()))
        }
        _ => Err(Error::NoAdapter {
            wanted: "a GPU was asked for".into(),
            seen: "Swath was built without its feature `gpu`; enable it, or ask for the CPU".into(),
        }),
    }
}

/// Opens what the options ask for: a GPU, or none where the CPU is to be used.
#[cfg(feature = "gpu")]
pub(super) async fn open(options: &DeviceOptions, host: &HostPool) -> Result<(Option<Gpu>, Choice), Error> {
    if options.choice == DeviceChoice::Cpu {
        return Ok((None, Choice::cpu("the CPU was asked for".into())));
    }
    let seen = gpu::candidates().await;
    let traits: Vec<_> = seen.iter().map(Traits::of).collect();
    let order = rank(&traits, options)?;
    let automatic = options.choice == DeviceChoice::Auto && options.adapter.is_none();
    let mut failures = Vec::new();
    for index in order {
        let candidate = &seen[index];
        let sharing = sharing(options.unified, candidate.kind, candidate.maps_anything);
        match gpu::open(candidate, sharing, |limits| gpu_options(limits, sharing, options, host)).await {
            Ok(gpu) => return Ok((Some(gpu), chosen(candidate, options, automatic))),
            Err(error) if automatic => failures.push(error.to_string()),
            Err(error) => return Err(error),
        }
    }
    Ok((None, Choice::cpu(why_cpu(&traits, &failures))))
}

#[cfg(feature = "gpu")]
fn chosen(candidate: &Candidate, options: &DeviceOptions, automatic: bool) -> Choice {
    let reason = match &options.adapter {
        Some(wanted) => format!("it matches the adapter name {wanted:?} that was asked for"),
        None if automatic => format!("it is the best GPU found ({})", in_words(candidate.kind)),
        None => format!("a GPU was asked for and this is the best one found ({})", in_words(candidate.kind)),
    };
    Choice {
        name: candidate.name.clone(),
        kind: transfer_device(candidate.kind),
        backend: candidate.backend.into(),
        driver: candidate.driver.clone(),
        reason,
    }
}

/// What memory a device is to share with the host, only where that is possible.
#[cfg(feature = "gpu")]
pub(super) fn sharing(wanted: UnifiedMemory, kind: Kind, is_possible: bool) -> Sharing {
    let is_wanted = match wanted {
        UnifiedMemory::Auto => matches!(kind, Kind::Integrated | Kind::Software),
        UnifiedMemory::Off => false,
        UnifiedMemory::Force => true,
    };
    match kind {
        _ if !is_wanted || !is_possible || cfg!(target_arch = "wasm32") => Sharing::None,
        Kind::Software => Sharing::All,
        _ => Sharing::ByDirection,
    }
}

/// What an adapter is as far as moving bytes to it goes.
#[cfg(feature = "gpu")]
pub(super) fn transfer_device(kind: Kind) -> TransferDevice {
    match kind {
        _ if cfg!(target_arch = "wasm32") => TransferDevice::Browser,
        Kind::Discrete => TransferDevice::Discrete,
        Kind::Integrated => TransferDevice::Integrated,
        Kind::Virtual | Kind::Unknown => TransferDevice::Virtual,
        Kind::Software => TransferDevice::Software,
    }
}

/// What a GPU is made with.
#[cfg(feature = "gpu")]
pub(super) fn gpu_options(limits: Limits, sharing: Sharing, options: &DeviceOptions, host: &HostPool) -> GpuOptions {
    GpuOptions {
        sharing,
        limits: clamp(limits, options.dispatch),
        pool: PoolOptions { most: options.memory_limit, is_poisoned: options.poison_memory },
        patience: options.patience,
        host: host.clone(),
    }
}

/// Tests may set limits below the device's own; never above, and never so small that a window holds nothing.
#[cfg(feature = "gpu")]
fn clamp(limits: Limits, wanted: DispatchLimits) -> Limits {
    let max_groups = wanted.max_groups_per_dimension.unwrap_or(limits.max_groups);
    let max_binding = wanted.max_binding_bytes.unwrap_or(limits.max_binding);
    Limits {
        max_groups: max_groups.clamp(1, limits.max_groups),
        max_binding: max_binding.clamp(4 * limits.alignment, limits.max_binding.max(4 * limits.alignment)),
        ..limits
    }
}

/// What the decision depends on.
#[cfg(feature = "gpu")]
#[derive(Debug, Clone)]
struct Traits {
    name: String,
    backend: &'static str,
    kind: Kind,
    unfit: Option<String>,
}

#[cfg(feature = "gpu")]
impl Traits {
    fn of(candidate: &Candidate) -> Self {
        Self {
            name: candidate.name.clone(),
            backend: candidate.backend,
            kind: candidate.kind,
            unfit: candidate.unfit.clone(),
        }
    }

    fn matches(&self, wanted: &str) -> bool {
        self.name.to_lowercase().contains(&wanted.to_lowercase())
    }

    fn is_for_auto(&self) -> bool {
        matches!(self.kind, Kind::Discrete | Kind::Integrated | Kind::Virtual)
    }

    /// Smaller is better. Of a GPU that shows up through several interfaces the first is taken.
    fn rank(&self) -> u8 {
        match self.kind {
            Kind::Discrete => 0,
            Kind::Integrated => 1,
            Kind::Virtual => 2,
            Kind::Unknown => 3,
            Kind::Software => 4,
        }
    }
}

/// Indices of the adapters to try, best first. Empty, under `auto`, if the CPU is to be used.
#[cfg(feature = "gpu")]
fn rank(seen: &[Traits], options: &DeviceOptions) -> Result<Vec<usize>, Error> {
    let automatic = options.choice == DeviceChoice::Auto && options.adapter.is_none();
    let fits = |traits: &Traits| {
        traits.unfit.is_none()
            && options.adapter.as_deref().is_none_or(|wanted| traits.matches(wanted))
            && (!automatic || traits.is_for_auto())
    };
    let mut order: Vec<_> = (0..seen.len()).filter(|index| fits(&seen[*index])).collect();
    order.sort_by_key(|index| seen[*index].rank());
    if order.is_empty() && !automatic {
        let wanted = match &options.adapter {
            Some(wanted) => format!("an adapter with {wanted:?} in its name was asked for"),
            None => "a GPU was asked for".into(),
        };
        return Err(Error::NoAdapter { wanted, seen: in_sight(seen) });
    }
    Ok(order)
}

#[cfg(feature = "gpu")]
fn in_sight(seen: &[Traits]) -> String {
    if seen.is_empty() {
        return "no adapter was found; install a Vulkan driver (on Debian and Ubuntu, mesa-vulkan-drivers has one \
                that needs no hardware), or ask for the CPU"
            .into();
    }
    format!("the adapters are {}", list(seen))
}

#[cfg(feature = "gpu")]
fn why_cpu(seen: &[Traits], failures: &[String]) -> String {
    if !failures.is_empty() {
        return failures.join("; ");
    }
    if seen.is_empty() {
        return "no GPU was found".into();
    }
    format!("no GPU worth using was found, only {}", list(seen))
}

#[cfg(feature = "gpu")]
fn list(seen: &[Traits]) -> String {
    let describe = |traits: &Traits| {
        let unfit = traits.unfit.as_ref().map(|reason| format!("; {reason}")).unwrap_or_default();
        format!("{} through {} ({}{unfit})", traits.name, traits.backend, in_words(traits.kind))
    };
    seen.iter().map(describe).collect::<Vec<_>>().join(", ")
}

#[cfg(feature = "gpu")]
fn in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Discrete => "a discrete GPU",
        Kind::Integrated => "an integrated GPU",
        Kind::Virtual => "a virtual GPU",
        Kind::Software => "a software rasteriser",
        Kind::Unknown => "of unknown kind",
    }
}

/// What is shown of a candidate.
#[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
pub(super) fn summary(candidate: &Candidate) -> AdapterSummary {
    let verdict = match (&candidate.unfit, Traits::of(candidate).is_for_auto()) {
        (Some(reason), _) => format!("never used, because {reason}"),
        (None, true) => "used under auto and gpu".into(),
        (None, false) => "used only when a GPU is asked for".into(),
    };
    AdapterSummary {
        name: candidate.name.clone(),
        backend: candidate.backend.into(),
        kind: in_words(candidate.kind).into(),
        driver: candidate.driver.clone(),
        verdict,
    }
}

#[cfg(all(test, feature = "gpu"))]
mod tests {
    use super::*;

    fn adapter(name: &str, backend: &'static str, kind: Kind) -> Traits {
        Traits { name: name.into(), backend, kind, unfit: None }
    }

    fn machine() -> Vec<Traits> {
        vec![
            adapter("llvmpipe", "Vulkan", Kind::Software),
            adapter("Iris", "Vulkan", Kind::Integrated),
            adapter("Iris", "DX12", Kind::Integrated),
            adapter("Radeon", "Vulkan", Kind::Discrete),
            Traits { unfit: Some("it has no compute shaders".into()), ..adapter("Voodoo", "DX12", Kind::Discrete) },
        ]
    }

    fn options(choice: DeviceChoice, adapter: Option<&str>) -> DeviceOptions {
        DeviceOptions { choice, adapter: adapter.map(str::to_owned), ..DeviceOptions::default() }
    }

    #[test]
    fn auto_takes_discrete_then_integrated_and_never_a_rasteriser() {
        assert_eq!(rank(&machine(), &options(DeviceChoice::Auto, None)), Ok(vec![3, 1, 2]));
        let software = [adapter("llvmpipe", "Vulkan", Kind::Software), adapter("WARP", "DX12", Kind::Software)];
        assert_eq!(rank(&software, &options(DeviceChoice::Auto, None)), Ok(vec![]));
        assert_eq!(
            why_cpu(&software, &[]),
            "no GPU worth using was found, only llvmpipe through Vulkan (a software rasteriser), \
             WARP through DX12 (a software rasteriser)"
        );
    }

    #[test]
    fn gpu_takes_a_rasteriser_where_there_is_nothing_better() {
        assert_eq!(rank(&machine(), &options(DeviceChoice::Gpu, None)), Ok(vec![3, 1, 2, 0]));
        let error = rank(&[], &options(DeviceChoice::Gpu, None)).unwrap_err().to_string();
        assert!(error.starts_with("a GPU was asked for, but no adapter was found; install"), "{error}");
    }

    #[test]
    fn an_adapter_name_implies_gpu_and_no_match_names_what_was_seen() {
        assert_eq!(rank(&machine(), &options(DeviceChoice::Auto, Some("LLVM"))), Ok(vec![0]));
        let error = rank(&machine()[..1], &options(DeviceChoice::Auto, Some("geforce"))).unwrap_err().to_string();
        assert_eq!(
            error,
            "an adapter with \"geforce\" in its name was asked for, but the adapters are llvmpipe through Vulkan \
             (a software rasteriser)"
        );
    }

    #[test]
    fn limits_can_only_be_lowered() {
        let own = Limits { max_groups: 65_535, max_binding: 1 << 27, alignment: 256 };
        let wanted =
            |groups, bytes| DispatchLimits { max_groups_per_dimension: Some(groups), max_binding_bytes: Some(bytes) };
        assert_eq!(clamp(own, DispatchLimits::default()), own);
        assert_eq!(clamp(own, wanted(u32::MAX, u64::MAX)), own);
        assert_eq!(clamp(own, wanted(0, 0)), Limits { max_groups: 1, max_binding: 1_024, ..own });
    }
}
