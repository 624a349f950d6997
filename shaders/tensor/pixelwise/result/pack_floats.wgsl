// Puts a sample of 32 bits into the words of an invocation.
fn pack_sample(index: u32, value: f32) {
    packed[index] = bitcast<u32>(value);
}
