// Puts a sample of 8 bits into the words of an invocation.
fn pack_sample(index: u32, value: u32) {
    packed[index / 4u] |= (value & 255u) << (8u * (index & 3u));
}
