//! What can be asked of a device, in code or through the environment.

use std::str::FromStr;
#[cfg(all(feature = "parallel", not(target_arch = "wasm32")))]
use std::sync::Arc;
use std::time::Duration;

use crate::cpu::SimdLevel;
use crate::environment::{self, WholeNumber, given, parsed};
use crate::error::Error;

/// More threads than this are a slip of the pen.
const MOST_THREADS: u64 = 1_024;
/// Longer than any upload waits for a device that works.
const PATIENCE: Duration = Duration::from_secs(120);

/// GPU or CPU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The best GPU that is not a software rasteriser, else the CPU.
    #[default]
    Auto,
    /// A GPU, or an error. May be a software rasteriser where there is nothing better.
    Gpu,
    /// The CPU.
    Cpu,
}

impl FromStr for DeviceChoice {
    type Err = String;

    /// Parses `auto`, `gpu` or `cpu`; the error lists them.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "auto" => Ok(Self::Auto),
            "gpu" => Ok(Self::Gpu),
            "cpu" => Ok(Self::Cpu),
            _ => Err("auto, gpu or cpu".into()),
        }
    }
}

/// Whether arrays of more than 64 KiB are written and read where they lie, in memory that the device shares with the host,
/// and not by way of a staging ring. Results are the same. An array that other work uses before it has been read goes
/// through the ring all the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnifiedMemory {
    /// On integrated GPUs and software rasterisers that can, which share memory with the host.
    #[default]
    Auto,
    /// Never.
    Off,
    /// On every GPU that can; on a discrete one kernels then read and write the host's memory across the bus.
    Force,
}

/// How a device is chosen. The default takes the best GPU, or the CPU where there is none.
///
/// # Examples
///
/// ```
/// use swath::{Device, DeviceChoice, DeviceOptions, SimdLevel};
///
/// let options = DeviceOptions { choice: DeviceChoice::Cpu, simd: Some(SimdLevel::None), threads: Some(1), ..Default::default() };
/// let device = Device::with_options(&options)?;
/// assert_eq!(device.info().threads, 1);
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct DeviceOptions {
    /// GPU or CPU. Default: [`DeviceChoice::Auto`].
    pub choice: DeviceChoice,
    /// Part of the name of the GPU to use, in any case; implies [`DeviceChoice::Gpu`] unless the CPU is asked for.
    /// Default: any.
    pub adapter: Option<String>,
    /// The highest SIMD level to use; only lowers. Default: what the machine has.
    pub simd: Option<SimdLevel>,
    /// Worker threads, at least 1. Default: one for each CPU this process may use.
    pub threads: Option<usize>,
    /// Limits of GPU launches, for tests. Default: the device's own.
    pub dispatch: DispatchLimits,
    /// Whether uploads go to where the device reads them, without a copy. Default: where host and device share memory.
    pub unified: UnifiedMemory,
    /// Bytes of memory that the device's pool may hold at once: of device memory on a GPU, besides its staging rings, of
    /// host memory on the CPU. Beyond, an operation is [`Error::OutOfMemory`]. Default: as many as there are.
    pub memory_limit: Option<u64>,
    /// How long an upload may wait for a device that is behind, before it is [`Error::Timeout`]. Waiting for a result has no
    /// such limit; see [`Device::with_cancel`](crate::Device::with_cancel). Default: two minutes.
    pub patience: Duration,
    /// Whether memory is filled with ones before it is used, for tests of kernels: one that reads what it did not write
    /// then shows. Slow. Default: no.
    pub poison_memory: bool,
    /// A thread pool of the application to run on, instead of one made for the device; `threads` is then ignored. Do
    /// not wait for results on this pool's own threads: that is [`Error::WouldBlock`].
    #[cfg(all(feature = "parallel", not(target_arch = "wasm32")))]
    pub pool: Option<Arc<rayon::ThreadPool>>,
}

impl Default for DeviceOptions {
    fn default() -> Self {
        Self {
            choice: DeviceChoice::default(),
            adapter: None,
            simd: None,
            threads: None,
            dispatch: DispatchLimits::default(),
            unified: UnifiedMemory::default(),
            memory_limit: None,
            patience: PATIENCE,
            poison_memory: false,
            #[cfg(all(feature = "parallel", not(target_arch = "wasm32")))]
            pool: None,
        }
    }
}

/// Limits that shape GPU launches. They can only be set below the device's own, so that tests reach the paths that
/// large inputs take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DispatchLimits {
    /// Workgroups along one dimension before a dispatch is folded into two. Default: the device's, usually 65,535.
    pub max_groups_per_dimension: Option<u32>,
    /// Bytes of one storage binding before an array is processed in windows; at least four times the device's
    /// binding alignment. Default: the device's, at least 128 MiB.
    pub max_binding_bytes: Option<u64>,
}

impl DeviceOptions {
    /// What the `SWATH_*` variables ask for; see [`Device::new`](crate::Device::new). A variable that is unset or
    /// empty asks for nothing.
    ///
    /// # Errors
    /// [`Error::Environment`] names the variable, its value and the values that it takes.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(environment::variable)
    }

    fn from_variables(read: impl Fn(&'static str) -> Option<String>) -> Result<Self, Error> {
        Ok(Self {
            choice: parsed("SWATH_DEVICE", &read)?.unwrap_or_default(),
            adapter: given("SWATH_ADAPTER", &read),
            simd: parsed("SWATH_SIMD", &read)?,
            threads: parsed::<WholeNumber<1, MOST_THREADS>>("SWATH_THREADS", &read)?.map(|threads| threads.0 as usize),
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<DeviceOptions, Error> {
        DeviceOptions::from_variables(|name| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn every_variable_is_read() {
        let options =
            from(&[("SWATH_DEVICE", "gpu"), ("SWATH_ADAPTER", "llvm"), ("SWATH_SIMD", "none"), ("SWATH_THREADS", "3")])
                .unwrap();
        assert_eq!(options.choice, DeviceChoice::Gpu);
        assert_eq!(options.adapter.as_deref(), Some("llvm"));
        assert_eq!((options.simd, options.threads), (Some(SimdLevel::None), Some(3)));
    }

    #[test]
    fn unset_and_empty_ask_for_nothing() {
        for variables in [&[][..], &[("SWATH_DEVICE", ""), ("SWATH_ADAPTER", ""), ("SWATH_THREADS", "")]] {
            let options = from(variables).unwrap();
            assert_eq!((options.choice, options.adapter, options.threads), (DeviceChoice::Auto, None, None));
        }
    }

    #[test]
    fn a_wrong_value_names_the_variable_and_what_it_takes() {
        let message = |variable, value| from(&[(variable, value)]).unwrap_err().to_string();
        assert_eq!(message("SWATH_DEVICE", "tpu"), "SWATH_DEVICE=tpu is not valid; use auto, gpu or cpu");
        assert_eq!(message("SWATH_THREADS", "0"), "SWATH_THREADS=0 is not valid; use a whole number from 1 to 1024");
        assert_eq!(
            message("SWATH_THREADS", "two"),
            "SWATH_THREADS=two is not valid; use a whole number from 1 to 1024"
        );
        let simd = format!("SWATH_SIMD=avx3 is not valid; use {}", SimdLevel::names());
        assert_eq!(message("SWATH_SIMD", "avx3"), simd);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn a_level_of_another_architecture_is_an_error_that_lists_the_valid_ones() {
        let message = from(&[("SWATH_SIMD", "neon")]).unwrap_err().to_string();
        assert_eq!(message, "SWATH_SIMD=neon is not valid; use none, sse2, sse4.2, avx2 or avx512");
    }
}
