// Puts a sample of 16 bits into the words of an invocation.
fn pack_sample(index: u32, value: u32) {
    packed[index / 2u] |= (value & 65535u) << (16u * (index & 1u));
}
