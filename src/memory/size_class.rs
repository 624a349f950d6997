//! Size classes: which capacity a request is rounded up to, so that clouds and pictures of slightly different sizes
//! reuse the same buffers.

const SMALLEST: u64 = 256;
const FOUR_PER_OCTAVE_FROM: u64 = 4 << 10;
const STEPS_FROM: u64 = 64 << 20;
const STEP: u64 = 4 << 20;

/// The capacity in bytes for a request of `bytes`: powers of two from 256 B to 4 KiB, then four classes an octave
/// (at most 25 % padding), above 64 MiB the next multiple of 4 MiB.
pub(crate) fn size_class(bytes: u64) -> u64 {
    if bytes <= FOUR_PER_OCTAVE_FROM {
        bytes.max(SMALLEST).next_power_of_two()
    } else if bytes <= STEPS_FROM {
        let quarter = (bytes - 1).ilog2() - 2;
        bytes.next_multiple_of(1 << quarter)
    } else {
        bytes.next_multiple_of(STEP)
    }
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
    fn classes_are_those_of_the_design() {
        let expected =
            [(0, 256), (256, 256), (257, 512), (4_096, 4_096), (4_097, 5_120), (5_121, 6_144), (8_193, 10_240)];
        for (bytes, class) in expected {
            assert_eq!(size_class(bytes), class, "class of {bytes}");
        }
        assert_eq!(size_class((64 << 20) + 1), 68 << 20);
    }
}
