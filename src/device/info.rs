//! What was chosen and why, and what there was to choose from.

use std::fmt;

use crate::cpu::SimdLevel;
use crate::memory::TransferDevice;

/// The device that was chosen, and why. Its `Display` says so in words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceInfo {
    /// Whether operations run on a GPU.
    pub is_gpu: bool,
    /// Name of the adapter, or `CPU`.
    pub name: String,
    /// What it is, as far as moving bytes to it goes.
    pub kind: TransferDevice,
    /// The graphics interface (`Vulkan`, `Metal`, `DX12`, `WebGPU`; `OpenGL` or `noop` where an application's device uses
    /// that), or `CPU`.
    pub backend: String,
    /// Name and version of the driver; empty on the CPU.
    pub driver: String,
    /// SIMD level of the CPU executor.
    pub simd: SimdLevel,
    /// Worker threads of the CPU executor.
    pub threads: usize,
    /// Why this device was chosen.
    pub reason: String,
}

impl fmt::Display for DeviceInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = if self.threads == 1 { "1 thread".into() } else { format!("{} threads", self.threads) };
        if self.is_gpu {
            write!(f, "{} through {}", self.name, self.backend)?;
            if !self.driver.is_empty() {
                write!(f, ", driver {}", self.driver)?;
            }
            write!(f, ", beside a CPU with {} and {threads}", self.simd_in_words())?;
        } else {
            write!(f, "CPU with {} and {threads}", self.simd_in_words())?;
        }
        write!(f, ", because {}", self.reason)
    }
}

impl DeviceInfo {
    fn simd_in_words(&self) -> String {
        match self.simd {
            SimdLevel::None => "no SIMD".into(),
            level => format!("{level} SIMD"),
        }
    }
}

/// An adapter that this machine has, and what Swath thinks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdapterSummary {
    /// Name of the hardware.
    pub name: String,
    /// The graphics interface that shows it.
    pub backend: String,
    /// What it is, in words.
    pub kind: String,
    /// Name and version of the driver.
    pub driver: String,
    /// Whether it is used under `auto`, under `gpu`, or not at all, and why.
    pub verdict: String,
}

impl fmt::Display for AdapterSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} through {} ({}): {}", self.name, self.backend, self.kind, self.verdict)
    }
}

/// Every adapter of this machine. Empty where there is none, and without the feature `gpu`.
///
/// # Examples
///
/// ```
/// for adapter in swath::adapters() {
///     println!("{adapter}");
/// }
/// ```
#[cfg(not(target_arch = "wasm32"))]
pub fn adapters() -> Vec<AdapterSummary> {
    #[cfg(feature = "gpu")]
    return pollster::block_on(crate::gpu::candidates()).iter().map(super::select::summary).collect();
    #[cfg(not(feature = "gpu"))]
    Vec::new()
}
