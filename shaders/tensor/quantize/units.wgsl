// Units in which numbers are taken so that neither sums overflow nor quotients are subnormal. Twin:
// `src/tensor/quantize/parameters.rs`.

const SMALL = 0x2b800000u; // 2^-40
const LARGE = 0x71800000u; // 2^100

fn in_unit(magnitude: u32, is_small: bool, is_large: bool) -> u32 {
    if is_small {
        return scaled_up(magnitude);
    }
    if is_large {
        return scaled_down(magnitude);
    }
    return magnitude;
}
