//! Size classes: which capacity a request is rounded up to, so that clouds and pictures of slightly different sizes
//! reuse the same buffers.

/// Results of a few numbers are many in a chain on pictures, and would be mostly padding in more.
const SMALLEST: u64 = 64;
const FOUR_PER_OCTAVE_FROM: u64 = 4 << 10;
const STEPS_FROM: u64 = 64 << 20;
const STEP: u64 = 4 << 20;

/// The capacity in bytes for a request of `bytes`: powers of two from 64 B to 4 KiB, then four classes an octave
/// (at most 25 % padding), above 64 MiB the next multiple of 4 MiB.
pub(crate) fn size_class(bytes: u64) -> u64 {
    if bytes <= FOUR_PER_OCTAVE_FROM {
        bytes.max(SMALLEST).next_power_of_two()
    } else if bytes <= STEPS_FROM {
        let quarter = (bytes - 1).ilog2() - 2;
        bytes.next_multiple_of(1 << quarter)
    } else {
        bytes.checked_next_multiple_of(STEP).unwrap_or(u64::MAX)
    }
}

/// The same within a device's limits, which need not be classes: a request that fits the largest binding, or the
/// largest buffer, gets a buffer that does.
#[cfg(feature = "gpu")]
pub(crate) fn size_class_within(bytes: u64, limits: [u64; 2]) -> u64 {
    let class = size_class(bytes);
    limits.into_iter().filter(|limit| bytes <= *limit).fold(class, u64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_its_request_and_is_its_own_class() {
        for bytes in (0..70_000).chain((1..4_000).map(|step| step * 65_537)) {
            let class = size_class(bytes);
            assert!(class >= bytes, "{bytes} got {class}");
            assert_eq!(size_class(class), class, "class of {bytes}");
        }
    }

    #[test]
    fn padding_is_at_most_a_quarter_above_4_kib() {
        for bytes in (4_097..100_000).chain((1..4_000).map(|step| 100_000 + step * 33_331)) {
            assert!(size_class(bytes) * 4 <= bytes * 5, "{bytes} got {}", size_class(bytes));
        }
    }

    #[test]
    fn padding_is_a_tenth_on_average() {
        // Sizes as they come: as many in each octave.
        let sizes: Vec<u64> = (0..20_000).map(|step| (4_097.0 * 1.000_8_f64.powi(step)) as u64).collect();
        let padding = sizes.iter().map(|bytes| size_class(*bytes) as f64 / *bytes as f64 - 1.0);
        assert!(padding.sum::<f64>() / sizes.len() as f64 <= 0.1);
    }

    #[test]
    fn classes_are_powers_then_quarters_then_steps() {
        let expected =
            [(0, 64), (64, 64), (65, 128), (257, 512), (4_096, 4_096), (4_097, 5_120), (5_121, 6_144), (8_193, 10_240)];
        for (bytes, class) in expected {
            assert_eq!(size_class(bytes), class, "class of {bytes}");
        }
        assert_eq!(size_class((64 << 20) + 1), 68 << 20);
        assert_eq!(size_class(u64::MAX), u64::MAX);
    }

    #[cfg(feature = "gpu")]
    #[test]
    fn a_class_never_passes_a_limit_that_its_request_keeps() {
        let limits = [(128 << 20) - 4, i32::MAX as u64];
        assert_eq!(size_class_within(127 << 20, limits), (128 << 20) - 4);
        assert_eq!(size_class_within(128 << 20, limits), 128 << 20);
        assert_eq!(size_class_within(2_046 << 20, limits), i32::MAX as u64);
        assert_eq!(size_class_within(5_000, limits), 5_120);
    }
}
