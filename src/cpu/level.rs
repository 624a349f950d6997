//! SIMD levels by name, and the one place where CPU features are detected.

use std::fmt;
use std::str::FromStr;

use fearless_simd::Level;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::Simd;

/// A level of SIMD instructions, by the name that `SWATH_SIMD` takes.
///
/// As an option it is a cap that only lowers: asking for more than the machine has gives what it has.
///
/// # Examples
///
/// ```
/// use swath::SimdLevel;
///
/// assert_eq!("none".parse(), Ok(SimdLevel::None));
/// assert!("avx3".parse::<SimdLevel>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SimdLevel {
    /// Plain code; the compiler may still use what every CPU of this architecture has.
    None,
    /// x86 SSE2.
    Sse2,
    /// x86 SSE4.2.
    Sse42,
    /// x86 AVX2 with FMA.
    Avx2,
    /// x86 AVX-512 as of Ice Lake and Zen 4.
    Avx512,
    /// Arm NEON.
    Neon,
    /// WebAssembly SIMD.
    Simd128,
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
const OF_THIS_ARCHITECTURE: &[SimdLevel] =
    &[SimdLevel::None, SimdLevel::Sse2, SimdLevel::Sse42, SimdLevel::Avx2, SimdLevel::Avx512];
#[cfg(target_arch = "aarch64")]
const OF_THIS_ARCHITECTURE: &[SimdLevel] = &[SimdLevel::None, SimdLevel::Neon];
#[cfg(target_arch = "wasm32")]
const OF_THIS_ARCHITECTURE: &[SimdLevel] = &[SimdLevel::None, SimdLevel::Simd128];
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64", target_arch = "wasm32")))]
const OF_THIS_ARCHITECTURE: &[SimdLevel] = &[SimdLevel::None];

impl SimdLevel {
    /// The name that `SWATH_SIMD` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sse2 => "sse2",
            Self::Sse42 => "sse4.2",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
            Self::Simd128 => "simd128",
        }
    }

    /// Every level that this machine can run, lowest first. The last one is what a device uses when nothing caps it.
    pub fn available() -> Vec<Self> {
        let best = Self::of(detect());
        OF_THIS_ARCHITECTURE.iter().copied().filter(|level| *level <= best).collect()
    }

    /// The names that this architecture knows, for messages.
    pub(crate) fn names() -> String {
        let names: Vec<_> = OF_THIS_ARCHITECTURE.iter().map(|level| level.name()).collect();
        match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => names.concat(),
        }
    }

    /// The name of a level that the kernels run at.
    pub(crate) fn of(level: Level) -> Self {
        match level {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Sse2(_) => Self::Sse2,
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Sse4_2(_) => Self::Sse42,
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx2(_) => Self::Avx2,
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx512(_) => Self::Avx512,
            #[cfg(target_arch = "aarch64")]
            Level::Neon(_) => Self::Neon,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Level::WasmSimd128(_) => Self::Simd128,
            _ => Self::None,
        }
    }

    /// The best level of this machine that is not above the cap.
    pub(crate) fn capped(cap: Option<Self>) -> Level {
        let best = detect();
        match cap {
            Some(cap) if cap < Self::of(best) => cap.lowered_from(best),
            _ => best,
        }
    }

    fn lowered_from(self, best: Level) -> Level {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        let lowered = match self {
            Self::Sse2 => best.as_sse2().map(|token| token.level()),
            Self::Sse42 => best.as_sse4_2().map(|token| token.level()),
            Self::Avx2 => best.as_avx2().map(|token| token.level()),
            _ => None,
        };
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        let lowered = (self == Self::of(best)).then_some(best);
        lowered.unwrap_or_else(Level::fallback)
    }
}

/// The one place where CPU features are looked at; the result is cached by `fearless_simd`.
fn detect() -> Level {
    Level::new()
}

impl fmt::Display for SimdLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SimdLevel {
    type Err = String;

    /// Parses a name that this architecture knows; the error lists them.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        OF_THIS_ARCHITECTURE.iter().copied().find(|level| level.name() == name).ok_or_else(Self::names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_available_level_can_be_asked_for() {
        let available = SimdLevel::available();
        assert_eq!(available.first(), Some(&SimdLevel::None));
        for level in available {
            assert_eq!(SimdLevel::of(SimdLevel::capped(Some(level))), level);
        }
    }

    #[test]
    fn a_cap_above_the_machine_changes_nothing() {
        let highest = *OF_THIS_ARCHITECTURE.last().unwrap();
        assert!(SimdLevel::of(SimdLevel::capped(Some(highest))) <= SimdLevel::of(SimdLevel::capped(None)));
    }

    #[test]
    fn names_parse_back() {
        for level in OF_THIS_ARCHITECTURE {
            assert_eq!(level.name().parse(), Ok(*level));
        }
        assert_eq!("avx3".parse::<SimdLevel>(), Err(SimdLevel::names()));
    }
}
