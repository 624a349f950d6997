// The bits of numbers as whole numbers in the order of those; 0 and -0 are one.

fn ordered(bits: u32) -> u32 {
    let magnitude = bits & 0x7fffffffu;
    return select(0x80000000u + magnitude, 0x80000000u - magnitude, bits > 0x7fffffffu);
}

fn from_ordered(key: u32) -> u32 {
    return select(0x80000000u | (0x80000000u - key), key - 0x80000000u, key >= 0x80000000u);
}
